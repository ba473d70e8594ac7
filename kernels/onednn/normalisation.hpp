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

/// Sums over all pixels, as gradients of a bias are.
void channel_sums(const float* values, std::size_t pixels, std::size_t channels, std::vector<double>& sums);
void channel_sums(const Bf16* values, std::size_t pixels, std::size_t channels, std::vector<double>& sums);

}  // namespace an::kernels::onednn
