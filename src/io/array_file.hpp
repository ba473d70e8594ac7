// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace an::io {

/// How an array is stored: in chunks, each packed by deflate (after shuffling of its bytes).
struct ArrayStorage {
  std::vector<std::uint64_t> chunk;  ///< empty: one piece, not packed
  int deflate = 0;                   ///< level, 0 to 9
  bool half = false;                 ///< floats as IEEE 754 half precision
};

/// Writes an HDF5 file of arrays from one process; it appears whole or not at all. No times are stored, so equal data
/// are equal bytes.
class ArrayFile {
 public:
  /// Begins `path` (as `path.part`). \throws OutputError, also from all other functions
  explicit ArrayFile(const std::filesystem::path& path);
  /// Removes the unfinished file, if commit() was not reached or failed.
  ~ArrayFile();
  ArrayFile(const ArrayFile&) = delete;
  ArrayFile& operator=(const ArrayFile&) = delete;

  void add_group(const std::string& name);
  /// Adds an array; `values` in row-major order.
  void add(const std::string& name, std::span<const double> values, std::span<const std::uint64_t> shape,
           const ArrayStorage& storage = {});
  void add(const std::string& name, std::span<const std::int64_t> values, std::span<const std::uint64_t> shape,
           const ArrayStorage& storage = {});
  void add(const std::string& name, std::span<const std::int8_t> values, std::span<const std::uint64_t> shape,
           const ArrayStorage& storage = {});
  void add(const std::string& name, std::span<const float> values, std::span<const std::uint64_t> shape,
           const ArrayStorage& storage = {});
  /// Attributes of the whole file. Texts may be of any length.
  void set_attribute(const std::string& name, std::span<const double> values);
  void set_attribute(const std::string& name, const std::string& value);
  /// Closes the file and gives it its name.
  void commit();

 private:
  struct Open;
  void add_array(const std::string& name, const void* values, std::int64_t type, std::size_t count,
                 std::span<const std::uint64_t> shape, const ArrayStorage& storage);

  std::filesystem::path path_, part_;
  std::unique_ptr<Open> open_;
};

}  // namespace an::io
