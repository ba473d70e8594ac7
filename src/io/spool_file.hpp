// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace an::io {

/// A nameless temporary file that rows wait in, so that memory does not grow with the input.
class SpoolFile {
 public:
  /// \throws OutputError where no file can be made in `folder`
  explicit SpoolFile(const std::filesystem::path& folder);
  ~SpoolFile();
  SpoolFile(const SpoolFile&) = delete;
  SpoolFile& operator=(const SpoolFile&) = delete;

  /// Appends bytes; returns where they start. \throws OutputError, e.g. when the disk is full
  std::uint64_t append(std::span<const std::byte> bytes);
  /// Reads bytes back. \throws OutputError
  void read(std::uint64_t offset, std::span<std::byte> bytes) const;

 private:
  std::filesystem::path folder_;
  int number_;
  std::uint64_t size_ = 0;
};

}  // namespace an::io
