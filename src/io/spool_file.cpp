// SPDX-License-Identifier: MIT
#include "io/spool_file.hpp"

#include <sys/uio.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "io/descriptor.hpp"

namespace an::io {

SpoolFile::SpoolFile(const std::filesystem::path& folder) : folder_(folder) {
  std::string name = (folder / "spool.XXXXXX").string();
  descriptor_ = ::mkstemp(name.data());
  if (descriptor_ < 0) throw OutputError(folder, "cannot hold a temporary file", errno);
  ::unlink(name.c_str());
}

SpoolFile::SpoolFile(SpoolFile&& other) noexcept
    : folder_(std::move(other.folder_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(std::exchange(other.size_, 0)) {}

SpoolFile& SpoolFile::operator=(SpoolFile&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(size_, other.size_);
  return *this;
}

SpoolFile::~SpoolFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::uint64_t SpoolFile::append(std::span<const std::byte> bytes) {
  const std::uint64_t begin = size_;
  std::uint64_t end = size_;
  while (!bytes.empty()) {
    const ssize_t count =
        uninterrupted([&] { return ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(end)); });
    if (count < 0) throw OutputError(folder_, "a temporary file in it cannot be written", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    end += static_cast<std::uint64_t>(count);
  }
  size_ = end;
  return begin;
}

void SpoolFile::read(std::uint64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count =
        uninterrupted([&] { return ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
    if (count <= 0) throw OutputError(folder_, "a temporary file in it cannot be read back", count < 0 ? errno : EIO);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

void SpoolFile::read(std::uint64_t offset, std::span<const std::span<std::byte>> places) const {
  constexpr std::size_t most = 256;  // places a call; systems take 1024
  while (!places.empty()) {
    const auto now = places.first(std::min(most, places.size()));
    std::vector<iovec> vectors;
    std::size_t size = 0;
    for (const std::span<std::byte> place : now) {
      vectors.push_back({place.data(), place.size()});
      size += place.size();
    }
    const ssize_t count = uninterrupted([&] {
      return ::preadv(descriptor_, vectors.data(), static_cast<int>(vectors.size()), static_cast<off_t>(offset));
    });
    std::uint64_t end = offset;
    if (count != static_cast<ssize_t>(size))  // rarely: what is left, or what is wrong, shows piece by piece
      for (const std::span<std::byte> place : now) {
        read(end, place);
        end += place.size();
      }
    offset += size;
    places = places.subspan(now.size());
  }
}

}  // namespace an::io
