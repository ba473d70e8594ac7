// SPDX-License-Identifier: MIT
// Convolutions from the kernels around a matrix product, run by the emulator, against the reference.
#include "kernels/cuda/elementwise.cuh"
#include "kernels/reference/convolution.hpp"
#include "simt_case.hpp"

namespace an::test {
namespace {

namespace cuda = kernels::cuda;
namespace reference = kernels::reference;
using kernels::OperationKind;

struct Window {
  std::size_t rows, columns, row_stride, column_stride;
};
// Odd and even kernels, of one row and of several, with and without strides.
const std::vector<Window> windows{{3, 3, 1, 1}, {1, 5, 1, 1}, {2, 2, 1, 1}, {2, 2, 2, 2},
                                  {1, 2, 1, 2}, {3, 3, 2, 2}, {1, 1, 2, 2}, {5, 1, 3, 1}};

cuda::Extent extent_of(const Shape& s) {
  return {static_cast<int>(s.images), static_cast<int>(s.rows), static_cast<int>(s.columns),
          static_cast<int>(s.channels)};
}

/// c (rows x columns) = a b as the library gives it: float32 sums, rounded to A. `a_place` and `b_place` tell where an
/// element lies.
template <class A, class Left, class Right>
std::vector<A> product(std::size_t rows, std::size_t columns, std::size_t inner, const Left& left, const Right& right) {
  std::vector<A> c(rows * columns);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t k = 0; k < columns; ++k) {
      float sum = 0;
      for (std::size_t i = 0; i < inner; ++i) sum += left(r, i) * right(i, k);
      c[r * columns + k] = A(sum);
    }
  return c;
}

template <class Kind>
struct ConvolutionCase : OperationCase<typename Kind::A> {
  using A = typename Kind::A;
  static constexpr int lanes = Kind::lanes;
  std::size_t inner;
  cuda::Taps taps;

