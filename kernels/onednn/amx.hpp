// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/onednn/avx512.hpp"

#if defined(__x86_64__) && defined(__linux__)
#include <cstdint>

/// Before a function that needs the tiles of AMX, whatever the rest is compiled for.
#define AN_AMX __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))
#define AN_AMX_INLINE AN_AMX __attribute__((always_inline)) inline

/// Tiles of AMX: registers of 16 rows of 64 bytes, of which one instruction multiplies two of bfloat16 into a third of
/// float32. Tiles 0 to 3 are sums here, 4 and 5 left factors, 6 and 7 right ones.
namespace an::kernels::onednn {

/// Rows of a tile, and numbers of a row of 64 bytes.
inline constexpr std::size_t tile_rows = 16, tile_numbers = 32;

/// How many of `b` make `a` or more.
inline std::size_t divided_up(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

/// Whether this machine has them and the operating system lets this process use them.
bool has_amx();

/// While it lives, this thread's tiles are set for sums of `rows` x 16 over `inner` numbers.
class AmxTiles {
 public:
  /// \pre has_amx(), rows <= 16, inner <= 32 and even
  AmxTiles(std::size_t rows, std::size_t inner);
  AmxTiles(const AmxTiles&) = delete;
  AmxTiles& operator=(const AmxTiles&) = delete;
  ~AmxTiles();
};

/// What was written before is in memory when tiles are loaded after it: GCC 12 does not know that they read it.
AN_AMX_INLINE void before_tiles() { asm volatile("" ::: "memory"); }

}  // namespace an::kernels::onednn

#else

namespace an::kernels::onednn {

inline bool has_amx() { return false; }

}  // namespace an::kernels::onednn
#endif
