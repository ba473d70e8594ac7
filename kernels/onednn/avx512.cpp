// SPDX-License-Identifier: MIT
#include "kernels/onednn/avx512.hpp"

#if defined(__x86_64__)
#include "kernels/onednn/library.hpp"

namespace an::kernels::onednn {

bool has_avx512() {
  static const bool has = library_uses(dnnl::cpu_isa::avx512_core) && __builtin_cpu_supports("avx512f") &&
                          __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                          __builtin_cpu_supports("avx512vl");
  return has;
}

}  // namespace an::kernels::onednn
#endif
