// SPDX-License-Identifier: MIT
#include "kernels/cuda/devices.hpp"

#include "kernels/back_ends.hpp"
#include "kernels/cuda/convolution_plan.hpp"
#include "kernels/cuda/runtime.hpp"

namespace an::kernels {

namespace {

struct Devices {
  int count = 0;
  cudaError_t error = cudaSuccess;
};

Devices devices() {
  Devices found;
  found.error = cudaGetDeviceCount(&found.count);
  if (found.error != cudaSuccess) {
    found.count = 0;
    (void)cudaGetLastError();  // else a later launch would be blamed for it
  }
  return found;
}

}  // namespace

bool cuda_works() { return devices().count > 0; }

std::string cuda_description() {
  const Devices found = devices();
  if (found.count == 0) {
    const std::string text = "built, but there is no device here";
    return found.error == cudaSuccess ? text : text + " (" + cudaGetErrorString(found.error) + ")";
  }
  cudaDeviceProp properties{};
  cuda::check(cudaGetDeviceProperties(&properties, 0), "cudaGetDeviceProperties");
  return std::string(properties.name) + ", cuDNN " + cuda::cudnn_version();
}

int cuda::choose_device(int device) {
  const int count = devices().count;
  if (count == 0) throw BackendMissing("back end cuda: " + cuda_description());
  return device % count;
}

}  // namespace an::kernels
