// SPDX-License-Identifier: MIT
#include "kernels/back_ends.hpp"
#include "kernels/cuda/cuda_kernels_others.cuh"
#include "kernels/cuda/devices.hpp"

namespace an::kernels {

std::unique_ptr<Executor> make_cuda_executor(const Plan& plan, Precision precision, int device) {
  const int chosen = cuda::choose_device(device);
  if (precision == Precision::bf16) return std::make_unique<PlanExecutor<cuda::CudaKernels<Bf16>>>(plan, chosen);
  return std::make_unique<PlanExecutor<cuda::CudaKernels<float>>>(plan, chosen);
}

}  // namespace an::kernels
