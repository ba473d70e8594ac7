// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

namespace an::fuzz {

/// Writes an HDF5 file as JSON describes it, which HDF5 itself finds nothing wrong with, whatever it holds: so that
/// what is fuzzed are its readers.
///
/// `attributes` (of the file) and `arrays` are objects by name, of either a list of numbers, a text, or an object:
/// `values`, and optionally `shape`, `type` (double, float, half, int64, int8, bool or text), `chunk`, `deflate`,
/// `early` (storage is reserved though nothing is written), `names` (texts: attributes `name` of the array's group).
/// What cannot be made is left out.
void write_described(const std::filesystem::path& path, const nlohmann::ordered_json& description);

}  // namespace an::fuzz
