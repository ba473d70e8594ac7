// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace an::io {

/// A nameless temporary file for data that shall not stay in memory; it is gone when the object or the process ends.
class SpoolFile {
 public:
  /// Creates the file in `folder`, which must exist. \throws OutputError
  explicit SpoolFile(const std::filesystem::path& folder);
  SpoolFile(SpoolFile&& other) noexcept;
  SpoolFile& operator=(SpoolFile&& other) noexcept;
  ~SpoolFile();

  /// Adds bytes at the end and returns the offset of the first. \throws OutputError
  std::uint64_t append(std::span<const std::byte> bytes);
  /// Fills `bytes` from `offset` on. \throws OutputError, also where the file ends before
  void read(std::uint64_t offset, std::span<std::byte> bytes) const;
  /// The same, one after the other into each of several places.
  void read(std::uint64_t offset, std::span<const std::span<std::byte>> places) const;

 private:
  std::filesystem::path folder_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace an::io
