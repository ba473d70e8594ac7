// SPDX-License-Identifier: MIT
#pragma once

#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include <string>

#include "kernels/kernels.hpp"

/// Calls of the CUDA libraries, checked in one place.
namespace an::kernels::cuda {

inline void check(cudaError_t result, const char* call) {
  if (result != cudaSuccess)
    throw BackendFailed(std::string(call) + ": " + cudaGetErrorString(result) + " (" +
                        std::to_string(static_cast<int>(result)) + ")");
}

inline void check(cublasStatus_t result, const char* call) {
  if (result != CUBLAS_STATUS_SUCCESS) throw BackendFailed(std::string(call) + ": " + cublasLtGetStatusString(result));
}

/// Looks for an error of the kernel just launched.
inline void check_launch(const char* kernel) { check(cudaGetLastError(), kernel); }

}  // namespace an::kernels::cuda
