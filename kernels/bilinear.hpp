// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#if defined(__CUDACC__)
#define AN_HOST_DEVICE __host__ __device__
#else
#define AN_HOST_DEVICE
#endif

namespace an::kernels {

/// The two source places of one bilinearly enlarged place, and the share of the second (half-pixel centres, ends held,
/// as Keras' UpSampling2D).
struct BilinearTap {
  std::size_t first, second;
  float share;
};

/// \param place of the enlarged axis \param factor of enlargement \param size of the source axis
AN_HOST_DEVICE inline BilinearTap bilinear_tap(std::size_t place, std::size_t factor, std::size_t size) {
  const float at = (static_cast<float>(place) + 0.5F) / static_cast<float>(factor) - 0.5F;
  if (at <= 0) return {0, 0, 0};
  const auto first = static_cast<std::size_t>(at);
  if (first + 1 >= size) return {size - 1, size - 1, 0};
  return {first, first + 1, at - static_cast<float>(first)};
}

/// What a source place gives to an enlarged one.
AN_HOST_DEVICE inline float bilinear_share(std::size_t source, std::size_t place, std::size_t factor,
                                           std::size_t size) {
  const BilinearTap tap = bilinear_tap(place, factor, size);
  return (tap.first == source ? 1 - tap.share : 0) + (tap.second == source ? tap.share : 0);
}

}  // namespace an::kernels
