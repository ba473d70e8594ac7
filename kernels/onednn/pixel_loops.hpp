// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/bf16.hpp"
#include "kernels/plan_executor.hpp"

/// Operations that are loops over pixels and channels, vectorised over channels. Each works on the output pixels from
/// `first` to `end`, so that threads may share them; names and meaning are those of the reference.
namespace an::kernels::onednn {

/// Declares a loop for float and for Bf16.
#define AN_DECLARE_LOOP(name)                                                    \
  void name(const Call<float, float>& call, std::size_t first, std::size_t end); \
  void name(const Call<Bf16, float>& call, std::size_t first, std::size_t end)

AN_DECLARE_LOOP(max_pool);
AN_DECLARE_LOOP(max_pool_backward);
AN_DECLARE_LOOP(add);
AN_DECLARE_LOOP(add_backward);
AN_DECLARE_LOOP(concat);
AN_DECLARE_LOOP(concat_backward);

#undef AN_DECLARE_LOOP

/// to = from
void convert(const float* from, std::size_t count, float* to);
void convert(const float* from, std::size_t count, Bf16* to);
void convert(const Bf16* from, std::size_t count, float* to);
/// to += from
void add_values(const float* from, float* to, std::size_t count);
void add_values(const Bf16* from, Bf16* to, std::size_t count);
/// 1 / (1 + exp(-x))
void sigmoid(const float* x, float* y, std::size_t count);
void sigmoid(const Bf16* x, float* y, std::size_t count);
/// One step of Adam, as the reference's.
void adam(const AdamStep& step, std::size_t count, const float* gradients, float* first, float* second,
          float* parameters);

}  // namespace an::kernels::onednn
