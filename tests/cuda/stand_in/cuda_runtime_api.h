// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

// What the host code of the GPU's back end uses of the CUDA runtime, declared as there, so that it is tested where no
// CUDA is. Defined in fake_runtime.cpp.
extern "C" {

enum cudaError_t { cudaSuccess = 0, cudaErrorMemoryAllocation = 2, cudaErrorNoDevice = 100 };
enum cudaDataType_t { CUDA_R_32F = 0, CUDA_R_16BF = 14 };
struct CUstream_st;
using cudaStream_t = CUstream_st*;
struct cudaDeviceProp {
  char name[256];
};

const char* cudaGetErrorString(cudaError_t error);
cudaError_t cudaGetLastError();
cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaMalloc(void** memory, std::size_t bytes);
cudaError_t cudaFree(void* memory);
}
