// SPDX-License-Identifier: MIT
#include "io/tiff_handle.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdarg>
#include <cstdio>

namespace an::io {

namespace {

void keep_words(const char* module, const char* format, va_list arguments) {
  std::array<char, 500> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  tiff_words() = fmt::format("{}: {}", module == nullptr ? "TIFF" : module, text.data());
}

}  // namespace

std::string& tiff_words() {
  thread_local std::string words;
  return words;
}

Tiff open_tiff(const std::filesystem::path& path, const char* mode) {
  TIFFSetErrorHandler(keep_words);
  TIFFSetWarningHandler(nullptr);
  tiff_words().clear();
  return {TIFFOpen(path.c_str(), mode), TIFFClose};
}

}  // namespace an::io
