// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "core/vectorised.hpp"
#include "kernels/parallel.hpp"

// AN_KERNEL(name, Functor) makes name(functor, items), which calls functor(0), …, functor(items - 1). Where the user's
// Kokkos has a GPU they run there; else on the processor, compiled for several instruction sets.
#if defined(KOKKOS_ENABLE_CUDA) || defined(KOKKOS_ENABLE_HIP) || defined(KOKKOS_ENABLE_SYCL)
#define AN_KERNEL(name, Functor) \
  void name(const Functor& functor, std::size_t items) { ::an::kernels::for_each_index(#name, items, functor); }
#else
#define AN_KERNEL(name, Functor)                                                              \
  AN_VECTORISED void name##_item(const Functor& functor, std::size_t item) { functor(item); } \
  void name(const Functor& functor, std::size_t items) {                                      \
    const auto one = [&functor](std::size_t item) { name##_item(functor, item); };            \
    ::an::kernels::for_each_index(#name, items, one);                                         \
  }
#endif
