// SPDX-License-Identifier: MIT
#pragma once

#include <Kokkos_Core.hpp>
#include <cstddef>
#include <cstdlib>

namespace an::kernels {

/// A grey image where kernels run, row by row: on the GPU where the user's Kokkos has one, else in ordinary memory.
template <class Value>
using Image = Kokkos::View<Value**, Kokkos::LayoutRight>;

/// Starts Kokkos, if nobody has; it ends with the program. Called before the first image is made.
inline void start_kernels() {
  static const bool started = [] {
    if (Kokkos::is_initialized()) return true;
    Kokkos::InitArguments arguments;
    arguments.disable_warnings = true;
    Kokkos::initialize(arguments);
    return std::atexit([] { Kokkos::finalize(); }) == 0;
  }();
  static_cast<void>(started);
}

/// Calls functor(0), …, functor(count - 1), in any order and at the same time where there are threads.
template <class Functor>
void for_each_index(const char* name, std::size_t count, const Functor& functor) {
  Kokkos::parallel_for(name, Kokkos::RangePolicy<Kokkos::IndexType<std::size_t>>(0, count), functor);
}

}  // namespace an::kernels
