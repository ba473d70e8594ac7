// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

namespace an::io {

/// The whole content of a file, in one read.
/// \throws InputError naming the file and the system's reason
std::string read_text_file(const std::filesystem::path& path);

}  // namespace an::io
