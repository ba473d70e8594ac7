// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/bf16.hpp"
#include "kernels/plan_executor.hpp"

/// Attention of one sequence after another, each in a thread's own memory; what the reference's gives.
namespace an::kernels::onednn {

/// Sequences of a call, and the numbers of memory that one needs.
std::size_t attention_sequences(const Operation& operation, const Shape& out);
std::size_t attention_scratch(const Operation& operation, const Shape& out);

void attend(const Call<float, float>& call, std::size_t sequence, float* scratch);
void attend(const Call<Bf16, float>& call, std::size_t sequence, float* scratch);
/// Writes the gradients of queries, keys and values. \pre add_dx is false: the projection has this one reader
void attend_backward(const Call<float, float>& call, std::size_t sequence, float* scratch);
void attend_backward(const Call<Bf16, float>& call, std::size_t sequence, float* scratch);

}  // namespace an::kernels::onednn
