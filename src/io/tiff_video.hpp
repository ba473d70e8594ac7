// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace an::io {

/// Pages of 8-bit grey values, all of one size, row by row.
struct TiffVideo {
  std::size_t rows = 0, columns = 0;
  std::vector<std::vector<std::uint8_t>> pages;
};

/// Writes pages as a TIFF file, one directory each, packed by deflate; it appears whole or not at all.
/// \param pages of rows x columns values each \throws OutputError
void write_tiff_video(const std::filesystem::path& path, std::span<const std::vector<std::uint8_t>> pages,
                      std::size_t rows, std::size_t columns);

/// Reads every page of a TIFF file of 8-bit grey values, whatever its compression and however it groups them.
/// \throws InputError naming the page and what was expected
TiffVideo read_tiff_video(const std::filesystem::path& path);

}  // namespace an::io
