// SPDX-License-Identifier: MIT
// Sums and norms of the GPU's back end, run by the emulator, against the reference.
#include "simt_reductions.hpp"
#include "kernels/reference/normalisation.hpp"

namespace an::test {
namespace {

namespace reference = kernels::reference;
using kernels::Mode;
using kernels::OperationKind;

template <class Kind>
OperationCase<typename Kind::A> batch_norm_case(bool relu) {
  const std::size_t channels = Kind::channels(Kind::lanes == 1 ? 37 : 9);
  const Shape shape{2, 5, 7, channels};
  OperationCase<typename Kind::A> c(OperationKind::batch_norm, shape, {}, shape);
  c.operation.relu = relu;
  c.weights = random_values<float>(channels, 6);
  c.bias = random_values<float>(channels, 7);
  c.dweights.resize(channels);
  c.dbias.resize(channels);
  c.statistics = random_values<float>(2 * channels, 8);
  for (std::size_t k = channels; k < 2 * channels; ++k) c.statistics[k] = std::abs(c.statistics[k]) + 0.1F;
  c.saved.resize(2 * channels);
  return c;
}

template <class T>
class SimtReductions : public testing::Test {};
TYPED_TEST_SUITE(SimtReductions, AllLanes);

TYPED_TEST(SimtReductions, SumsOverPixelsInChunksOfAnySize) {
  using A = typename TypeParam::A;
  const std::size_t channels = 37, pixels = 70;
  const std::vector<A> dy = random_values<A>(pixels * channels, 1);
  std::vector<float> expected(2 * channels);
  for (std::size_t i = 0; i < dy.size(); ++i) expected[i % channels] += static_cast<float>(dy[i]);
  for (const unsigned chunks : {1U, 3U, 69U, 90U}) {
    const auto found = in_every_order([&] { return sums_of(cuda::BiasTerm<A>{dy.data()}, pixels, channels, chunks); });
    expect_close(found, expected, 2e-6);
  }
}

TEST(SimtReductions, SecondSumsMayBeLeftOut) {
  const std::vector<float> partial{1, 2, 3, 4, 5, 6, 7, 8};
  std::vector<float> sums(2);
  emulate(1, 64, 0, [&] { cuda::total_sums(partial.data(), 2, 2, sums.data(), nullptr); });
  EXPECT_EQ(sums, (std::vector<float>{6, 8}));
}

TYPED_TEST(SimtReductions, BatchNormOfABatch) {
  using A = typename TypeParam::A;
  for (const bool relu : {false, true}) {
    auto c = batch_norm_case<TypeParam>(relu);
    const int channels = static_cast<int>(c.out.channels), pixels = static_cast<int>(c.out.pixels());
    const cuda::MomentTerm<A> term{c.x.data(), c.statistics.data()};
    const auto sums = in_every_order([&] { return sums_of(term, c.out.pixels(), c.out.channels, 3); });
    std::vector<float> statistics = c.statistics, saved(c.saved.size());
    emulate(2, 64, 0, [&] {
      cuda::batch_statistics(sums.data(), statistics.data(), pixels, channels, kernels::batch_norm_epsilon,
                             kernels::batch_norm_momentum, statistics.data(), saved.data());
    });
    const auto y = in_every_order([&] {
      std::vector<A> out(c.y.size());
      emulate_loop([&] {
        cuda::batch_norm<A, TypeParam::lanes>(c.x.data(), c.weights.data(), c.bias.data(), saved.data(), out.data(),
                                              pixels, channels, relu);
      });
      return out;
    });
    reference::batch_norm(c.call(), Mode::training);
    expect_close(saved, c.saved, 3e-6);
    expect_close(statistics, c.statistics, 3e-6);
    expect_close(y, c.y, roundings<A>(3));
  }
}

TYPED_TEST(SimtReductions, BatchNormByMovingStatistics) {
  using A = typename TypeParam::A;
  auto c = batch_norm_case<TypeParam>(true);
  const int channels = static_cast<int>(c.out.channels), pixels = static_cast<int>(c.out.pixels());
  std::vector<float> saved(c.saved.size());
  emulate(2, 64, 0,
          [&] { cuda::moving_statistics(c.statistics.data(), channels, kernels::batch_norm_epsilon, saved.data()); });
  std::vector<A> y(c.y.size());
  emulate_loop([&] {
    cuda::batch_norm<A, TypeParam::lanes>(c.x.data(), c.weights.data(), c.bias.data(), saved.data(), y.data(), pixels,
                                          channels, true);
  });
  reference::batch_norm(c.call(), Mode::inference);
  expect_close(saved, c.saved, 1e-6);
  expect_close(y, c.y, roundings<A>());
}

TYPED_TEST(SimtReductions, GradientsOfBatchNorm) {
  using A = typename TypeParam::A;
  for (const bool relu : {false, true})
    for (const bool add : {false, true}) {
      auto c = batch_norm_case<TypeParam>(relu);
      c.add = add;
      reference::batch_norm(c.call(), Mode::training);
      const int channels = static_cast<int>(c.out.channels), pixels = static_cast<int>(c.out.pixels());
      const cuda::BatchNormTerm<A> term{c.x.data(), c.dy.data(), c.weights.data(), c.bias.data(), c.saved.data(),
                                        channels,   relu};
      const auto sums = in_every_order([&] { return sums_of(term, c.out.pixels(), c.out.channels, 4); });
      const auto dx = in_every_order([&] {
        std::vector<A> out = c.dx;
        emulate_loop([&] {
          cuda::batch_norm_gradient<A, TypeParam::lanes>(term, sums.data(), sums.data() + channels, out.data(), pixels,
                                                         add);
        });
        return out;
      });
      reference::batch_norm_backward(c.call());
      expect_close(std::vector<float>(sums.begin(), sums.begin() + channels), c.dbias, 3e-6);
      expect_close(std::vector<float>(sums.begin() + channels, sums.end()), c.dweights, 3e-6);
      expect_close(dx, c.dx, roundings<A>(3));
    }
}

template <class T>
class SimtLayerNorm : public testing::Test {};
using Activations = testing::Types<float, Bf16>;
TYPED_TEST_SUITE(SimtLayerNorm, Activations);

TYPED_TEST(SimtLayerNorm, EqualsTheReference) {
  using A = TypeParam;
  for (const std::size_t channels : {1U, 5U, 64U, 130U})
    for (const bool add : {false, true}) {
      auto c = layer_norm_case<A>(channels, add);
      std::vector<float> saved(c.saved.size());
      const auto y = in_every_order([&] { return run_layer_norm(c, saved); });
      reference::layer_norm(c.call());
      expect_close(y, c.y, roundings<A>(3));
      expect_close(saved, c.saved, 3e-6);
      const auto dx = in_every_order([&] { return run_layer_norm_gradient(c, c.saved); });
      const cuda::LayerNormTerm<A> term{c.x.data(), c.dy.data(), c.saved.data(), static_cast<int>(channels)};
      const auto sums = in_every_order([&] { return sums_of(term, c.out.pixels(), channels, 2); });
      reference::layer_norm_backward(c.call());
      // Of one channel the gradient is nothing but roundings of values about 60 times larger.
      expect_close(dx, c.dx, channels == 1 ? 1e-3 : roundings<A>(5));
      const auto middle = sums.begin() + static_cast<std::ptrdiff_t>(channels);
      expect_close(std::vector<float>(sums.begin(), middle), c.dbias, 3e-6);
      expect_close(std::vector<float>(middle, sums.end()), c.dweights, 3e-6);
    }
}

}  // namespace
}  // namespace an::test
