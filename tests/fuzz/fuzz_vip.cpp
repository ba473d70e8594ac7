// SPDX-License-Identifier: MIT
#include "io/vip_file.hpp"
#include "same_values.hpp"

// Indices that were read are written and read back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace an;
  const io::VipFile file = io::parse_vips({reinterpret_cast<const char*>(data), size});
  fuzz::require(io::parse_vips(io::format_vips(file.indices)).indices == file.indices);
  return 0;
}
