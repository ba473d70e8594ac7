// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/bf16.hpp"
#include "kernels/plan_executor.hpp"

namespace an::kernels::onednn {

/// Numbers a gate needs beside its inputs, for `sigmoids` of the functions below.
inline std::size_t gate_scratch(const Shape& psi) { return 2 * psi.size(); }

/// The gates of output rows from `first` to `end`, counted through all images.
/// \param sigmoids of psi
void gate_rows(const Call<float, float>& call, const float* sigmoids, std::size_t first, std::size_t end);
void gate_rows(const Call<Bf16, float>& call, const float* sigmoids, std::size_t first, std::size_t end);

/// Gradients of the skip and of psi, for the images from `first` to `end`.
/// \param dsigmoids zeros, as many as psi has pixels
void gate_backward_images(const Call<float, float>& call, const float* sigmoids, float* dsigmoids, std::size_t first,
                          std::size_t end);
void gate_backward_images(const Call<Bf16, float>& call, const float* sigmoids, float* dsigmoids, std::size_t first,
                          std::size_t end);

}  // namespace an::kernels::onednn
