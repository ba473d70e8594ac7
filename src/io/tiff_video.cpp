// SPDX-License-Identifier: MIT
#include "io/tiff_video.hpp"

#include <fmt/format.h>
#include <tiffio.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>

#include "core/error.hpp"
#include "io/atomic_file.hpp"

namespace an::io {

namespace {

// libtiff's own words for what went wrong last.
std::string& last_words() {
  thread_local std::string words;
  return words;
}

void keep_words(const char* module, const char* format, va_list arguments) {
  std::array<char, 500> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  last_words() = fmt::format("{}: {}", module == nullptr ? "TIFF" : module, text.data());
}

using Tiff = std::unique_ptr<TIFF, decltype(&TIFFClose)>;

Tiff open_tiff(const std::filesystem::path& path, const char* mode) {
  TIFFSetErrorHandler(keep_words);
  TIFFSetWarningHandler(nullptr);
  last_words().clear();
  return {TIFFOpen(path.c_str(), mode), TIFFClose};
}

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
    throw OutputError(path, last_words());
}

[[noreturn]] void refuse(const std::filesystem::path& path, std::size_t page, const std::string& what) {
  throw InputError(path, fmt::format("page {}: {}", page, what));
}

std::vector<std::uint8_t> read_page(TIFF* file, const std::filesystem::path& path, std::size_t number,
                                    TiffVideo& video) {
  constexpr std::uint32_t longest_side = 65536;
  std::uint32_t columns = 0, rows = 0;
  std::uint16_t bits = 1, samples = 1, format = SAMPLEFORMAT_UINT;
  TIFFGetField(file, TIFFTAG_IMAGEWIDTH, &columns);
  TIFFGetField(file, TIFFTAG_IMAGELENGTH, &rows);
  TIFFGetFieldDefaulted(file, TIFFTAG_BITSPERSAMPLE, &bits);
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLESPERPIXEL, &samples);
  TIFFGetFieldDefaulted(file, TIFFTAG_SAMPLEFORMAT, &format);
  if (bits != 8 || samples != 1 || format != SAMPLEFORMAT_UINT || TIFFIsTiled(file) != 0)
    refuse(path, number,
           fmt::format("{} samples of {} bits a pixel (expected one of 8 bits, unsigned, in strips)", samples, bits));
  if (columns == 0 || rows == 0 || columns > longest_side || rows > longest_side)
    refuse(path, number, fmt::format("{} x {} pixels (expected 1 to {} each)", rows, columns, longest_side));
  if (video.pages.empty()) {
    video.rows = rows;
    video.columns = columns;
  }
  if (rows != video.rows || columns != video.columns)
    refuse(path, number,
           fmt::format("{} x {} pixels (expected {} x {} as on page 0)", rows, columns, video.rows, video.columns));
  std::vector<std::uint8_t> page(std::size_t{rows} * columns);
  std::size_t at = 0;
  for (std::uint32_t strip = 0; strip < TIFFNumberOfStrips(file); ++strip) {
    const tmsize_t size = TIFFReadEncodedStrip(file, strip, page.data() + at, static_cast<tmsize_t>(page.size() - at));
    if (size < 0) refuse(path, number, fmt::format("strip {} cannot be read: {}", strip, last_words()));
    at += static_cast<std::size_t>(size);
  }
  if (at != page.size()) refuse(path, number, fmt::format("{} pixels (expected {})", at, page.size()));
  return page;
}

}  // namespace

void write_tiff_video(const std::filesystem::path& path, std::span<const std::vector<std::uint8_t>> pages,
                      std::size_t rows, std::size_t columns) {
  std::filesystem::path part = path;
  part += ".part";
  try {
    Tiff file = open_tiff(part, "w");
    if (!file) throw OutputError(part, last_words());
    for (const std::vector<std::uint8_t>& page : pages) {
      AN_ASSERT(page.size() == rows * columns);
      write_page(file.get(), page, rows, columns, part);
    }
    if (TIFFFlush(file.get()) == 0) throw OutputError(part, last_words());
    file.reset();
    if (!last_words().empty()) throw OutputError(part, last_words());
    publish_file(part, path);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    throw;
  }
}

TiffVideo read_tiff_video(const std::filesystem::path& path) {
  const Tiff file = open_tiff(path, "r");
  if (!file) throw InputError(path, last_words());
  TiffVideo video;
  do video.pages.push_back(read_page(file.get(), path, video.pages.size(), video));
  while (TIFFReadDirectory(file.get()) != 0);
  if (!last_words().empty()) refuse(path, video.pages.size(), last_words());
  return video;
}

}  // namespace an::io
