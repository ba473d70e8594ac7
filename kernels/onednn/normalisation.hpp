// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "kernels/bf16.hpp"
#include "kernels/plan_executor.hpp"

/// Norms in loops that are vectorised over channels; what the reference's gives. `sums` is memory that grows to
/// a few numbers a channel.
namespace an::kernels::onednn {

void batch_norm(const Call<float, float>& call, Mode mode, std::vector<double>& sums);
void batch_norm(const Call<Bf16, float>& call, Mode mode, std::vector<double>& sums);
void batch_norm_backward(const Call<float, float>& call, std::vector<double>& sums);
void batch_norm_backward(const Call<Bf16, float>& call, std::vector<double>& sums);

/// Of the pixels from `first` to `end`.
void layer_norm(const Call<float, float>& call, std::size_t first, std::size_t end);
void layer_norm(const Call<Bf16, float>& call, std::size_t first, std::size_t end);
void layer_norm_backward(const Call<float, float>& call);
void layer_norm_backward(const Call<Bf16, float>& call);

/// The gradient of a bias from that of the outputs, which is put to 0 first where y, of a layer with ReLU, is not above
/// 0 (null: a layer without).
void bias_gradient(const Shape& out, float* dy, const float* y, float* dbias);
void bias_gradient(const Shape& out, Bf16* dy, const Bf16* y, float* dbias);

}  // namespace an::kernels::onednn
