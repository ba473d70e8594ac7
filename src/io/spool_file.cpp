// SPDX-License-Identifier: MIT
#include "io/spool_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "core/error.hpp"

namespace an::io {

SpoolFile::SpoolFile(const std::filesystem::path& folder) : folder_(folder) {
  std::string name = (folder / "spool.XXXXXX").string();
  number_ = ::mkstemp(name.data());
  if (number_ < 0) throw OutputError(folder, "cannot hold a temporary file", errno);
  ::unlink(name.c_str());
}

SpoolFile::~SpoolFile() { ::close(number_); }

std::uint64_t SpoolFile::append(std::span<const std::byte> bytes) {
  const std::uint64_t start = size_;
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(number_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw OutputError(folder_, "temporary file cannot be written", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    size_ += static_cast<std::uint64_t>(count);
  }
  return start;
}

void SpoolFile::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = ::pread(number_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) throw OutputError(folder_, "temporary file cannot be read back", count < 0 ? errno : EIO);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

}  // namespace an::io
