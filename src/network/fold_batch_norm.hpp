// SPDX-License-Identifier: MIT
#pragma once

#include "network/attention_unet.hpp"

namespace an::network {

/// For inference: multiplies each batch norm after a convolution, with its moving statistics, into that convolution,
/// and takes it (with its ReLU) out of the plan. The variables stay where they were; those of the norms have no
/// meaning any more.
/// \pre the network was laid out for inference alone
void fold_batch_norm(Network& network, Weights& weights);

}  // namespace an::network
