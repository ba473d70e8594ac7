// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdlib>

#ifdef _OPENMP
#include <omp.h>
#else
// This compiler has no OpenMP, but the library may have been built with it.
extern "C" void omp_set_num_threads(int threads) __attribute__((weak));
#endif

namespace an::kernels::onednn {

/// Threads of this process for networks: one (ranks share the cores), or as many as OMP_NUM_THREADS says.
inline int set_threads() {
  const bool told = std::getenv("OMP_NUM_THREADS") != nullptr;
#ifdef _OPENMP
  if (!told) omp_set_num_threads(1);
  return omp_get_max_threads();
#else
  if (!told && omp_set_num_threads != nullptr) omp_set_num_threads(1);
  return 1;
#endif
}

/// Which thread runs this, from 0.
inline std::size_t thread_number() {
#ifdef _OPENMP
  return static_cast<std::size_t>(omp_get_thread_num());
#else
  return 0;
#endif
}

/// Calls function(first, end) for parts of 0 … count - 1, one a thread; parts begin at multiples of `grain`.
template <class Function>
void for_each_part(std::size_t count, std::size_t grain, const Function& function) {
#ifdef _OPENMP
  const auto threads = static_cast<std::size_t>(omp_get_max_threads());
  if (threads > 1 && count > grain) {
    const std::size_t grains = (count + grain - 1) / grain;
#pragma omp parallel for schedule(static)
    for (std::size_t i = 0; i < threads; ++i) {
      const std::size_t first = grains * i / threads * grain, end = grains * (i + 1) / threads * grain;
      if (first < end) function(first, end < count ? end : count);
    }
    return;
  }
#endif
  static_cast<void>(grain);
  if (count > 0) function(std::size_t{0}, count);
}

}  // namespace an::kernels::onednn
