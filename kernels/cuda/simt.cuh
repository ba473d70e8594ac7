// SPDX-License-Identifier: MIT
#pragma once

// The kernels are written in CUDA's words. Compiled by nvcc they are CUDA; compiled by another compiler these words
// come from the emulator of the tests, which runs the same text with fibers.
#if defined(__CUDACC__)
#define AN_SYNC() __syncthreads()
#define AN_SHARED(type, name, extent) __shared__ type name extent
#define AN_DYNAMIC_SHARED(name) extern __shared__ float name[]
#else
#include "simt_emulator.hpp"
#endif
