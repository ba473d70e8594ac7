// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string_view>

namespace an::io {

/// What a file is called until it is finished: `path` + `.part`.
std::filesystem::path part_of(const std::filesystem::path& path);

/// Writes a file that appears whole or not at all, and is on the disk when this returns: part_of(path) is written and
/// published. Replaces an existing file; creates no folders. \throws OutputError with the system's reason; no
/// `.part` file is left then
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// Makes a finished, closed `part` file appear as `path`: puts it on the disk, then renames it. \throws OutputError
void publish_file(const std::filesystem::path& part, const std::filesystem::path& path);

/// Creates a folder and its parents, where they do not exist. \throws OutputError
void make_folder(const std::filesystem::path& folder);

}  // namespace an::io
