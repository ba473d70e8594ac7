// SPDX-License-Identifier: MIT
// Layers with weights, one by one and of many shapes, against the reference's loops: outputs and all gradients, in
// float32 and bfloat16, whichever kernel is taken for them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "kernels/onednn/amx.hpp"
#include "kernels/onednn/onednn_kernels.hpp"
#include "kernels/reference/convolution.hpp"

namespace an::test {
namespace {

using namespace an::kernels;

// Numbers that bfloat16 holds.
struct Values {
  std::vector<float> x, weights, bias, dy, dx;
};

struct Layer {
  Operation operation;
  Shape in, out;

  std::size_t weights() const { return operation.kernel_rows * operation.kernel_columns * in.channels * out.channels; }
  std::string text() const {
    const Operation& o = operation;
    return fmt::format("{} {}x{} by {}x{}, {}: {} images {}x{}x{} to {}x{}x{}{}",
                       o.kind == OperationKind::convolution ? "convolution" : "transposed", o.kernel_rows,
                       o.kernel_columns, o.stride_rows, o.stride_columns, o.relu ? "ReLU" : "linear", in.images,
                       in.rows, in.columns, in.channels, out.rows, out.columns, out.channels,
                       o.adds_gradient[0] ? ", added" : "");
  }
};

Layer drawn_layer(std::mt19937_64& random) {
  const auto pick = [&](std::initializer_list<std::size_t> from) { return from.begin()[random() % from.size()]; };
  Layer l;
  Operation& o = l.operation;
  const bool transposed = random() % 4 == 0, strides = transposed || random() % 3 == 0;
  o.kind = transposed ? OperationKind::transposed_convolution : OperationKind::convolution;
  o.kernel_rows = strides ? pick({1, 2, 3}) : pick({1, 2, 3, 5});
  o.kernel_columns = strides ? pick({1, 2, 3, 4}) : pick({1, 2, 3, 4, 5, 7});
  o.stride_rows = strides ? o.kernel_rows : 1;
  o.stride_columns = strides ? o.kernel_columns : 1;
  o.relu = !transposed && random() % 2 == 0;
  o.inputs = {0};
  o.output = 1;
  o.wants_gradient = {true};
  o.adds_gradient = {random() % 3 == 0};
  l.in = {pick({1, 1, 2, 3}), pick({1, 2, 3, 5, 8}), pick({1, 2, 7, 16, 17, 31, 33, 52, 70}),
          pick({1, 2, 3, 6, 16, 32, 48, 80})};
  l.out = l.in;
  if (transposed) {
    l.out.rows *= o.stride_rows;
    l.out.columns *= o.stride_columns;
  } else {
    l.in.rows *= o.stride_rows;
    l.in.columns *= o.stride_columns;
  }
  l.out.channels = pick({1, 3, 16, 16, 32, 48, 64});
  if (random() % 6 == 0) {  // as heads and gates end
    o.kind = OperationKind::convolution;
    o.kernel_rows = o.kernel_columns = o.stride_rows = o.stride_columns = 1;
    l.in.channels = pick({6, 16, 32, 33, 80});
    l.in.columns = pick({1, 7, 16, 30, 59, 70});
    l.out = {l.in.images, l.in.rows, l.in.columns, pick({1, 1, 3, 5})};
  }
  return l;
}

Values drawn_values(const Layer& l, std::mt19937_64& random) {
  std::normal_distribution<float> normal;
  const auto some = [&](std::size_t count, float scale) {
    std::vector<float> values(count);
    for (float& v : values) v = static_cast<float>(Bf16(scale * normal(random)));
    return values;
  };
  return {some(l.in.size(), 1), some(l.weights(), 0.3F), some(l.out.channels, 1), some(l.out.size(), 1),
          some(l.in.size(), 1)};
}

struct Results {
  std::vector<float> y, dx, dweights, dbias;
};

// \param outputs what the backward run takes for the outputs (empty: those found): a ReLU is closed alike everywhere
template <class Kernels, class A>
Results results(const Layer& l, const Values& v, Kernels& kernels, const std::vector<float>& outputs) {
  const auto held = [](const std::vector<float>& from) {
    std::vector<A> to;
    for (const float f : from) to.push_back(A(f));
    return to;
  };
  const auto read = [](const std::vector<A>& from) {
    std::vector<float> to;
    for (const A f : from) to.push_back(static_cast<float>(f));
    return to;
  };
  std::vector<A> x = held(v.x), y(l.out.size()), dy = held(v.dy), dx = held(v.dx);
  Results r;
  r.dweights.assign(l.weights(), NAN);
  r.dbias.assign(l.out.channels, NAN);
  const Call<A, float> call{l.operation,    0,
                            l.in,           {},
                            l.out,          x.data(),
                            nullptr,        y.data(),
                            dx.data(),      nullptr,
                            dy.data(),      v.weights.data(),
                            v.bias.data(),  r.dweights.data(),
                            r.dbias.data(), nullptr,
                            nullptr,        l.operation.adds_gradient[0],
                            false};
  const bool transposed = l.operation.kind == OperationKind::transposed_convolution;
  transposed ? kernels.transposed_convolution(call) : kernels.convolution(call);
  r.y = read(y);
  if (!outputs.empty()) std::ranges::copy(held(outputs), y.begin());
  transposed ? kernels.transposed_convolution_backward(call) : kernels.convolution_backward(call);
  r.dx = read(dx);
  return r;
}

// The reference's loops as the kernels of a back end.
struct Reference {
  static void convolution(const Call<float, float>& c) { reference::convolution(c); }
  static void convolution_backward(const Call<float, float>& c) { reference::convolution_backward(c); }
  static void transposed_convolution(const Call<float, float>& c) { reference::transposed_convolution(c); }
  static void transposed_convolution_backward(const Call<float, float>& c) {
    reference::transposed_convolution_backward(c);
  }
};

double apart(const std::vector<float>& found, const std::vector<float>& expected) {
  double most = 1e-3, difference = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    most = std::max(most, std::abs(static_cast<double>(expected[i])));
    const double d = std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i]));
    difference = std::isnan(d) ? INFINITY : std::max(difference, d);
  }
  return difference / most;
}

