// SPDX-License-Identifier: MIT
// Tests of the tests: each barrier of the kernels taken away, and memory one element too short, must be noticed.
#include <algorithm>

#include "simt_reductions.hpp"

namespace an::test {
namespace {

using KernelRun = std::function<std::vector<double>()>;

/// One run of every kernel that has barriers.
std::vector<KernelRun> runs() {
  std::vector<KernelRun> all;
  const std::vector<float> dy = random_values<float>(std::size_t{70} * 37, 1);
  all.emplace_back([dy] { return doubles(sums_of(cuda::BiasTerm<float>{dy.data()}, 70, 37, 3)); });
  auto norm = layer_norm_case<float>(130, false);
  all.emplace_back([norm] {
    std::vector<float> saved(norm.saved.size());
    return doubles(run_layer_norm(norm, saved));
  });
  norm.saved.assign(norm.saved.size(), 0.5F);
  all.emplace_back([norm] { return doubles(run_layer_norm_gradient(norm, norm.saved)); });
  const auto attention = attention_case<float>(2, 33, false, 2, 3);
  all.emplace_back([attention] { return doubles(run_attention(attention)); });
  all.emplace_back([attention] { return doubles(run_attention_gradient(attention)); });
  const LossCase<float> loss(kernels::LossKind::joint, true);
  all.emplace_back([loss] { return run_loss(loss, 2); });
  return all;
}

std::vector<double> result_of(const KernelRun& run, Schedule schedule, BarrierSite skipped) {
  SimtEmulator& emulator = SimtEmulator::instance();
  emulator.schedule = schedule;
  emulator.skipped = skipped;
  std::vector<double> result = run();
  emulator.schedule = Schedule::forward;
  emulator.skipped = {};
  return result;
}

// Whether the order of threads shows, as in_every_order() would find.
bool depends_on_order(const KernelRun& run, BarrierSite skipped) {
  const std::vector<double> forward = result_of(run, Schedule::forward, skipped);
  return result_of(run, Schedule::reverse, skipped) != forward ||
         result_of(run, Schedule::odd_first, skipped) != forward;
}

TEST(SimtMutations, EveryBarrierIsMissedWhereItIsTakenAway) {
  SimtEmulator& emulator = SimtEmulator::instance();
  emulator.seen.clear();
  const std::vector<KernelRun> all = runs();
  for (const KernelRun& run : all) EXPECT_FALSE(depends_on_order(run, {}));
  const std::set<BarrierSite> sites = emulator.seen;
  // All of reductions.cuh (4), attention.cuh (6) and training.cuh (2).
  EXPECT_EQ(sites.size(), 12U);
  for (const BarrierSite& site : sites) {
    const bool noticed = std::ranges::any_of(all, [&](const KernelRun& run) { return depends_on_order(run, site); });
    EXPECT_TRUE(noticed) << site.first << ":" << site.second << ": nothing changes without this barrier";
  }
}

#if defined(AN_ADDRESS_SANITIZER)
TEST(SimtMutationsDeathTest, MemoryOneElementTooShortIsNoticed) {
  const auto attention = attention_case<float>(2, 33, false, 2, 3);
  EXPECT_DEATH(run_attention(attention, sizeof(float)), "heap-buffer-overflow");
  EXPECT_DEATH(run_attention_gradient(attention, sizeof(float)), "heap-buffer-overflow");
  auto narrow = attention_case<Bf16>(5, 3, true, 1, 0);
  narrow.x.pop_back();
  narrow.x.shrink_to_fit();
  EXPECT_DEATH(run_attention(narrow), "heap-buffer-overflow");
  std::vector<float> y(15, 1);
  const std::vector<float> bias(4, 1);
  EXPECT_DEATH(emulate_loop([&] { cuda::add_bias<float, 4>(y.data(), bias.data(), 4, 4, false); }),
               "heap-buffer-overflow");
}
#else
TEST(SimtMutationsDeathTest, MemoryOneElementTooShortIsNoticed) {
  GTEST_SKIP() << "skipped: needs the address sanitizer";
}
#endif

}  // namespace
}  // namespace an::test
