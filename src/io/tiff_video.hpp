// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace an::io {

/// Whether pages may come to more than the 4 GiB that a TIFF file holds, if they hardly pack: it is a BigTIFF then.
bool needs_big_tiff(std::size_t pages, std::size_t rows, std::size_t columns);

/// Writes pages as a TIFF file, one directory each, packed by deflate; it appears whole or not at all.
/// \param pages of rows x columns values each \throws OutputError
void write_tiff_video(const std::filesystem::path& path, std::span<const std::vector<std::uint8_t>> pages,
                      std::size_t rows, std::size_t columns);

}  // namespace an::io
