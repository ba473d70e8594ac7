// SPDX-License-Identifier: MIT
// Every back end that works here gives what the reference does: outputs, loss, gradients, steps of Adam.
#include <gtest/gtest.h>

#include <string>

#include "network_case.hpp"

namespace an::test {
namespace {

using kernels::Backend;
using kernels::Executor;
using kernels::LossKind;
using kernels::Mode;
using kernels::Precision;
using network::NetworkShape;

struct Size {
  std::size_t images, rows, columns;
};

NetworkShape shape_of(std::vector<std::size_t> filters, std::size_t bottom, LossKind task, std::size_t inputs = 2) {
  NetworkShape s;
  s.filters = std::move(filters);
  s.bottom = bottom;
  s.task = task;
  s.input_channels = inputs;
  return s;
}

NetworkShape row_shape() {
  NetworkShape s = shape_of({17, 6}, 33, LossKind::mae, 3);
  s.kernel_rows = s.pool_rows = 1;
  s.kernel_columns = 5;
  return s;
}

NetworkShape with_batch_norm(NetworkShape s) {
  s.batch_norm = s.gate_output_conv = true;
  s.inter_divisor = 2;
  return s;
}

NetworkShape long_attention() {
  NetworkShape s = joint_shape();
  s.bottom = 54;
  s.attention_heads = 3;
  return s;
}

struct Compared {
  std::string name;
  NetworkShape shape;
  Size size;
};

std::vector<Compared> compared() {
  return {
      {"batch_norm", batch_norm_shape(), {2, 4, 8}},
      {"mae", plain_shape(LossKind::mae), {2, 8, 12}},
      {"msle", plain_shape(LossKind::msle), {2, 4, 8}},
      {"cross_entropy", plain_shape(LossKind::cross_entropy), {3, 4, 8}},
      {"joint", joint_shape(), {2, 6, 16}},
      {"long_attention", long_attention(), {1, 37, 76}},
      {"three_poolings", shape_of({3, 5, 7}, 17, LossKind::mae, 1), {1, 8, 16}},
      {"odd_channels", shape_of({33, 17}, 7, LossKind::cross_entropy, 3), {1, 12, 20}},
      {"one_row", row_shape(), {1, 1, 24}},
      {"rows_of_many_images", row_shape(), {5, 3, 8}},
      {"vectors_of_16", shape_of({16, 32}, 64, LossKind::mae), {2, 12, 28}},
      {"vectors_of_16_with_batch_norm", with_batch_norm(shape_of({32, 48}, 64, LossKind::cross_entropy)), {1, 20, 12}},
      {"odd_tiles", shape_of({16}, 48, LossKind::mae), {1, 10, 22}}};
}

// The other back ends that work here, each with the tolerances of its precision.
struct Judged {
  Backend backend;
  Precision precision;
};

std::vector<Judged> judged() {
  std::vector<Judged> found;
  const NetworkCase c(plain_shape(LossKind::mae), 1, 4, 4, false, 1);
  for (const Backend b : {Backend::onednn, Backend::cuda}) {
    if (!kernels::backend_works(b)) continue;
    for (const Precision p : {Precision::f32, Precision::bf16}) {
      try {
        make_executor(b, c.network.plan, p);
        found.push_back({b, p});
      } catch (const kernels::BackendMissing&) {
        EXPECT_EQ(p, Precision::bf16) << kernels::backend_name(b) << " works, but not in float32";
      }
    }
  }
  return found;
}

std::string name_of(const Judged& j, const Compared& c) {
  return std::string(kernels::backend_name(j.backend)) + (j.precision == Precision::bf16 ? " bf16 " : " f32 ") + c.name;
}

// Float32 sums in another order; bf16 keeps 8 bits of each activation.
double output_tolerance(Precision p) { return p == Precision::bf16 ? 2e-2 : 1e-5; }

std::vector<float> inference(const NetworkCase& c, Executor& executor) {
  c.load(executor);
  executor.forward(Mode::inference);
  return c.output(executor);
}

TEST(NetworkBackends, GiveTheReferencesOutputs) {
  for (const Compared& one : compared()) {
    const NetworkCase c(one.shape, one.size.images, one.size.rows, one.size.columns, false, 11);
    const NetworkCase kept(one.shape, one.size.images, one.size.rows, one.size.columns, true, 11);
    const auto reference = make_executor(Backend::reference, c.network.plan, Precision::f32);
    const std::vector<float> expected = inference(c, *reference);
    EXPECT_EQ(inference(kept, *make_executor(Backend::reference, kept.network.plan, Precision::f32)), expected)
        << "reference with memory used again, " << one.name;
    for (const Judged& j : judged()) {
      const auto executor = make_executor(j.backend, c.network.plan, j.precision);
      const std::vector<float> found = inference(c, *executor);
      EXPECT_LT(relative_difference(found, expected), output_tolerance(j.precision)) << name_of(j, one);
      const auto training = make_executor(j.backend, kept.network.plan, j.precision);
      EXPECT_LT(relative_difference(inference(kept, *training), found), output_tolerance(j.precision))
          << "with memory used again, " << name_of(j, one);
      EXPECT_EQ(inference(c, *executor), found) << "a second time, " << name_of(j, one);
    }
  }
}

struct Trained {
  double loss;
  std::vector<float> output, gradients, statistics, parameters;
};

Trained train(const NetworkCase& c, Executor& executor) {
  c.load(executor);
  Trained t;
  t.gradients.resize(c.network.plan.parameters);
  t.parameters.resize(c.network.plan.parameters);
  t.statistics.resize(c.network.plan.statistics);
  executor.forward(Mode::training);
  t.output = c.output(executor);
  t.loss = executor.loss(c.loss, c.targets);
  executor.backward();
  executor.read_gradients(t.gradients);
  executor.read_parameters(t.parameters, t.statistics);
  return t;
}

std::vector<float> part(const std::vector<float>& all, const network::Variable& v) {
  const auto first = all.begin() + static_cast<std::ptrdiff_t>(v.place);
  return {first, first + static_cast<std::ptrdiff_t>(v.size())};
}

double largest(const std::vector<float>& values) {
  double most = 0;
  for (const float x : values) most = std::max(most, std::abs(static_cast<double>(x)));
  return most;
}

double difference(const std::vector<float>& a, const std::vector<float>& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    most = std::max(most, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return most;
}

// Each variable's gradient by its own largest; where that is next to nothing (a bias before a batch norm has none),
// rounding is what is left, and it is small by the largest of all.
void expect_gradients(const NetworkCase& c, const Trained& found, const Trained& expected, const std::string& name) {
  const double all = largest(expected.gradients);
  for (const network::Variable& v : c.network.variables) {
    if (!v.trainable) continue;
    const std::vector<float> mine = part(found.gradients, v), theirs = part(expected.gradients, v);
    EXPECT_LE(difference(mine, theirs), std::max(1e-4 * largest(theirs), 1e-6 * all))
        << name << ' ' << v.layer << '/' << v.name;
  }
}

// How far the directions of two gradients are apart: 0 the same, 1 at right angles.
double turned(const std::vector<float>& a, const std::vector<float>& b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    aa += static_cast<double>(a[i]) * static_cast<double>(a[i]);
    bb += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return 1 - ab / std::sqrt(aa * bb);
}

TEST(NetworkBackends, GiveTheReferencesGradients) {
  for (const Compared& one : compared()) {
    NetworkCase c(one.shape, one.size.images, one.size.rows, one.size.columns, true, 12);
    if (one.shape.task == LossKind::msle) c.weights.parameters.back() = 3;  // below 0 the loss has no slope
    const Trained expected = train(c, *make_executor(Backend::reference, c.network.plan, Precision::f32));
    for (const Judged& j : judged()) {
      const std::string name = name_of(j, one);
      const Trained found = train(c, *make_executor(j.backend, c.network.plan, j.precision));
      const bool rough = j.precision == Precision::bf16;
      EXPECT_LT(relative_difference(found.output, expected.output), rough ? 5e-2 : 1e-5) << name;
      EXPECT_NEAR(found.loss, expected.loss, (rough ? 2e-2 : 1e-5) * std::abs(expected.loss)) << name;
      if (!expected.statistics.empty()) {
        EXPECT_LT(relative_difference(found.statistics, expected.statistics), rough ? 1e-2 : 1e-5) << name;
      }
      if (rough) {
        // A batch norm takes the mean gradient away, and what is left is little more than bf16's rounding here.
        EXPECT_LT(turned(found.gradients, expected.gradients), one.shape.batch_norm ? 0.1 : 2e-3) << name;
      } else {
        expect_gradients(c, found, expected, name);
      }
    }
  }
}

// The same gradients given to both, since Adam makes a step of the rate from one that is nearly zero.
TEST(NetworkBackends, StepAsTheReferenceDoes) {
  const NetworkCase c(batch_norm_shape(), 2, 4, 8, true, 13);
  const auto stepped = [&](Executor& executor) {
    Trained t = train(c, executor);
    for (std::uint64_t i = 1; i <= 3; ++i) {
      std::vector<float> gradients(c.network.plan.parameters);
      for (std::size_t k = 0; k < gradients.size(); ++k) gradients[k] = std::sin(static_cast<float>(k * (i + 1)));
      executor.set_gradients(gradients);
      executor.step({.rate = 1e-2F, .decay = 1e-2F, .step = i});
    }
    executor.read_parameters(t.parameters, t.statistics);
    executor.forward(Mode::inference);
    t.output = c.output(executor);
    return t;
  };
  const Trained expected = stepped(*make_executor(Backend::reference, c.network.plan, Precision::f32));
  for (const Judged& j : judged()) {
    const std::string name = name_of(j, {"batch_norm", {}, {}});
    const Trained found = stepped(*make_executor(j.backend, c.network.plan, j.precision));
    EXPECT_LT(difference(found.parameters, expected.parameters), 1e-6) << name;
    EXPECT_LT(relative_difference(found.output, expected.output), output_tolerance(j.precision)) << name;
  }
}

// What a sink is given, put together: every parameter's gradient, from the last to the first, and in how many parts.
std::vector<float> told(const NetworkCase& c, Executor& executor, std::size_t& parts) {
  c.load(executor);
  executor.forward(Mode::training);
  executor.loss(c.loss, c.targets);
  std::vector<float> all(c.network.plan.parameters);
  std::size_t known = all.size();
  executor.backward([&](std::size_t first, std::span<const float> gradients) {
    EXPECT_EQ(first + gradients.size(), known);
    known = std::min(known, first);
    std::ranges::copy(gradients, all.begin() + static_cast<std::ptrdiff_t>(first));
    if (!gradients.empty()) ++parts;
  });
  EXPECT_EQ(known, 0U);
  return all;
}

TEST(NetworkBackends, TellEachGradientOnceItIsFinal) {
  for (const Compared& one : compared()) {
    const NetworkCase c(one.shape, one.size.images, one.size.rows, one.size.columns, true, 15);
    std::vector<Judged> all = judged();
    all.push_back({Backend::reference, Precision::f32});
    for (const Judged& j : all) {
      const auto executor = make_executor(j.backend, c.network.plan, j.precision);
      std::size_t parts = 0;
      const std::vector<float> found = told(c, *executor, parts);
      EXPECT_EQ(found, train(c, *make_executor(j.backend, c.network.plan, j.precision)).gradients) << name_of(j, one);
      std::vector<float> left(found.size());
      executor->read_gradients(left);
      EXPECT_EQ(found, left) << name_of(j, one);
      if (j.backend != Backend::cuda) {
        EXPECT_GT(parts, 5U) << name_of(j, one);
      }
    }
  }
}

// The last image counts nothing: what is known of its gradients is known before they are asked for.
TEST(NetworkBackends, TellGradientsWhereTheLastImageHasNoWeight) {
  NetworkCase c(plain_shape(LossKind::mae), 3, 4, 8, true, 16);
  for (std::size_t p = 2 * 32; p < 3 * 32; ++p) c.targets[p * kernels::target_channels + 4] = 0;
  const std::vector<float> expected =
      train(c, *make_executor(Backend::reference, c.network.plan, Precision::f32)).gradients;
  for (const Judged& j : judged()) {
    if (j.precision == Precision::bf16) continue;
    std::size_t parts = 0;
    EXPECT_LT(relative_difference(told(c, *make_executor(j.backend, c.network.plan, j.precision), parts), expected),
              1e-5)
        << name_of(j, {"unweighted", {}, {}});
  }
}

// Sequences without a single valid key give zeros and take no gradient.
TEST(NetworkBackends, AgreeWhereNoParticleIs) {
  NetworkCase c(joint_shape(), 2, 4, 8, true, 14);
  for (std::size_t p = 0; p < 64; ++p)
    if (p < 32 || p % 32 < 16) c.input[p * 5 + 3] = 0;
  const Trained expected = train(c, *make_executor(Backend::reference, c.network.plan, Precision::f32));
  for (const Judged& j : judged()) {
    if (j.precision == Precision::bf16) continue;
    const Trained found = train(c, *make_executor(j.backend, c.network.plan, j.precision));
    const std::string name = name_of(j, {"masked", {}, {}});
    EXPECT_LT(relative_difference(found.output, expected.output), 1e-5) << name;
    expect_gradients(c, found, expected, name);
  }
}

}  // namespace
}  // namespace an::test