  explicit ConvolutionCase(const Window& w)
      : OperationCase<A>(OperationKind::convolution, {2, 5, 7, Kind::channels(lanes == 1 ? 3 : 1)}, {},
                         {2, (5 + w.row_stride - 1) / w.row_stride, (7 + w.column_stride - 1) / w.column_stride,
                          Kind::channels(lanes == 1 ? 5 : 2)}) {
    kernels::Operation& o = this->operation;
    o.kernel_rows = w.rows;
    o.kernel_columns = w.columns;
    o.stride_rows = w.row_stride;
    o.stride_columns = w.column_stride;
    inner = w.rows * w.columns * this->in.channels;
    taps = {static_cast<int>(w.rows),
            static_cast<int>(w.columns),
            static_cast<int>(w.row_stride),
            static_cast<int>(w.column_stride),
            static_cast<int>(kernels::padding_before(this->in.rows, this->out.rows, w.rows, w.row_stride)),
            static_cast<int>(kernels::padding_before(this->in.columns, this->out.columns, w.columns, w.column_stride))};
    this->weights = random_parameters<A>(inner * this->out.channels, 6);
    this->bias = random_parameters<A>(this->out.channels, 7);
    this->dweights.resize(this->weights.size());
    this->dbias.resize(this->bias.size());
  }
  std::vector<A> gathered() const {
    return in_every_order([&] {
      std::vector<A> columns(this->out.pixels() * inner, A(NAN));
      emulate_loop([&] {
        cuda::gather_taps<A, lanes>(this->x.data(), columns.data(), extent_of(this->in), extent_of(this->out), taps);
      });
      return columns;
    });
  }
};

template <class T>
class SimtConvolution : public testing::Test {};
TYPED_TEST_SUITE(SimtConvolution, AllLanes);

TYPED_TEST(SimtConvolution, GatheredTapsTimesWeights) {
  using A = typename TypeParam::A;
  for (const Window& w : windows)
    for (const bool relu : {false, true}) {
      ConvolutionCase<TypeParam> c(w);
      c.operation.relu = relu;
      const std::vector<A> columns = c.gathered();
      const std::size_t to = c.out.channels;
      std::vector<A> y = product<A>(
          c.out.pixels(), to, c.inner,
          [&](std::size_t r, std::size_t i) { return static_cast<float>(columns[r * c.inner + i]); },
          [&](std::size_t i, std::size_t k) { return c.weights[i * to + k]; });
      emulate_loop([&] {
        cuda::add_bias<A, TypeParam::lanes>(y.data(), c.bias.data(), static_cast<int>(c.out.pixels()),
                                            static_cast<int>(to), relu);
      });
      reference::convolution(c.call());
      expect_close(y, c.y, roundings<A>(2));
    }
}

TYPED_TEST(SimtConvolution, GradientOfItsWeights) {
  using A = typename TypeParam::A;
  for (const Window& w : windows) {
    ConvolutionCase<TypeParam> c(w);
    const std::vector<A> columns = c.gathered();
    const std::size_t to = c.out.channels;
    const std::vector<float> found = product<float>(
        c.inner, to, c.out.pixels(),
        [&](std::size_t i, std::size_t p) { return static_cast<float>(columns[p * c.inner + i]); },
        [&](std::size_t p, std::size_t k) { return static_cast<float>(c.dy[p * to + k]); });
    reference::convolution_backward(c.call());
    expect_close(found, c.dweights, 2e-6);
  }
}

TYPED_TEST(SimtConvolution, GradientOfItsInput) {
  using A = typename TypeParam::A;
  for (const Window& w : windows)
    for (const bool add : {false, true}) {
      ConvolutionCase<TypeParam> c(w);
      c.add = add;
      const std::size_t to = c.out.channels;
      const std::vector<A> columns = product<A>(
          c.out.pixels(), c.inner, to,
          [&](std::size_t p, std::size_t k) { return static_cast<float>(c.dy[p * to + k]); },
          [&](std::size_t k, std::size_t i) { return c.weights[i * to + k]; });
      const std::vector<A> dx = in_every_order([&] {
        std::vector<A> target = c.dx;
        emulate_loop([&] {
          cuda::sum_taps<A, TypeParam::lanes>(columns.data(), target.data(), extent_of(c.in), extent_of(c.out), c.taps,
                                              add);
        });
        return target;
      });
      reference::convolution_backward(c.call());
      expect_close(dx, c.dx, roundings<A>(3));  // each tap's product is rounded
    }
}

template <class Kind>
OperationCase<typename Kind::A> transposed_case(std::size_t kernel_rows, std::size_t kernel_columns) {
  using A = typename Kind::A;
  const Shape in{2, 3, 5, Kind::lanes == 1 ? 7U : 16U};
  const Shape out{2, 3 * kernel_rows, 5 * kernel_columns, Kind::channels(Kind::lanes == 1 ? 3 : 1)};
  OperationCase<A> c(OperationKind::transposed_convolution, in, {}, out);
  c.operation.kernel_rows = c.operation.stride_rows = kernel_rows;
  c.operation.kernel_columns = c.operation.stride_columns = kernel_columns;
  c.weights = random_parameters<A>(kernel_rows * kernel_columns * out.channels * in.channels, 6);
  c.bias = random_parameters<A>(out.channels, 7);
  c.dweights.resize(c.weights.size());
  c.dbias.resize(c.bias.size());
  return c;
}

TYPED_TEST(SimtConvolution, Transposed) {
  using A = typename TypeParam::A;
  for (const std::size_t kernel_rows : {1U, 2U}) {
    OperationCase<A> c = transposed_case<TypeParam>(kernel_rows, 2);
    const std::size_t from = c.in.channels, columns = kernel_rows * 2 * c.out.channels;
    const std::vector<A> products = product<A>(
        c.in.pixels(), columns, from,
        [&](std::size_t p, std::size_t i) { return static_cast<float>(c.x[p * from + i]); },
        [&](std::size_t i, std::size_t k) { return c.weights[k * from + i]; });
    const std::vector<A> y = in_every_order([&] {
      std::vector<A> to(c.y.size());
      emulate_loop([&] {
        cuda::scatter_taps<A, TypeParam::lanes>(products.data(), c.bias.data(), to.data(), extent_of(c.in),
                                                extent_of(c.out), static_cast<int>(kernel_rows), 2);
      });
      return to;
    });
    reference::transposed_convolution(c.call());
    expect_close(y, c.y, roundings<A>(2));
  }
}

TYPED_TEST(SimtConvolution, GradientsOfTransposed) {
  using A = typename TypeParam::A;
  for (const std::size_t kernel_rows : {1U, 2U}) {
    OperationCase<A> c = transposed_case<TypeParam>(kernel_rows, 2);
    const std::size_t from = c.in.channels, columns = kernel_rows * 2 * c.out.channels;
    const int high = static_cast<int>(kernel_rows);
    const std::vector<A> gathered = in_every_order([&] {
      std::vector<A> to(c.in.pixels() * columns, A(NAN));
      emulate_loop([&] {
        cuda::gather_taps<A, TypeParam::lanes>(c.dy.data(), to.data(), extent_of(c.out), extent_of(c.in),
                                               {high, 2, high, 2, 0, 0});
      });
      return to;
    });
    const auto dy = [&](std::size_t p, std::size_t k) { return static_cast<float>(gathered[p * columns + k]); };
    const std::vector<A> dx = product<A>(c.in.pixels(), from, columns, dy,
                                         [&](std::size_t k, std::size_t i) { return c.weights[k * from + i]; });
    const std::vector<float> dweights = product<float>(
        columns, from, c.in.pixels(), [&](std::size_t k, std::size_t p) { return dy(p, k); },
        [&](std::size_t p, std::size_t i) { return static_cast<float>(c.x[p * from + i]); });
    reference::transposed_convolution_backward(c.call());
    expect_close(dx, c.dx, roundings<A>());
    expect_close(dweights, c.dweights, 2e-6);
  }
}

}  // namespace
}  // namespace an::test
