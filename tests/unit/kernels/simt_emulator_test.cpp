// SPDX-License-Identifier: MIT
// The emulator itself: what kernels of a few lines do, and the mistakes it must see.
#include "simt_case.hpp"

namespace an::test {
namespace {

constexpr int block_threads = 8;

__global__ void reverse_in_blocks(const float* from, float* to) {
  AN_SHARED(float, memory, [block_threads]);
  const auto base = blockIdx.x * blockDim.x;
  memory[threadIdx.x] = from[base + threadIdx.x];
  AN_SYNC();
  to[base + threadIdx.x] = memory[blockDim.x - 1 - threadIdx.x];
}

__global__ void half_reach_the_barrier(int*) {
  if (threadIdx.x < 4) AN_SYNC();
}

__global__ void two_barriers(int*) {
  if (threadIdx.x < 4) {
    AN_SYNC();
  } else {
    AN_SYNC();
  }
}

__global__ void read_unwritten(float* out) {
  AN_DYNAMIC_SHARED(memory);
  out[threadIdx.x] = memory[threadIdx.x];
}

__global__ void write_shared_at(int place) {
  AN_SHARED(float, memory, [block_threads]);
  float* start = memory;
  start[place] = 1;
}

__global__ void write_dynamic_at(int place) {
  AN_DYNAMIC_SHARED(memory);
  memory[place] = 1;
}

__global__ void indices(unsigned* out) {
  const unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  const unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  out[block * blockDim.x * blockDim.y * blockDim.z + thread] = block * 100 + thread;
}

std::vector<float> counted() {
  std::vector<float> values(2 * block_threads);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  return values;
}

TEST(SimtEmulator, SharesMemoryWithinABlockOnly) {
  const std::vector<float> from = counted();
  const std::vector<float> to = in_every_order([&] {
    std::vector<float> out(from.size());
    emulate(2, block_threads, 0, [&] { reverse_in_blocks(from.data(), out.data()); });
    return out;
  });
  EXPECT_EQ(to, (std::vector<float>{7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8}));
}

TEST(SimtEmulator, CountsThreadsAndBlocksInThreeDirections) {
  const std::vector<unsigned> found = in_every_order([] {
    std::vector<unsigned> out(std::size_t{2 * 3 * 2} * 4 * 2 * 3);
    emulate({2, 3, 2}, {4, 2, 3}, 0, [&] { indices(out.data()); });
    return out;
  });
  for (unsigned i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], i / 24 * 100 + i % 24);
}

TEST(SimtEmulator, RefusesABarrierThatSomeThreadsNeverReach) {
  EXPECT_THROW(emulate(1, block_threads, 0, [] { half_reach_the_barrier(nullptr); }), BarrierError);
  EXPECT_THROW(emulate(1, block_threads, 0, [] { two_barriers(nullptr); }), BarrierError);
  const std::vector<float> from = counted();  // and goes on afterwards
  std::vector<float> out(from.size());
  emulate(2, block_threads, 0, [&] { reverse_in_blocks(from.data(), out.data()); });
  EXPECT_EQ(out[0], 7.0F);
}

TEST(SimtEmulator, SharedMemoryThatNobodyWroteIsNotANumber) {
  std::vector<float> out(block_threads);
  emulate(1, block_threads, block_threads * sizeof(float), [&] { read_unwritten(out.data()); });
  for (const float v : out) EXPECT_TRUE(std::isnan(v));
}

TEST(SimtEmulator, ASkippedBarrierShowsInTheOrder) {
  SimtEmulator& emulator = SimtEmulator::instance();
  const std::vector<float> from = counted();
  const auto run = [&](Schedule schedule) {
    emulator.schedule = schedule;
    std::vector<float> out(from.size());
    emulate(2, block_threads, 0, [&] { reverse_in_blocks(from.data(), out.data()); });
    return out;
  };
  emulator.seen.clear();
  run(Schedule::forward);
  ASSERT_EQ(emulator.seen.size(), 1U);
  emulator.skipped = *emulator.seen.begin();
  const std::vector<float> forward = run(Schedule::forward), reverse = run(Schedule::reverse);
  emulator.skipped = {};
  emulator.schedule = Schedule::forward;
  EXPECT_TRUE(std::isnan(forward[0]));
  EXPECT_EQ(forward[7], 0.0F);
  EXPECT_EQ(reverse[0], 7.0F);
  EXPECT_TRUE(std::isnan(reverse[7]));
}

TEST(SimtEmulatorDeathTest, OverrunsOfSharedMemoryAreFound) {
  emulate(1, 1, 0, [] { write_shared_at(block_threads - 1); });
  emulate(1, 1, 12, [] { write_dynamic_at(2); });
#if defined(AN_ADDRESS_SANITIZER)
  EXPECT_DEATH(emulate(1, 1, 0, [] { write_shared_at(block_threads); }), "heap-buffer-overflow");
  EXPECT_DEATH(emulate(1, 1, 12, [] { write_dynamic_at(3); }), "heap-buffer-overflow");
#else
  GTEST_SKIP() << "skipped: needs the address sanitizer";
#endif
}

}  // namespace
}  // namespace an::test
