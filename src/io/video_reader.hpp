// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/frame.hpp"

namespace an::io {

/// What a pixel and a frame stand for, as far as the file tells.
struct Calibration {
  double pixel_size = 1;
  std::string unit = "px";    ///< of pixel_size
  double frame_interval = 0;  ///< seconds; 0: unknown
};

/// Reads a TIFF file page by page: 8 or 16 bit unsigned or 32 bit float grey values, in strips or tiles, any byte order
/// and compression that libtiff knows, BigTIFF, every page however they are grouped.
class VideoReader {
 public:
  /// \param stack whether all pages are frames, even if the file calls them slices or channels
  /// \throws InputError when the file cannot be opened, or its pages are not frames; also from next()
  explicit VideoReader(const std::filesystem::path& path, bool stack = false);
  ~VideoReader();
  VideoReader(VideoReader&&) noexcept;
  VideoReader& operator=(VideoReader&&) noexcept;

  /// The next page; nothing after the last one. \throws InputError naming the page and what was expected
  std::optional<Frame> next();
  /// Number of the page that next() gives, from 0.
  std::size_t next_page() const;
  /// Pages of the whole file, as far as it can be read, 65,000 at most; their pixels are not looked at.
  std::size_t count() const;
  /// Goes to a page, so that next() gives it.
  void seek(std::size_t page);
  const Calibration& calibration() const;

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace an::io
