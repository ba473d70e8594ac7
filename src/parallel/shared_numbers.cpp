// SPDX-License-Identifier: MIT
#include "parallel/shared_numbers.hpp"

#include <chrono>
#include <utility>

#include "parallel/mpi_call.hpp"

namespace an::parallel {

namespace {

constexpr int question_tag = 2;
constexpr int answer_tag = 3;

}  // namespace

SharedNumbers::SharedNumbers(const Communicator& ranks, std::size_t count)
    : ranks_(ranks),
      way_(!ranks.uses_mpi()                              ? Way::alone
           : ranks.nodes() > 1 && ranks.may_use_threads() ? Way::messages
                                                          : Way::window),
      still_asking_(ranks.size() - 1) {
  if (way_ == Way::window) {
    make_window(count);
  } else if (ranks.is_root()) {
    here_.resize(count);
    if (way_ == Way::messages) answering_ = std::jthread([this](const std::stop_token& stop) { answer(stop); });
  }
}

void SharedNumbers::make_window(std::size_t count) {
  const MPI_Aint size = ranks_.is_root() ? static_cast<MPI_Aint>(count * sizeof(std::int64_t)) : 0;
  std::int64_t* memory = nullptr;
  check(MPI_Win_allocate(size, sizeof(std::int64_t), MPI_INFO_NULL, MPI_COMM_WORLD, static_cast<void*>(&memory),
                         &window_),
        "MPI_Win_allocate");
  check(MPI_Win_lock_all(0, window_), "MPI_Win_lock_all");
  if (ranks_.is_root()) {
    const std::vector<std::int64_t> zeros(count);
    const int length = static_cast<int>(count);
    check(MPI_Accumulate(zeros.data(), length, MPI_INT64_T, 0, 0, length, MPI_INT64_T, MPI_REPLACE, window_),
          "MPI_Accumulate");
    check(MPI_Win_flush(0, window_), "MPI_Win_flush");
  }
  ranks_.barrier();
}

std::int64_t SharedNumbers::add(std::size_t place, std::int64_t term) {
  if (way_ == Way::window) {
    std::int64_t before = 0;
    check(MPI_Fetch_and_op(&term, &before, MPI_INT64_T, 0, static_cast<MPI_Aint>(place), MPI_SUM, window_),
          "MPI_Fetch_and_op");
    check(MPI_Win_flush(0, window_), "MPI_Win_flush");
    return before;
  }
  if (!ranks_.is_root()) {
    send({static_cast<std::int64_t>(place), term});
    return receive_answer();
  }
  const std::lock_guard lock(turn_);
  return add_here(place, term);
}

std::int64_t SharedNumbers::add_here(std::size_t place, std::int64_t term) {
  return std::exchange(here_[place], here_[place] + term);
}

void SharedNumbers::add_ones(std::size_t place, int times) {
  if (way_ != Way::messages || ranks_.is_root()) {
    for (int i = 0; i < times; ++i) add(place, 1);
    return;
  }
  const Question question{static_cast<std::int64_t>(place), 1};
  for (int i = 0; i < times; ++i) send(question);
  for (int i = 0; i < times; ++i) receive_answer();
}

void SharedNumbers::send(const Question& question) {
  check(MPI_Send(&question, sizeof question, MPI_BYTE, 0, question_tag, MPI_COMM_WORLD), "MPI_Send");
}

std::int64_t SharedNumbers::receive_answer() {
  std::int64_t before = 0;
  check(MPI_Recv(&before, 1, MPI_INT64_T, 0, answer_tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE), "MPI_Recv");
  return before;
}

bool SharedNumbers::answer_one() {
  const std::lock_guard lock(turn_);
  int there_is_one = 0;
  MPI_Status status;
  check(MPI_Iprobe(MPI_ANY_SOURCE, question_tag, MPI_COMM_WORLD, &there_is_one, &status), "MPI_Iprobe");
  if (there_is_one == 0) return false;
  Question question{};
  check(MPI_Recv(&question, sizeof question, MPI_BYTE, status.MPI_SOURCE, question_tag, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE),
        "MPI_Recv");
  if (question.place < 0) {
    --still_asking_;
    return true;
  }
  const std::int64_t before = add_here(static_cast<std::size_t>(question.place), question.term);
  check(MPI_Send(&before, 1, MPI_INT64_T, status.MPI_SOURCE, answer_tag, MPI_COMM_WORLD), "MPI_Send");
  return true;
}

void SharedNumbers::answer(const std::stop_token& stop) {
  constexpr std::chrono::microseconds pause{100};
  while (still_asking_ > 0 && !stop.stop_requested())
    if (!answer_one()) std::this_thread::sleep_for(pause);
}

void SharedNumbers::close() {
  if (way_ == Way::window) {
    check(MPI_Win_unlock_all(window_), "MPI_Win_unlock_all");
    check(MPI_Win_free(&window_), "MPI_Win_free");
  } else if (way_ == Way::messages) {
    if (ranks_.is_root())
      answering_.join();
    else
      send({-1, 0});
    ranks_.barrier();  // else who is done might ask the next numbers, while this thread answers still
  }
}

}  // namespace an::parallel
