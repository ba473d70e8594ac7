// SPDX-License-Identifier: MIT
#pragma once

#include <ucontext.h>

#include <cmath>
#include <cstddef>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define AN_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define AN_ADDRESS_SANITIZER
#endif
#endif
#if defined(AN_ADDRESS_SANITIZER)
#include <sanitizer/common_interface_defs.h>
#endif

/// Runs CUDA kernels compiled by an ordinary compiler: the threads of a block are fibers, of which one runs until it
/// comes to a barrier, then the next. What the kernels say in CUDA's words is defined at the end.
namespace an::test {

/// As CUDA's dim3.
struct Extent3 {
  unsigned x = 1, y = 1, z = 1;
  Extent3() = default;
  Extent3(unsigned in_x, unsigned in_y = 1, unsigned in_z = 1)  // NOLINT(google-explicit-constructor): as CUDA's
      : x(in_x), y(in_y), z(in_z) {}
  unsigned size() const { return x * y * z; }
};

/// In which order blocks run, and the threads of a block between two barriers. What depends on it is a race.
enum class Schedule { forward, reverse, odd_first };

/// A barrier() of a kernel's text.
using BarrierSite = std::pair<std::string_view, int>;  // file, line

/// Threads of a block wait at different barriers, or some for others that have ended: on a GPU this hangs or worse.
class BarrierError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class SimtEmulator {
 public:
  Extent3 thread, block, block_size, grid_size;  ///< of the thread that runs
  Schedule schedule = Schedule::forward;
  BarrierSite skipped{"", 0};  ///< this barrier does nothing: for tests of the tests
  std::set<BarrierSite> seen;  ///< all barriers that were come to

  static SimtEmulator& instance() {
    static SimtEmulator one;
    return one;
  }

  /// \throws BarrierError
  void launch(Extent3 grid, Extent3 threads, std::size_t shared_bytes, std::function<void()> kernel) {
    grid_size = grid;
    block_size = threads;
    kernel_ = std::move(kernel);
    fibers_.clear();  // also those that a BarrierError left waiting
    fibers_.resize(threads.size());
    for (unsigned i = 0; i < grid.size(); ++i) {
      const unsigned p = place(i, grid.size());
      block = {p % grid.x, p / grid.x % grid.y, p / grid.x / grid.y};
      // Exactly as large as asked for, so that a sanitizer sees an overrun; not a number, so that a test sees a read of
      // what nobody wrote.
      dynamic_ = Memory(shared_bytes);
      static_.clear();
      run_block();
    }
    fibers_.clear();
  }
  float* dynamic_memory() { return reinterpret_cast<float*>(dynamic_.bytes.get()); }
  /// Shared memory of a fixed size, known by an address that only its declaration has.
  void* static_memory(const void* declaration, std::size_t bytes) {
    auto [found, is_new] = static_.try_emplace(declaration);
    if (is_new) found->second = Memory(bytes);
    return found->second.bytes.get();
  }
  void barrier(const char* file, int line) {
    const BarrierSite site{file, line};
    seen.insert(site);
    if (site == skipped) return;
    current_->waits_at = line;
    switch_to(*current_, main_, false);
  }

 private:
  static constexpr std::size_t stack_bytes = std::size_t{128} << 10U;

  struct Memory {
    std::unique_ptr<unsigned char[]> bytes;
    Memory() = default;
    explicit Memory(std::size_t count) : bytes(new unsigned char[count]) { std::memset(bytes.get(), 0xFF, count); }
  };
  struct Fiber {
    ucontext_t context{};
    std::unique_ptr<unsigned char[]> stack;
    const void* stack_begin = nullptr;
    std::size_t stack_size = 0;
    bool ended = false;
    int waits_at = 0;
  };

