// SPDX-License-Identifier: MIT
#include "kernels/back_ends.hpp"
#include "kernels/cuda/cuda_kernels_others.cuh"

namespace an::kernels {

namespace {

int device_count() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

}  // namespace

bool cuda_works() { return device_count() > 0; }

std::string cuda_description() {
  if (!cuda_works()) return "built, but there is no device here";
  cudaDeviceProp properties{};
  cuda::check(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
  return std::string(properties.name) + ", cuDNN " + cuda::cudnn_version();
}

std::unique_ptr<Executor> make_cuda_executor(const Plan& plan, Precision precision, int device) {
  const int count = device_count();
  if (count == 0) throw BackendMissing("back end cuda: " + cuda_description());
  if (precision == Precision::bf16)
    return std::make_unique<PlanExecutor<cuda::CudaKernels<Bf16>>>(plan, device % count);
  return std::make_unique<PlanExecutor<cuda::CudaKernels<float>>>(plan, device % count);
}

}  // namespace an::kernels
