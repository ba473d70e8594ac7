// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace an::io {

/// What a column of a table holds.
enum class ColumnType { float64, int64, int32, int8, text };

/// A column of a table: a plain one-dimensional dataset.
struct Column {
  std::string name;
  ColumnType type;
  std::string units;  ///< empty where there are none
  std::string long_name;
  std::size_t text_length = 0;  ///< bytes of a text value (UTF-8, fixed length, padded with zeros)
};

/// Bytes of one value of the column.
std::size_t value_size(const Column& column);

/// A table: columns of one length in a group of the file, with a dimension scale `dimension` (0, 1, 2, …).
struct Table {
  std::string group;  ///< "/" or "/name"
  std::string dimension;
  std::uint64_t rows;
  std::vector<Column> columns;
};

/// Rows that follow each other in the file.
struct RowBlock {
  std::uint64_t first;
  std::uint64_t rows;
};

/// Writes an HDF5 file of tables, from one process or from all ranks together; it appears whole or not at all.
///
/// Every call but write() is collective. Datasets are the same bytes for any number of ranks. Nothing in the file has
/// variable length.
class ResultFile {
 public:
  /// Begins `path` (as `path.part`). \param parallel whether all ranks of MPI_COMM_WORLD open it; else this process
  /// alone does \throws OutputError, also from all other functions
  ResultFile(const std::filesystem::path& path, bool parallel);
  /// Removes the unfinished file, if commit() was not reached or failed.
  ~ResultFile();
  ResultFile(const ResultFile&) = delete;
  ResultFile& operator=(const ResultFile&) = delete;

  /// Attributes of the whole file.
  void set_attribute(const std::string& name, const std::string& value);
  void create(const Table& table);
  /// Writes rows of a table and their numbers, for each row on one rank. \param columns packed values, a buffer a
  /// column
  void write(const Table& table, RowBlock block, std::span<const std::vector<std::byte>> columns);
  /// Closes the file and gives it its name.
  void commit();

 private:
  struct Open;
  std::filesystem::path path_, part_;
  bool parallel_;
  bool is_root_ = true;
  std::unique_ptr<Open> open_;
};

}  // namespace an::io
