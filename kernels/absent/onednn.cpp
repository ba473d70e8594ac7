// SPDX-License-Identifier: MIT
#include "kernels/back_ends.hpp"

namespace an::kernels {

std::string onednn_description() { return "not built (AN_WITH_ONEDNN=OFF)"; }
bool onednn_works() { return false; }

std::unique_ptr<Executor> make_onednn_executor(const Plan&, Precision) {
  throw BackendMissing("back end onednn: " + onednn_description() +
                       "; expected reference, or a method without networks");
}

}  // namespace an::kernels
