// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace an::io {

/// Reads arrays and attributes of an HDF5 file: what ArrayFile writes, and h5py and Keras do. A file that promises more
/// than it holds is refused before memory is asked for.
class ArrayReader {
 public:
  /// \throws InputError where the file is missing or no HDF5 file; also from all other functions, naming the array
  explicit ArrayReader(const std::filesystem::path& path);
  ~ArrayReader();
  ArrayReader(const ArrayReader&) = delete;
  ArrayReader& operator=(const ArrayReader&) = delete;

  const std::filesystem::path& path() const { return path_; }
  bool has(const std::string& name) const;
  /// Names in a group, in alphabetical order.
  std::vector<std::string> children(const std::string& group) const;
  std::vector<std::uint64_t> shape(const std::string& array) const;
  /// All numbers of an array, whatever type they are stored as.
  std::vector<float> floats(const std::string& array) const;
  std::vector<double> doubles(const std::string& array) const;
  /// Some of a one-dimensional array.
  std::vector<double> doubles(const std::string& array, std::uint64_t first, std::uint64_t count) const;
  /// All numbers of an array that must have this shape.
  std::vector<float> floats(const std::string& array, const std::vector<std::uint64_t>& expected) const;

  /// Attributes of a group or array (`/` is the file); none where there is no such attribute. A number, a truth value
  /// and an array of numbers are all read as numbers.
  std::optional<std::vector<double>> numbers(const std::string& object, const std::string& attribute) const;
  std::optional<std::string> text(const std::string& object, const std::string& attribute) const;

 private:
  struct Open;
  template <class Number>
  std::vector<Number> read(const std::string& array, std::int64_t type) const;
  std::size_t count(const std::string& what, std::int64_t space, std::int64_t type, std::uint64_t stored_bytes) const;
  std::size_t stored_count(const std::string& array, std::int64_t set, std::int64_t space) const;
  std::int64_t checked(std::int64_t result, const std::string& what) const;

  std::filesystem::path path_;
  std::unique_ptr<Open> open_;
};

}  // namespace an::io
