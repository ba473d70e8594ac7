// SPDX-License-Identifier: MIT
#include "io/video_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <limits>
#include <vector>

#include "core/error.hpp"
#include "io/tiff_handle.hpp"
#include "io/video_description.hpp"

namespace an::io {

namespace {

constexpr std::uint32_t longest_side = 65536;
constexpr std::uint64_t most_pixels = std::uint64_t{1} << 28U;
constexpr std::size_t most_seen = 65000;          // older libtiff numbers directories by 16 bits
constexpr std::uint64_t best_compression = 2000;  // deflate reaches 1032, LZW 1365

}  // namespace

struct VideoReader::File {
  std::filesystem::path path;
  Tiff tiff;
  std::size_t page = 0;  // that comes next
  bool more = true;
  bool layout_known = false;
  std::uint32_t rows = 0, columns = 0;
  PixelType type = PixelType::uint8;
  Calibration calibration;
  std::vector<unsigned char> block;
  std::uint64_t file_bytes = std::numeric_limits<std::uint64_t>::max();  // of the file, where they can be told

  File(const std::filesystem::path& given, bool stack) : path(given), tiff(open_tiff(given, "r")) {
    if (!tiff) throw InputError(path, fmt::format("cannot be read as TIFF: {}", tiff_words()));
    std::error_code error;
    if (const std::uint64_t size = std::filesystem::file_size(path, error); !error) file_bytes = size;
    read_description(stack);
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw InputError(path, fmt::format("page {}: {}", page, what));
  }

  std::uint16_t tag(std::uint32_t name) const {
    std::uint16_t value = 0;
    TIFFGetFieldDefaulted(tiff.get(), name, &value);
    return value;
  }

  void read_description(bool stack) {
    const char* text = nullptr;
    const bool described = TIFFGetField(tiff.get(), TIFFTAG_IMAGEDESCRIPTION, &text) != 0 && text != nullptr;
    const VideoDescription said = parse_video_description(described ? text : "");
    if (!stack && (said.channels > 1 || (said.slices > 1 && said.frames > 1)))
      throw InputError(path,
                       fmt::format("its pages are {} channels x {} slices x {} frames (expected one page a frame; "
                                   "--axes TYX takes all pages as frames)",
                                   said.channels, said.slices, said.frames));
    calibration.frame_interval = said.frame_interval;
    double pixel_size = said.pixel_size;
    float resolution = 0;
    if (pixel_size == 0 && TIFFGetField(tiff.get(), TIFFTAG_XRESOLUTION, &resolution) != 0 && resolution > 0 &&
        std::isfinite(resolution))
      pixel_size = 1 / static_cast<double>(resolution);
    std::string unit = said.unit;
    if (unit.empty() && tag(TIFFTAG_RESOLUTIONUNIT) == RESUNIT_CENTIMETER) unit = "cm";
    // Without a unit these are dots per inch of a printer.
    if (pixel_size == 0 || unit.empty() || unit == "pixel" || unit == "reference frame") return;
    calibration.unit = unit;
    calibration.pixel_size = pixel_size;
  }

