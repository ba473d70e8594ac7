// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string_view>

namespace an::io {

/// Writes a file whole or not at all: `path.part` first, then flushed to disk and renamed.
/// \throws OutputError naming the path and the system's reason; nothing is left behind then
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// Makes a finished `part` file appear under its name: flushes it to disk and renames it. \throws OutputError
void publish_file(const std::filesystem::path& part, const std::filesystem::path& path);

/// Makes a folder and its parents. \throws OutputError
void make_folder(const std::filesystem::path& folder);

}  // namespace an::io
