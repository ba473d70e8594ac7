// SPDX-License-Identifier: MIT
#include "kernels/onednn/amx.hpp"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernels/onednn/library.hpp"

namespace an::kernels::onednn {

namespace {

// The kernel makes room for tiles only in processes that ask.
bool may_use_tiles() {
  constexpr long ask = 0x1023, tile_data = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, ask, tile_data) == 0;
}

bool processor_has_tiles() {
  constexpr unsigned bf16 = 1U << 22U, tile = 1U << 24U;
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & bf16) != 0 && (d & tile) != 0;
}

// As the instruction LDTILECFG reads it.
struct alignas(64) TileConfiguration {
  std::uint8_t palette = 1, first_row = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};

// GCC 12 believes that the instruction reads eight bytes: the others are read here.
AN_AMX void load(const TileConfiguration& configuration) {
  asm volatile("" : : "m"(configuration));
  _tile_loadconfig(&configuration);
}
AN_AMX void release() { _tile_release(); }

}  // namespace

bool has_amx() {
  static const bool has = library_uses(dnnl::cpu_isa::avx512_core_amx) && processor_has_tiles() && may_use_tiles();
  return has;
}

AmxTiles::AmxTiles(std::size_t rows, std::size_t inner) {
  TileConfiguration c;
  for (std::size_t i = 0; i < 8; ++i) {
    c.rows[i] = static_cast<std::uint8_t>(i < 6 ? rows : inner / 2);
    c.row_bytes[i] = static_cast<std::uint16_t>(i == 4 || i == 5 ? 2 * inner : 64);
  }
  load(c);
}

AmxTiles::~AmxTiles() { release(); }

}  // namespace an::kernels::onednn
#endif
