// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/onednn/avx512.hpp"
#include "kernels/onednn/product.hpp"

#if defined(__x86_64__)
namespace an::kernels::onednn {

/// The bias of sixteen outputs from `channel` on, or of none.
AN_AVX512_INLINE __m512 bias_at(const After& after, std::size_t channel) {
  return after.bias != nullptr ? load16(after.bias + channel) : _mm512_setzero_ps();
}

/// Writes sixteen outputs, from sums of products and their bias.
template <class A>
AN_AVX512_INLINE void finish(__m512 sums, __m512 bias, const After& after, A* to) {
  sums = _mm512_add_ps(sums, bias);
  if (after.add) sums = _mm512_add_ps(sums, load16(to));
  if (after.relu) sums = positive(sums);
  store16(to, sums);
}

}  // namespace an::kernels::onednn
#endif