  void read_layout() {
    std::uint32_t page_rows = 0;
    std::uint32_t page_columns = 0;
    TIFFGetField(tiff.get(), TIFFTAG_IMAGEWIDTH, &page_columns);
    TIFFGetField(tiff.get(), TIFFTAG_IMAGELENGTH, &page_rows);
    const std::uint16_t bits = tag(TIFFTAG_BITSPERSAMPLE);
    const std::uint16_t samples = tag(TIFFTAG_SAMPLESPERPIXEL);
    const std::uint16_t format = tag(TIFFTAG_SAMPLEFORMAT);
    std::uint16_t photometric = PHOTOMETRIC_MINISBLACK;
    TIFFGetField(tiff.get(), TIFFTAG_PHOTOMETRIC, &photometric);
    const bool whole = format == SAMPLEFORMAT_UINT && (bits == 8 || bits == 16);
    const bool real = format == SAMPLEFORMAT_IEEEFP && bits == 32;
    if (samples != 1 || !(whole || real) || photometric != PHOTOMETRIC_MINISBLACK)
      refuse(
          fmt::format("{} sample{} of {} bits a pixel, sample format {}, photometric {} (expected one grey value: 8 or "
                      "16 bits unsigned, or 32 bits float)",
                      samples, samples == 1 ? "" : "s", bits, format, photometric));
    if (page_columns == 0 || page_rows == 0 || page_columns > longest_side || page_rows > longest_side ||
        std::uint64_t{page_rows} * page_columns > most_pixels)
      refuse(fmt::format("{} x {} pixels (expected 1 to {} each, and {} in all at most)", page_rows, page_columns,
                         longest_side, most_pixels));
    const PixelType page_type = real ? PixelType::float32 : bits == 8 ? PixelType::uint8 : PixelType::uint16;
    if (!layout_known) {
      layout_known = true;
      rows = page_rows;
      columns = page_columns;
      type = page_type;
    }
    if (page_rows != rows || page_columns != columns)
      refuse(fmt::format("{} x {} pixels (expected {} x {} as on page 0)", page_rows, page_columns, rows, columns));
    if (page_type != type) refuse("other bits a pixel than on page 0 (expected the same)");
  }

  std::size_t pixel_bytes() const { return type == PixelType::uint8 ? 1 : type == PixelType::uint16 ? 2 : 4; }

  // Copies part of a row of a decoded block into the frame.
  void convert(const unsigned char* from, float* to, std::size_t count) const {
    if (type == PixelType::uint8) {
      std::copy(from, from + count, to);
    } else if (type == PixelType::float32) {
      std::memcpy(to, from, count * sizeof(float));
    } else {
      for (std::size_t i = 0; i < count; ++i) {
        std::uint16_t value = 0;
        std::memcpy(&value, from + 2 * i, 2);
        to[i] = static_cast<float>(value);
      }
    }
  }

  // Whether so small a file cannot hold this many bytes, however well they are compressed.
  bool is_too_small_for(std::uint64_t expected) const { return expected / best_compression > file_bytes; }

  // Makes room for blocks of this many bytes; no more than a page, or a tile that is larger, can need.
  void make_block(tmsize_t size, std::uint64_t most) {
    if (size <= 0 || static_cast<std::uint64_t>(size) > most) refuse(fmt::format("a block of {} bytes", size));
    if (is_too_small_for(static_cast<std::uint64_t>(size)))
      refuse(fmt::format("a block of {} bytes, but the file has {} bytes only", size, file_bytes));
    block.resize(static_cast<std::size_t>(size));
  }

  void read_strips(Frame& frame) {
    const std::size_t row_bytes = columns * pixel_bytes();
    make_block(TIFFStripSize(tiff.get()), std::uint64_t{row_bytes} * rows);
    std::size_t row = 0;
    const std::uint32_t strips = TIFFNumberOfStrips(tiff.get());
    for (std::uint32_t strip = 0; strip < strips && row < rows; ++strip) {
      const tmsize_t size = TIFFReadEncodedStrip(tiff.get(), strip, block.data(), static_cast<tmsize_t>(block.size()));
      if (size < 0) refuse(fmt::format("strip {} cannot be read: {}", strip, tiff_words()));
      for (std::size_t at = 0; at + row_bytes <= static_cast<std::size_t>(size) && row < rows; at += row_bytes, ++row)
        convert(block.data() + at, &frame.pixels[row * columns], columns);
    }
    if (row != rows) refuse(fmt::format("{} rows (expected {})", row, rows));
  }

  void read_tiles(Frame& frame) {
    std::uint32_t width = 0;
    std::uint32_t length = 0;
    TIFFGetField(tiff.get(), TIFFTAG_TILEWIDTH, &width);
    TIFFGetField(tiff.get(), TIFFTAG_TILELENGTH, &length);
    if (width == 0 || length == 0 || width > longest_side || length > longest_side) refuse("tiles without a size");
    make_block(TIFFTileSize(tiff.get()), std::uint64_t{width} * length * pixel_bytes());
    for (std::uint32_t top = 0; top < rows; top += length)
      for (std::uint32_t left = 0; left < columns; left += width) {
        if (TIFFReadTile(tiff.get(), block.data(), left, top, 0, 0) < 0)
          refuse(fmt::format("the tile at row {}, column {} cannot be read: {}", top, left, tiff_words()));
        const std::size_t count = std::min(width, columns - left);
        for (std::uint32_t r = 0; r < std::min(length, rows - top); ++r)
          convert(block.data() + std::size_t{r} * width * pixel_bytes(),
                  &frame.pixels[std::size_t{top + r} * columns + left], count);
      }
  }

