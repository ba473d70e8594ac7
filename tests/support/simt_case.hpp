// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <random>

#include "kernels/bf16.hpp"
#include "kernels/plan_executor.hpp"
#include "simt_emulator.hpp"

namespace an::test {

using kernels::Bf16;
using kernels::Shape;

/// How activations are held, and how many channels a thread moves at once.
template <class Stored, int count>
struct Lanes {
  using A = Stored;
  static constexpr int lanes = count;
  /// Some channels, that packs can be made of.
  static constexpr std::size_t channels(std::size_t packs) { return packs * count; }
};
using AllLanes = testing::Types<Lanes<float, 1>, Lanes<float, 4>, Lanes<Bf16, 1>, Lanes<Bf16, 8>>;

/// Half a unit of the last place, relative, of results that are sums rounded once or twice.
template <class A>
constexpr double roundings(double count = 1) {
  return count * (sizeof(A) == 2 ? 1.0 / 256 : 1e-6);
}

/// Values that A holds exactly; few different ones where `levels` says so.
template <class A>
std::vector<A> random_values(std::size_t count, unsigned seed, int levels = 4096) {
  std::minstd_rand generator(seed * 7919 + 17);
  std::vector<A> values(count);
  for (A& v : values) {
    const auto level = static_cast<float>(static_cast<int>(generator() % static_cast<unsigned>(levels)) - levels / 2);
    v = A(4 * (level + 0.5F) / static_cast<float>(levels));
  }
  return values;
}

/// Parameters as the products have them: rounded to A.
template <class A>
std::vector<float> random_parameters(std::size_t count, unsigned seed) {
  std::vector<float> values;
  for (const A& v : random_values<A>(count, seed)) values.push_back(static_cast<float>(v));
  return values;
}

/// An operation on tensors of its own, as the reference is called.
template <class A>
struct OperationCase {
  kernels::Operation operation;
  Shape in, other, out;
  std::vector<A> x, z, y, dx, dz, dy;
  std::vector<float> weights, bias, dweights, dbias, statistics, saved;
  bool add = false;

  OperationCase(kernels::OperationKind kind, Shape in_shape, Shape other_shape, Shape out_shape)
      : operation{},
        in(in_shape),
        other(other_shape),
        out(out_shape),
        x(random_values<A>(in.size(), 1)),
        z(random_values<A>(other.size(), 2)),
        y(out.size()),
        dx(random_values<A>(in.size(), 3)),
        dz(random_values<A>(other.size(), 4)),
        dy(random_values<A>(out.size(), 5)) {
    operation.kind = kind;
  }
  kernels::Call<A, float> call() {
    return {operation,    0,
            in,           other,
            out,          x.data(),
            z.data(),     y.data(),
            dx.data(),    dz.data(),
            dy.data(),    weights.data(),
            bias.data(),  dweights.data(),
            dbias.data(), statistics.data(),
            saved.data(), add,
            add};
  }
};

template <class T>
std::vector<double> doubles(const std::vector<T>& values) {
  std::vector<double> out;
  for (const T& v : values) {
    if constexpr (std::is_same_v<T, Bf16>) {
      out.push_back(static_cast<double>(static_cast<float>(v)));
    } else {
      out.push_back(static_cast<double>(v));
    }
  }
  return out;
}

/// Tells of the worst place where they differ by more than `tolerance` of the largest expected.
template <class T, class U>
void expect_close(const std::vector<T>& found_values, const std::vector<U>& expected_values, double tolerance) {
  const std::vector<double> found = doubles(found_values), expected = doubles(expected_values);
  ASSERT_EQ(found.size(), expected.size());
  double largest = 1e-30, worst = 0;
  std::size_t place = 0;
  for (const double e : expected) largest = std::max(largest, std::abs(e));
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double difference = std::abs(found[i] - expected[i]);
    if (difference <= worst) continue;
    worst = std::isnan(difference) ? INFINITY : difference;
    place = i;
  }
  EXPECT_LE(worst, tolerance * largest) << "at " << place << " of " << found.size() << ": " << found[place]
                                        << " instead of " << expected[place];
}

/// What a run of kernels gives, if it is the same, to the last bit, in every order of blocks and threads.
template <class Run>
auto in_every_order(const Run& run) {
  SimtEmulator& emulator = SimtEmulator::instance();
  emulator.schedule = Schedule::forward;
  const auto first = run();
  for (const Schedule schedule : {Schedule::reverse, Schedule::odd_first}) {
    emulator.schedule = schedule;
    const auto again = run();
    EXPECT_EQ(doubles(again), doubles(first)) << "depends on the order of threads";
  }
  emulator.schedule = Schedule::forward;
  return first;
}

/// Runs a kernel that loops over the grid, on fewer threads than there is work for.
template <class Kernel>
void emulate_loop(const Kernel& kernel) {
  emulate(3, 32, 0, kernel);
}

}  // namespace an::test
