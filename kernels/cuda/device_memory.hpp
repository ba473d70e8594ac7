// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "kernels/cuda/runtime.hpp"

namespace an::kernels::cuda {

/// Memory of the GPU that frees itself.
class DeviceMemory {
 public:
  DeviceMemory() = default;
  /// \throws BackendFailed
  explicit DeviceMemory(std::size_t bytes) {
    if (bytes == 0) return;
    const cudaError_t result = cudaMalloc(&data_, bytes);
    if (result == cudaErrorMemoryAllocation) {
      cudaGetLastError();  // no later launch is blamed for it
      throw BackendFailed("cuda: the device has not " + std::to_string(bytes) +
                          " bytes left (fewer tiles or images at a time need less)");
    }
    check(result, "cudaMalloc");
  }
  DeviceMemory(DeviceMemory&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}
  DeviceMemory& operator=(DeviceMemory&& other) noexcept {
    std::swap(data_, other.data_);
    return *this;
  }
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;
  ~DeviceMemory() { cudaFree(data_); }

  template <class T>
  T* as() const {
    return static_cast<T*>(data_);
  }

 private:
  void* data_ = nullptr;
};

}  // namespace an::kernels::cuda
