// SPDX-License-Identifier: MIT
// The GPU's kernels without reductions, run by the emulator, against the reference.
#include "kernels/cuda/elementwise.cuh"
#include "kernels/reference/shaping.hpp"
#include "simt_case.hpp"

namespace an::test {
namespace {

namespace cuda = kernels::cuda;
namespace reference = kernels::reference;
using kernels::OperationKind;

cuda::Extent extent_of(const Shape& s) {
  return {static_cast<int>(s.images), static_cast<int>(s.rows), static_cast<int>(s.columns),
          static_cast<int>(s.channels)};
}

template <class T>
class SimtKernels : public testing::Test {};
TYPED_TEST_SUITE(SimtKernels, AllLanes);

TEST(SimtKernels, ConvertRounds) {
  const std::vector<float> from{1.0F, 1.00390625F, 1.01171875F, -3.14159F, 1e38F, 0.0F, 1e-40F};
  const auto narrow = in_every_order([&] {
    std::vector<Bf16> to(from.size());
    emulate_loop([&] { cuda::convert(from.data(), to.data(), static_cast<int>(from.size())); });
    return to;
  });
  for (std::size_t i = 0; i < from.size(); ++i) EXPECT_EQ(narrow[i].bits, Bf16(from[i]).bits);
  EXPECT_EQ(static_cast<float>(narrow[1]), 1.0F);  // ties to even
  EXPECT_EQ(static_cast<float>(narrow[2]), 1.015625F);
}

TEST(SimtKernels, TransposeFilterThereAndBack) {
  const int taps = 6, in = 3, out = 5;
  const std::vector<float> from = random_values<float>(static_cast<std::size_t>(taps * in * out), 1);
  const auto there = in_every_order([&] {
    std::vector<float> to(from.size());
    emulate_loop([&] { cuda::transpose_filter(from.data(), to.data(), taps, in, out, false); });
    return to;
  });
  for (int t = 0; t < taps; ++t)
    for (int c = 0; c < in; ++c)
      for (int k = 0; k < out; ++k)
        EXPECT_EQ(there[static_cast<std::size_t>((k * taps + t) * in + c)],
                  from[static_cast<std::size_t>((t * in + c) * out + k)]);
  const auto back = in_every_order([&] {
    std::vector<float> to(from.size());
    emulate_loop([&] { cuda::transpose_filter(there.data(), to.data(), taps, in, out, true); });
    return to;
  });
  EXPECT_EQ(back, from);
}

TYPED_TEST(SimtKernels, AddBias) {
  using A = typename TypeParam::A;
  const std::size_t channels = TypeParam::channels(3), pixels = 35;
  const std::vector<A> before = random_values<A>(pixels * channels, 1);
  const std::vector<float> bias = random_values<float>(channels, 2);
  for (const bool relu : {false, true}) {
    const auto found = in_every_order([&] {
      std::vector<A> y = before;
      emulate_loop([&] {
        cuda::add_bias<A, TypeParam::lanes>(y.data(), bias.data(), static_cast<int>(pixels), static_cast<int>(channels),
                                            relu);
      });
      return y;
    });
    std::vector<A> expected = before;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const float sum = static_cast<float>(before[i]) + bias[i % channels];
      expected[i] = A(relu ? std::max(sum, 0.0F) : sum);
    }
    expect_close(found, expected, 0);
  }
}

TYPED_TEST(SimtKernels, AddAndItsGradient) {
  using A = typename TypeParam::A;
  constexpr int lanes = TypeParam::lanes;
  const Shape shape{2, 3, 5, TypeParam::channels(3)};
  const int count = static_cast<int>(shape.size());
  for (const bool relu : {false, true})
    for (const bool add : {false, true}) {
      OperationCase<A> c(OperationKind::add, shape, shape, shape);
      c.operation.relu = relu;
      c.add = add;
      const std::vector<A> dx = c.dx;
      std::vector<A> dy = c.dy;
      const auto y = in_every_order([&] {
        std::vector<A> out(c.y.size());
        emulate_loop([&] { cuda::add_values<A, lanes>(c.x.data(), c.z.data(), out.data(), count, relu); });
        return out;
      });
      reference::add(c.call());
      expect_close(y, c.y, 0);
      if (relu)
        dy = in_every_order([&] {
          std::vector<A> closed = c.dy;
          emulate_loop([&] { cuda::close_relu<A, lanes>(y.data(), closed.data(), count); });
          return closed;
        });
      const auto gradient = in_every_order([&] {
        std::vector<A> out = dx;
        emulate_loop([&] { cuda::pass_gradient<A, lanes>(dy.data(), out.data(), count, add); });
        return out;
      });
      reference::add_backward(c.call());
      expect_close(dy, c.dy, 0);
      expect_close(gradient, c.dx, 0);
    }
}

TYPED_TEST(SimtKernels, MaxPoolAndItsGradient) {
  using A = typename TypeParam::A;
  constexpr int lanes = TypeParam::lanes;
  for (const auto& [rows, columns] : {std::pair{2, 2}, {1, 2}, {3, 1}})
    for (const bool add : {false, true}) {
      const Shape out{2, 3, 5, TypeParam::channels(2)};
      const Shape in{2, 3 * static_cast<std::size_t>(rows), 5 * static_cast<std::size_t>(columns), out.channels};
      OperationCase<A> c(OperationKind::max_pool, in, {}, out);
      c.operation.kernel_rows = static_cast<std::size_t>(rows);
      c.operation.kernel_columns = static_cast<std::size_t>(columns);
      c.add = add;
      c.x = random_values<A>(in.size(), 7, 4);  // some are equal
      const std::vector<A> dx = c.dx;
      const int high = rows, wide = columns;
      const auto y = in_every_order([&] {
        std::vector<A> to(c.y.size());
        emulate_loop(
            [&] { cuda::max_pool<A, lanes>(c.x.data(), to.data(), extent_of(in), extent_of(out), high, wide); });
        return to;
      });
      reference::max_pool(c.call());
      expect_close(y, c.y, 0);
      const auto gradient = in_every_order([&] {
        std::vector<A> to = dx;
        emulate_loop([&] {
          cuda::max_pool_gradient<A, lanes>(c.x.data(), y.data(), c.dy.data(), to.data(), extent_of(in), extent_of(out),
                                            high, wide, add);
        });
        return to;
      });
      reference::max_pool_backward(c.call());
      expect_close(gradient, c.dx, 0);
    }
}

template <class Kind>
OperationCase<typename Kind::A> gate_case(std::size_t row_factor, std::size_t column_factor, bool add) {
  const Shape small{2, 3, 5, 1};
  const Shape shape{2, 3 * row_factor, 5 * column_factor, Kind::channels(3)};
  OperationCase<typename Kind::A> c(OperationKind::gate, shape, small, shape);
  c.operation.kernel_rows = row_factor;
  c.operation.kernel_columns = column_factor;
  c.add = add;
  return c;
}

TYPED_TEST(SimtKernels, Gate) {
  using A = typename TypeParam::A;
  for (const std::size_t row_factor : {1U, 2U})
    for (const std::size_t column_factor : {1U, 2U}) {
      OperationCase<A> c = gate_case<TypeParam>(row_factor, column_factor, false);
      const auto y = in_every_order([&] {
        std::vector<A> to(c.y.size());
        emulate_loop([&] {
          cuda::gate<A, TypeParam::lanes>(c.x.data(), c.z.data(), to.data(), extent_of(c.out), extent_of(c.other),
                                          static_cast<int>(row_factor), static_cast<int>(column_factor));
        });
        return to;
      });
      reference::gate(c.call());
      expect_close(y, c.y, roundings<A>());
    }
}

TYPED_TEST(SimtKernels, GateGradients) {
  using A = typename TypeParam::A;
  for (const std::size_t row_factor : {1U, 2U})
    for (const std::size_t column_factor : {1U, 2U})
      for (const bool add : {false, true}) {
        OperationCase<A> c = gate_case<TypeParam>(row_factor, column_factor, add);
        const int high = static_cast<int>(row_factor), wide = static_cast<int>(column_factor);
        const std::size_t groups = c.out.channels / TypeParam::lanes;
        std::vector<float> parts(c.out.pixels() * groups);
        const auto skip = in_every_order([&] {
          std::vector<A> to = c.dx;
          emulate_loop([&] {
            cuda::gate_gradient<A, TypeParam::lanes>(c.x.data(), c.z.data(), c.dy.data(), to.data(), parts.data(),
                                                     extent_of(c.out), extent_of(c.other), high, wide, add);
          });
          return to;
        });
        const auto psi = in_every_order([&] {
          std::vector<A> to = c.dz;
          emulate_loop([&] {
            cuda::psi_gradient(c.z.data(), parts.data(), static_cast<int>(groups), to.data(), extent_of(c.out),
                               extent_of(c.other), high, wide, add);
          });
          return to;
        });
        reference::gate_backward(c.call());
        expect_close(skip, c.dx, roundings<A>());
        expect_close(psi, c.dz, roundings<A>());
      }
}

TYPED_TEST(SimtKernels, ConcatAndItsGradient) {
  using A = typename TypeParam::A;
  constexpr int lanes = TypeParam::lanes;
  const Shape in{2, 3, 5, TypeParam::channels(3)}, other{2, 3, 5, TypeParam::channels(2)};
  const Shape out{2, 3, 5, in.channels + other.channels};
  const int pixels = 30, first = static_cast<int>(in.channels), second = static_cast<int>(other.channels);
  for (const bool add : {false, true}) {
    OperationCase<A> c(OperationKind::concat, in, other, out);
    c.add = add;
    const auto y = in_every_order([&] {
      std::vector<A> to(out.size());
      emulate_loop(
          [&] { cuda::copy_channels<A, lanes>(c.x.data(), to.data(), pixels, first, first + second, 0, true, false); });
      emulate_loop([&] {
        cuda::copy_channels<A, lanes>(c.z.data(), to.data(), pixels, second, first + second, first, true, false);
      });
      return to;
    });
    const auto gradient_of = [&](const std::vector<A>& old, int part, int offset) {
      return in_every_order([&] {
        std::vector<A> to = old;
        emulate_loop([&] {
          cuda::copy_channels<A, lanes>(c.dy.data(), to.data(), pixels, part, first + second, offset, false, add);
        });
        return to;
      });
    };
    const auto dx = gradient_of(c.dx, first, 0), dz = gradient_of(c.dz, second, first);
    reference::concat(c.call());
    reference::concat_backward(c.call());
    expect_close(y, c.y, 0);
    expect_close(dx, c.dx, 0);
    expect_close(dz, c.dz, 0);
  }
}

TYPED_TEST(SimtKernels, Pick) {
  using A = typename TypeParam::A;
  OperationCase<A> c(OperationKind::pick, {2, 3, 5, 7}, {}, {2, 3, 5, 1});
  c.operation.channel = 4;
  const auto y = in_every_order([&] {
    std::vector<A> to(c.y.size());
    emulate_loop([&] { cuda::pick(c.x.data(), to.data(), 30, 7, 4); });
    return to;
  });
  reference::pick(c.call());
  expect_close(y, c.y, 0);
}

}  // namespace
}  // namespace an::test
