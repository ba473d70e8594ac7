// SPDX-License-Identifier: MIT
#include "io/file_checksum.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <cstddef>
#include <memory>

#include "core/error.hpp"
#include "io/descriptor.hpp"

namespace an::io {

std::string content_hash(std::string_view content) {
  return fmt::format("{:016x}", XXH3_64bits(content.data(), content.size()));
}

std::string file_checksum(const std::filesystem::path& path) {
  constexpr std::size_t block_bytes = std::size_t{1} << 16U;
  // Without O_NONBLOCK a named pipe would stop the program for ever.
  const Descriptor file(path, O_RDONLY | O_NONBLOCK);
  struct stat status {};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), XXH3_freeState);
  AN_ASSERT(state && XXH3_64bits_reset(state.get()) == XXH_OK);
  const auto block = std::make_unique_for_overwrite<std::byte[]>(block_bytes);
  std::size_t size = 0;
  for (;;) {
    const ssize_t count = uninterrupted([&] { return ::read(file.number(), block.get(), block_bytes); });
    if (count < 0) return {};
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
    XXH3_64bits_update(state.get(), block.get(), static_cast<std::size_t>(count));
  }
  return fmt::format("{}:{:016x}", size, XXH3_64bits_digest(state.get()));
}

}  // namespace an::io