  // Whether the page's directory is there to its end, where it names the next page: libtiff takes a directory that is
  // cut off there for the last one.
  bool says_it_is_last() const {
    std::ifstream bytes(path, std::ios::binary | std::ios::ate);
    const auto size = static_cast<std::uint64_t>(bytes.tellg());
    std::array<unsigned char, 8> head{};
    bytes.seekg(0).read(reinterpret_cast<char*>(head.data()), 4);
    const bool big_endian = head[0] == 'M';
    const bool big_tiff = head[big_endian ? 3 : 2] == 43;
    const std::size_t digits = big_tiff ? 8 : 2;
    const std::uint64_t begin = TIFFCurrentDirOffset(tiff.get());
    bytes.seekg(static_cast<std::streamoff>(begin))
        .read(reinterpret_cast<char*>(head.data()), static_cast<std::streamsize>(digits));
    if (!bytes) return false;
    std::uint64_t entries = 0;
    for (std::size_t i = 0; i < digits; ++i) entries = entries << 8U | head[big_endian ? i : digits - 1 - i];
    const std::uint64_t length = big_tiff ? 8 + 20 * entries + 8 : 2 + 12 * entries + 4;
    return entries < size && begin + length <= size;
  }

  std::optional<Frame> next() {
    if (!more) return std::nullopt;
    read_layout();
    if (is_too_small_for(std::uint64_t{rows} * columns * pixel_bytes()))
      refuse(fmt::format("{} x {} pixels, but the file has {} bytes only", rows, columns, file_bytes));
    Frame frame{rows, columns, type, std::vector<float>(std::size_t{rows} * columns)};
    if (TIFFIsTiled(tiff.get()) != 0)
      read_tiles(frame);
    else
      read_strips(frame);
    if (type == PixelType::float32) {
      const auto bad =
          std::find_if(frame.pixels.begin(), frame.pixels.end(), [](float v) { return !std::isfinite(v); });
      if (bad != frame.pixels.end()) {
        const auto at = static_cast<std::size_t>(bad - frame.pixels.begin());
        refuse(fmt::format("the pixel in row {}, column {} is {} (expected a finite number)", at / columns,
                           at % columns, *bad));
      }
    }
    ++page;
    more = TIFFLastDirectory(tiff.get()) == 0;
    if (!more && !says_it_is_last()) refuse("the file ends where the place of the next page should be");
    if (more && TIFFReadDirectory(tiff.get()) == 0)
      refuse(fmt::format("cannot be read{}{} (expected a page, as the one before says)",
                         tiff_words().empty() ? "" : ": ", tiff_words()));
    return frame;
  }
};

VideoReader::VideoReader(const std::filesystem::path& path, bool stack) : file_(std::make_unique<File>(path, stack)) {}
VideoReader::~VideoReader() = default;
VideoReader::VideoReader(VideoReader&&) noexcept = default;
VideoReader& VideoReader::operator=(VideoReader&&) noexcept = default;
std::optional<Frame> VideoReader::next() { return file_->next(); }
std::size_t VideoReader::next_page() const { return file_->page; }
std::size_t VideoReader::count() const {
  return std::min<std::size_t>(TIFFNumberOfDirectories(file_->tiff.get()), most_seen);
}

void VideoReader::seek(std::size_t page) {
  file_->page = page;
  file_->more = true;
  if (TIFFSetDirectory(file_->tiff.get(), static_cast<tdir_t>(page)) == 0)
    file_->refuse(fmt::format("cannot be read: {}", tiff_words()));
}

const Calibration& VideoReader::calibration() const { return file_->calibration; }

}  // namespace an::io
