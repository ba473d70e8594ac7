// SPDX-License-Identifier: MIT
// Attention, loss and Adam of the GPU's back end, run by the emulator, against the reference.
#include "kernels/reference/attention.hpp"
#include "kernels/reference/training.hpp"
#include "simt_reductions.hpp"

namespace an::test {
namespace {

namespace reference = kernels::reference;
using kernels::LossKind;

template <class A>
class SimtAttention : public testing::Test {};
using Activations = testing::Types<float, Bf16>;
TYPED_TEST_SUITE(SimtAttention, Activations);

TYPED_TEST(SimtAttention, EqualsTheReference) {
  using A = TypeParam;
  for (const std::size_t length : {1U, 2U, 3U, 8U, 17U, 32U, 33U})
    for (const bool over_rows : {false, true})
      for (const std::size_t heads : {1U, 2U})
        for (const unsigned masked : {0U, 3U, 8U}) {
          auto c = attention_case<A>(over_rows ? length : 2, over_rows ? 3 : length, over_rows, heads, masked);
          const auto y = in_every_order([&] { return run_attention(c); });
          const auto dx = in_every_order([&] { return run_attention_gradient(c); });
          reference::attention(c.call());
          reference::attention_backward(c.call());
          expect_close(y, c.y, roundings<A>());
          // The same sums as the reference's, of products whose parts nearly cancel.
          expect_close(dx, c.dx, roundings<A>(2));
        }
}

TYPED_TEST(SimtAttention, GivesNothingWhereNoPixelIsValid) {
  const auto c = attention_case<TypeParam>(2, 5, false, 2, 8);
  for (const double v : doubles(run_attention(c))) EXPECT_EQ(v, 0);
  for (const double v : doubles(run_attention_gradient(c))) EXPECT_EQ(v, 0);
}

// Else a large product of a key that is left out would put all others to zero.
TYPED_TEST(SimtAttention, AKeyThatIsLeftOutChangesNothingHoweverLarge) {
  using A = TypeParam;
  auto c = attention_case<A>(1, 9, false, 1, 0);
  c.z[4] = A(0.0F);
  for (std::size_t d = 0; d < 3; ++d) {
    c.x[4 * 9 + 3 + d] = A(1e4F);
    for (std::size_t i = 0; i < 9; ++i) c.x[i * 9 + d] = A(1.0F);
  }
  const auto y = run_attention(c);
  const auto dx = run_attention_gradient(c);
  reference::attention(c.call());
  reference::attention_backward(c.call());
  expect_close(y, c.y, roundings<A>());
  expect_close(dx, c.dx, roundings<A>(2));
}

template <class A>
class SimtTraining : public testing::Test {};
TYPED_TEST_SUITE(SimtTraining, Activations);

TYPED_TEST(SimtTraining, LossAndItsGradient) {
  using A = TypeParam;
  for (const LossKind kind : {LossKind::mae, LossKind::msle, LossKind::cross_entropy, LossKind::joint})
    for (const bool any_weight : {true, false}) {
      const LossCase<A> c(kind, any_weight);
      const auto found = in_every_order([&] { return run_loss(c, 2); });
      std::vector<A> expected(c.output.size());
      const double sum =
          reference::loss<A, float>(c.loss, c.shape, c.output.data(), c.targets.data(), c.weights, expected.data());
      const auto gradients = found.begin() + static_cast<std::ptrdiff_t>(expected.size());
      expect_close(std::vector<double>(found.begin(), gradients), expected, roundings<A>());
      EXPECT_NEAR(gradients[0] + gradients[1], sum, 1e-6 * std::abs(sum));
      EXPECT_EQ(sum > 0, any_weight);
    }
}

TEST(SimtTraining, Adam) {
  const std::size_t count = 301;
  const std::vector<float> gradients = random_values<float>(count, 1);
  std::vector<float> first = random_values<float>(count, 2), second(count), parameters = random_values<float>(count, 3);
  for (std::size_t i = 0; i < count; ++i) second[i] = std::abs(first[i]);
  kernels::AdamStep step;
  step.step = 3;
  step.decay = 0.01F;
  const auto [first_factor, second_factor] = kernels::adam_corrections(step);
  const float early = first_factor, late = second_factor;
  const auto found = in_every_order([&] {
    std::vector<float> m = first, v = second, p = parameters;
    emulate_loop([&] {
      cuda::adam(step, early, late, static_cast<long>(count), gradients.data(), m.data(), v.data(), p.data());
    });
    p.insert(p.end(), m.begin(), m.end());
    p.insert(p.end(), v.begin(), v.end());
    return p;
  });
  reference::adam(step, count, gradients.data(), first.data(), second.data(), parameters.data());
  parameters.insert(parameters.end(), first.begin(), first.end());
  parameters.insert(parameters.end(), second.begin(), second.end());
  expect_close(found, parameters, 1e-6);
}

}  // namespace
}  // namespace an::test
