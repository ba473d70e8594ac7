// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace an::io {

/// XXH3 of 64 bits, as 16 hexadecimal digits.
std::string content_hash(std::string_view content);

/// A file's size and the hash of its content, `SIZE:HASH`; empty where there is no regular file that can be read. The
/// same whatever the file is called.
std::string file_checksum(const std::filesystem::path& path);

}  // namespace an::io