  // Tells the address sanitizer of the change of stacks.
  static void switch_to(Fiber& from, Fiber& to, bool last) {
#if defined(AN_ADDRESS_SANITIZER)
    void* fake_stack = nullptr;
    __sanitizer_start_switch_fiber(last ? nullptr : &fake_stack, to.stack_begin, to.stack_size);
    swapcontext(&from.context, &to.context);
    arrived(fake_stack);
#else
    (void)last;
    swapcontext(&from.context, &to.context);
#endif
  }
#if defined(AN_ADDRESS_SANITIZER)
  static void arrived(void* fake_stack) {
    SimtEmulator& self = instance();
    const void* begin = nullptr;
    std::size_t size = 0;
    __sanitizer_finish_switch_fiber(fake_stack, &begin, &size);
    if (self.main_.stack_size == 0) {  // the first switch of all comes from the ordinary stack
      self.main_.stack_begin = begin;
      self.main_.stack_size = size;
    }
  }
#endif
  static void enter() {
    SimtEmulator& self = instance();
#if defined(AN_ADDRESS_SANITIZER)
    arrived(nullptr);
#endif
    self.kernel_();
    self.current_->ended = true;
    switch_to(*self.current_, self.main_, true);
  }

  void start(Fiber& fiber) const {
    if (!fiber.stack) fiber.stack.reset(new unsigned char[stack_bytes]);
    fiber.stack_begin = fiber.stack.get();
    fiber.stack_size = stack_bytes;
    fiber.ended = false;
    fiber.waits_at = 0;
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = fiber.stack.get();
    fiber.context.uc_stack.ss_size = stack_bytes;
    fiber.context.uc_link = nullptr;
    makecontext(&fiber.context, &SimtEmulator::enter, 0);
  }
  unsigned place(unsigned i, unsigned count) const {
    if (schedule == Schedule::forward) return i;
    if (schedule == Schedule::reverse) return count - 1 - i;
    return 2 * i + 1 < count ? 2 * i + 1 : 2 * (i - count / 2);
  }
  void run_block() {
    const auto count = static_cast<unsigned>(fibers_.size());
    for (Fiber& fiber : fibers_) start(fiber);
    for (bool all_ended = false; !all_ended;) {
      for (unsigned i = 0; i < count; ++i) {
        const unsigned p = place(i, count);
        thread = {p % block_size.x, p / block_size.x % block_size.y, p / block_size.x / block_size.y};
        current_ = &fibers_[p];
        switch_to(main_, *current_, false);
      }
      all_ended = together();
    }
  }
  // Whether all have ended; else all wait at one barrier, or throws.
  bool together() const {
    std::map<int, std::size_t> waiting;
    std::size_t ended = 0;
    for (const Fiber& fiber : fibers_) {
      if (fiber.ended) ++ended;
      if (!fiber.ended) ++waiting[fiber.waits_at];
    }
    if (waiting.empty() || (waiting.size() == 1 && ended == 0)) return waiting.empty();
    throw BarrierError(describe(waiting, ended));
  }
  std::string describe(const std::map<int, std::size_t>& waiting, std::size_t ended) const {
    std::string text = "block " + std::to_string(block.x) + "," + std::to_string(block.y) + ": ";
    for (const auto& [line, threads] : waiting)
      text += std::to_string(threads) + " threads wait at line " + std::to_string(line) + ", ";
    return text + std::to_string(ended) + " have ended";
  }

  std::function<void()> kernel_;
  std::vector<Fiber> fibers_;
  Fiber main_;
  Fiber* current_ = nullptr;
  Memory dynamic_;
  std::map<const void*, Memory> static_;
};

/// kernel<<<grid, block, shared_bytes>>>(...), as emulate(grid, block, shared_bytes, [&] { kernel(...); }).
template <class Kernel>
void emulate(Extent3 grid, Extent3 block, std::size_t shared_bytes, const Kernel& kernel) {
  SimtEmulator::instance().launch(grid, block, shared_bytes, kernel);
}

template <class T>
T& shared_memory(const void* declaration) {
  return *static_cast<T*>(SimtEmulator::instance().static_memory(declaration, sizeof(T)));
}

}  // namespace an::test

#define __global__
#define __device__
#define threadIdx (an::test::SimtEmulator::instance().thread)
#define blockIdx (an::test::SimtEmulator::instance().block)
#define blockDim (an::test::SimtEmulator::instance().block_size)
#define gridDim (an::test::SimtEmulator::instance().grid_size)
#define AN_SYNC() an::test::SimtEmulator::instance().barrier(__FILE__, __LINE__)
#define AN_SHARED(type, name, extent) \
  static const char name##_place = 0; \
  auto& name = an::test::shared_memory<type extent>(&name##_place)
#define AN_DYNAMIC_SHARED(name) float* name = an::test::SimtEmulator::instance().dynamic_memory()
