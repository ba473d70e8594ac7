// SPDX-License-Identifier: MIT
#include "kernels/back_ends.hpp"

namespace an::kernels {

std::string cuda_description() { return "not built (AN_WITH_CUDA=OFF)"; }
bool cuda_works() { return false; }

std::unique_ptr<Executor> make_cuda_executor(const Plan&, Precision, int) {
  throw BackendMissing("back end cuda: " + cuda_description());
}

}  // namespace an::kernels
