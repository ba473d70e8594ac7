// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <vector>

#include "kernels/onednn/aligned_memory.hpp"
#include "kernels/onednn/pixel_loops.hpp"

/// Sums that each thread has at the beginning of its memory.
namespace an::kernels::onednn {

inline void clear_sums(const std::vector<AlignedMemory>& scratch, std::size_t count) {
  for (const AlignedMemory& memory : scratch) std::fill_n(memory.as<float>(), count, 0.0F);
}

/// Those of all threads, added in their order to the first one's.
inline const float* sums_of_threads(const std::vector<AlignedMemory>& scratch, std::size_t count) {
  auto* sums = scratch.front().as<float>();
  for (std::size_t i = 1; i < scratch.size(); ++i) add_values(scratch[i].as<float>(), sums, count);
  return sums;
}

}  // namespace an::kernels::onednn
