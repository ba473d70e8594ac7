// SPDX-License-Identifier: MIT
#include "kernels/back_ends.hpp"
#include "kernels/reference/reference_kernels.hpp"

namespace an::kernels {

std::unique_ptr<Executor> make_reference_executor(const Plan& plan) {
  return std::make_unique<PlanExecutor<reference::ReferenceKernels<float>>>(plan);
}

std::unique_ptr<Executor> make_exact_executor(const Plan& plan) {
  return std::make_unique<PlanExecutor<reference::ReferenceKernels<double>>>(plan);
}

}  // namespace an::kernels