Plan plan_of(const Layer& l) {
  Plan plan;
  plan.values = {{.shape = l.in}, {.shape = l.out}};
  plan.operations = {l.operation};
  plan.output = 1;
  plan.training = true;
  return plan;
}

template <class A>
void compare(std::uint64_t seed, double values, double weights) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < 400; ++i) {
    const Layer l = drawn_layer(random);
    const Values v = drawn_values(l, random);
    Reference reference;
    const Results expected = results<Reference, float>(l, v, reference, {});
    onednn::OneDnnKernels<A> kernels(plan_of(l));
    const std::string text = l.text();
    for (const char* time : {"first", "second"}) {  // weights are packed once, memory is used again
      const Results found = results<onednn::OneDnnKernels<A>, A>(l, v, kernels, expected.y);
      EXPECT_LT(apart(found.y, expected.y), values) << "outputs, " << time << " time: " << text;
      EXPECT_LT(apart(found.dx, expected.dx), values) << "gradient of the input, " << time << " time: " << text;
      EXPECT_LT(apart(found.dweights, expected.dweights), weights) << "of the weights, " << time << " time: " << text;
      EXPECT_LT(apart(found.dbias, expected.dbias), weights) << "of the bias, " << time << " time: " << text;
    }
    if (testing::Test::HasFailure()) return;
  }
}

TEST(LayerKernels, GiveTheReferencesResultsInFloat32) { compare<float>(1, 2e-5, 2e-5); }

// Products of numbers that bfloat16 holds are exact; outputs are rounded to it (twice where they are added). Without
// tiles, minimal filtering rounds what it transforms.
TEST(LayerKernels, WhatTheLibraryRefusesIsAFailureOfTheBackEnd) {
  onednn::Workspace workspace;
  Operation o;
  o.kind = OperationKind::transposed_convolution;
  o.stride_rows = o.kernel_rows = 2;
  const Shape in{1, 4, 4, 8}, wrong{2, 8, 4, 8};
  EXPECT_THROW(onednn::LinearLayer(workspace, o, in, wrong, dnnl::memory::data_type::f32, {true, false, false}),
               BackendFailed);
}

TEST(LayerKernels, GiveTheReferencesResultsInBfloat16) {
  if (!onednn::multiplies_bf16()) GTEST_SKIP() << "this processor does not multiply bfloat16";
  const bool exact = onednn::has_amx();
  compare<Bf16>(2, exact ? 8e-3 : 2e-2, exact ? 2e-5 : 2e-2);
}

}  // namespace
}  // namespace an::test
