// SPDX-License-Identifier: MIT
#pragma once

#include <string>

/// Which GPUs there are, and which of them an executor takes.
namespace an::kernels::cuda {

/// The place of the device for the `device`-th executor of a node: they share devices when there are fewer.
/// \throws BackendMissing in words when there is none
int choose_device(int device);

}  // namespace an::kernels::cuda
