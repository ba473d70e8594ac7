// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

namespace an::io {

/// The whole content of a regular file.
/// \throws InputError naming the path and the reason (`cannot be read: No such file or directory`, `is a folder, not a
/// file`)
std::string read_text_file(const std::filesystem::path& path);

}  // namespace an::io
