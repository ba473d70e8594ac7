// SPDX-License-Identifier: MIT
#pragma once

#include <tiffio.h>

#include <filesystem>
#include <memory>
#include <string>

namespace an::io {

using Tiff = std::unique_ptr<TIFF, decltype(&TIFFClose)>;

/// Opens a file with libtiff; null where that fails. \param mode `r`, `w`, or `w8` for BigTIFF
Tiff open_tiff(const std::filesystem::path& path, const char* mode);

/// libtiff's own words for what went wrong on this thread since a file was opened; empty where nothing did.
std::string& tiff_words();

}  // namespace an::io
