// SPDX-License-Identifier: MIT
#include "kernels/onednn/pixel_loops.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/vectorised.hpp"

// Loops are written once, as templates that are inlined into a function for each type and instruction set.
#define AN_INLINE __attribute__((always_inline)) inline
#define AN_DEFINE_LOOP(name)                                                                    \
  AN_VECTORISED void name(const Call<float, float>& call, std::size_t first, std::size_t end) { \
    name##_loop(call, first, end);                                                              \
  }                                                                                             \
  AN_VECTORISED void name(const Call<Bf16, float>& call, std::size_t first, std::size_t end) {  \
    name##_loop(call, first, end);                                                              \
  }

namespace an::kernels::onednn {

namespace {

template <class A>
AN_INLINE void give(bool adds, float value, A& gradient) {
  gradient = A(adds ? static_cast<float>(gradient) + value : value);
}

template <class A>
AN_INLINE void close_relu_loop(const Call<A, float>& c, std::size_t first, std::size_t end) {
  const A* __restrict y = c.y;
  A* __restrict dy = c.dy;
  for (std::size_t i = first * c.out.channels; i < end * c.out.channels; ++i)
    dy[i] = A(static_cast<float>(y[i]) > 0 ? static_cast<float>(dy[i]) : 0.0F);
}

template <class A>
AN_INLINE void add_loop(const Call<A, float>& c, std::size_t first, std::size_t end) {
  const A* __restrict x = c.x, * __restrict z = c.z;
  A* __restrict y = c.y;
  const float least = c.operation.relu ? 0 : -INFINITY;
  for (std::size_t i = first * c.out.channels; i < end * c.out.channels; ++i) {
    const float sum = static_cast<float>(x[i]) + static_cast<float>(z[i]);
    y[i] = A(sum < least ? least : sum);
  }
}

template <class A>
AN_INLINE void give_all(const A* __restrict dy, bool adds, A* __restrict gradient, std::size_t first, std::size_t end) {
  if (gradient == nullptr) return;
  for (std::size_t i = first; i < end; ++i) give(adds, static_cast<float>(dy[i]), gradient[i]);
}

template <class A>
AN_INLINE void add_backward_loop(const Call<A, float>& c, std::size_t first, std::size_t end) {
  if (c.operation.relu) close_relu_loop(c, first, end);
  give_all(c.dy, c.add_dx, c.dx, first * c.out.channels, end * c.out.channels);
  give_all(c.dy, c.add_dz, c.dz, first * c.out.channels, end * c.out.channels);
}

// Pieces of a size that is known are moves of a register or two.
template <class A>
AN_INLINE void copy_channels(const A* from, std::size_t count, A* to) {
  constexpr std::size_t piece = 16;
  std::size_t k = 0;
  for (; k + piece <= count; k += piece) std::memcpy(static_cast<void*>(to + k), from + k, piece * sizeof(A));
  for (; k < count; ++k) to[k] = from[k];
}

template <class A>
AN_INLINE void concat_loop(const Call<A, float>& c, std::size_t first, std::size_t end) {
  const std::size_t one = c.in.channels, two = c.other.channels;
  for (std::size_t p = first; p < end; ++p) {
    copy_channels(c.x + p * one, one, c.y + p * (one + two));
    copy_channels(c.z + p * two, two, c.y + p * (one + two) + one);
  }
}

template <class A>
AN_INLINE void give_channels(const A* dy, std::size_t count, bool adds, A* gradient) {
  if (adds) return give_all(dy, adds, gradient, 0, count);
  copy_channels(dy, count, gradient);
}

template <class A>
AN_INLINE void concat_backward_loop(const Call<A, float>& c, std::size_t first, std::size_t end) {
  const std::size_t one = c.in.channels, two = c.other.channels;
  for (std::size_t p = first; p < end; ++p) {
    const A* dy = c.dy + p * (one + two);
    if (c.dx != nullptr) give_channels(dy, one, c.add_dx, c.dx + p * one);
    if (c.dz != nullptr) give_channels(dy + one, two, c.add_dz, c.dz + p * two);
  }
}

template <class A>
AN_INLINE void add_values_loop(const A* __restrict from, A* __restrict to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) to[i] = A(static_cast<float>(to[i]) + static_cast<float>(from[i]));
}

}  // namespace

AN_DEFINE_LOOP(add)
AN_DEFINE_LOOP(add_backward)
AN_DEFINE_LOOP(concat)
AN_DEFINE_LOOP(concat_backward)

void convert(const float* from, std::size_t count, float* to) { std::copy_n(from, count, to); }
AN_VECTORISED void convert(const float* __restrict from, std::size_t count, Bf16* __restrict to) {
  for (std::size_t i = 0; i < count; ++i) to[i] = Bf16(from[i]);
}
AN_VECTORISED void convert(const Bf16* __restrict from, std::size_t count, float* __restrict to) {
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<float>(from[i]);
}

AN_VECTORISED void add_values(const float* from, float* to, std::size_t count) { add_values_loop(from, to, count); }
AN_VECTORISED void add_values(const Bf16* from, Bf16* to, std::size_t count) { add_values_loop(from, to, count); }

void sigmoid(const float* x, float* y, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = 1 / (1 + std::exp(-x[i]));
}
void sigmoid(const Bf16* x, float* y, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) y[i] = 1 / (1 + std::exp(-static_cast<float>(x[i])));
}

AN_VECTORISED void adam(const AdamStep& s, std::size_t count, const float* __restrict gradients,
                        float* __restrict first, float* __restrict second, float* __restrict parameters) {
  const auto corrections = adam_corrections(s);
  const float keep1 = s.beta1, keep2 = s.beta2;
  for (std::size_t i = 0; i < count; ++i) {
    const float g = gradients[i];
    first[i] = keep1 * first[i] + (1 - keep1) * g;
    second[i] = keep2 * second[i] + (1 - keep2) * g * g;
    const float slope = first[i] * corrections.first / (std::sqrt(second[i] * corrections.second) + s.epsilon);
    parameters[i] -= s.rate * (slope + s.decay * parameters[i]);
  }
}

}  // namespace an::kernels::onednn
