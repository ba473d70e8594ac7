// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/kernels.hpp"

namespace an::network {

/// Gives every value its place, and every operation its part in the gradients. For training each value keeps its memory
/// and has a gradient; for inference memory is given again once its last reader has run.
void lay_out_memory(kernels::Plan& plan, bool training);

}  // namespace an::network
