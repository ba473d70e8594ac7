// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/kernels.hpp"

/// What each back end's own file defines; `absent/` does where it was not built.
namespace an::kernels {

std::unique_ptr<Executor> make_reference_executor(const Plan& plan);
/// In double, for checks by finite differences.
std::unique_ptr<Executor> make_exact_executor(const Plan& plan);
std::unique_ptr<Executor> make_onednn_executor(const Plan& plan, Precision precision);
std::unique_ptr<Executor> make_cuda_executor(const Plan& plan, Precision precision, int device);

std::string onednn_description();
bool onednn_works();
std::string cuda_description();
bool cuda_works();

}  // namespace an::kernels
