// SPDX-License-Identifier: MIT
#include "io/tiff_video.hpp"

#include <fmt/format.h>

#include <system_error>

#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/tiff_handle.hpp"

namespace an::io {

namespace {

void write_page(TIFF* file, const std::vector<std::uint8_t>& page, std::size_t rows, std::size_t columns,
                const std::filesystem::path& path) {
  // Level 1: noise packs as well at the lowest level, several times as fast.
  TIFFSetField(file, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(columns));
  TIFFSetField(file, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(rows));
  TIFFSetField(file, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(file, TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(file, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(file, TIFFTAG_ROWSPERSTRIP, static_cast<std::uint32_t>(rows));
  TIFFSetField(file, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
  TIFFSetField(file, TIFFTAG_ZIPQUALITY, 1);
  // libtiff does not change what it is given to write.
  auto* const data = const_cast<std::uint8_t*>(page.data());
  if (TIFFWriteEncodedStrip(file, 0, data, static_cast<tmsize_t>(page.size())) < 0 || TIFFWriteDirectory(file) == 0)
    throw OutputError(path, tiff_words());
}

}  // namespace

bool needs_big_tiff(std::size_t pages, std::size_t rows, std::size_t columns) {
  constexpr std::uint64_t most = 4'000'000'000;  // leaves room for pages that deflate makes larger
  constexpr std::uint64_t directory = 512;       // bytes; more than one has
  return pages * (std::uint64_t{rows} * columns + directory) > most;
}

void write_tiff_video(const std::filesystem::path& path, std::span<const std::vector<std::uint8_t>> pages,
                      std::size_t rows, std::size_t columns) {
  const std::filesystem::path part = part_of(path);
  try {
    Tiff file = open_tiff(part, needs_big_tiff(pages.size(), rows, columns) ? "w8" : "w");
    if (!file) throw OutputError(part, tiff_words());
    for (const std::vector<std::uint8_t>& page : pages) {
      AN_ASSERT(page.size() == rows * columns);
      write_page(file.get(), page, rows, columns, part);
    }
    if (TIFFFlush(file.get()) == 0) throw OutputError(part, tiff_words());
    file.reset();
    if (!tiff_words().empty()) throw OutputError(part, tiff_words());
    publish_file(part, path);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    throw;
  }
}

}  // namespace an::io
