// SPDX-License-Identifier: MIT
#include "parallel/stop_request.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <limits>
#include <span>

#include "core/error.hpp"

namespace an::parallel {

namespace {

using Clock = std::chrono::steady_clock;

std::atomic<int> signal_seen{0};
std::atomic<double> deadline{std::numeric_limits<double>::infinity()};  // seconds of the clock
static_assert(std::atomic<int>::is_always_lock_free);

double now() { return std::chrono::duration<double>(Clock::now().time_since_epoch()).count(); }

extern "C" void note_signal(int number) { signal_seen = number; }

}  // namespace

void heed_stop_requests(std::optional<double> max_seconds) {
  struct sigaction action {};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  AN_ASSERT(sigaction(SIGTERM, &action, nullptr) == 0 && sigaction(SIGUSR1, &action, nullptr) == 0);
  if (max_seconds) deadline = now() + *max_seconds;
}

bool stop_is_asked() { return signal_seen != 0 || now() >= deadline; }

std::string stop_asked_of_any(const Communicator& world) {
  // The larger number wins where ranks were asked by different means: the end of the time is the least.
  constexpr std::int64_t time_is_over = 1;
  std::int64_t cause = signal_seen != 0 ? signal_seen.load() : now() >= deadline ? time_is_over : 0;
  world.max_of_all(std::span(&cause, 1));
  if (cause == 0) return {};
  return cause == SIGTERM ? "SIGTERM" : cause == SIGUSR1 ? "SIGUSR1" : "the end of --max-time";
}

}  // namespace an::parallel
