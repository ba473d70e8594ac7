// SPDX-License-Identifier: MIT
#include "io/result_file.hpp"

#include <hdf5_hl.h>
#include <mpi.h>

#include <algorithm>
#include <exception>
#include <map>
#include <numeric>
#include <optional>
#include <system_error>

#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/descriptor.hpp"
#include "io/hdf5_handle.hpp"

namespace an::io {

namespace {

Hdf5Handle text_type(std::size_t length, const std::filesystem::path& file) {
  Hdf5Handle type(checked(H5Tcopy(H5T_C_S1), file, "H5Tcopy"), H5Tclose);
  checked(H5Tset_size(type, std::max<std::size_t>(length, 1)), file, "H5Tset_size");
  checked(H5Tset_strpad(type, H5T_STR_NULLPAD), file, "H5Tset_strpad");
  checked(H5Tset_cset(type, H5T_CSET_UTF8), file, "H5Tset_cset");
  return type;
}

Hdf5Handle type_of(const Column& column, const std::filesystem::path& file) {
  if (column.type == ColumnType::text) return text_type(column.text_length, file);
  const hid_t native = column.type == ColumnType::float64 ? H5T_NATIVE_DOUBLE
                       : column.type == ColumnType::int64 ? H5T_NATIVE_INT64
                       : column.type == ColumnType::int32 ? H5T_NATIVE_INT32
                                                          : H5T_NATIVE_INT8;
  return Hdf5Handle(checked(H5Tcopy(native), file, "H5Tcopy"), H5Tclose);
}

void put_attribute(hid_t object, const std::string& name, const std::string& value, const std::filesystem::path& file) {
  const Hdf5Handle type = text_type(value.size(), file);
  const Hdf5Handle space(checked(H5Screate(H5S_SCALAR), file, "H5Screate"), H5Sclose);
  const Hdf5Handle attribute(
      checked(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), file, "H5Acreate2"), H5Aclose);
  const std::string padded = value.empty() ? std::string(1, '\0') : value;
  checked(H5Awrite(attribute, type, padded.data()), file, "H5Awrite");
}

std::string path_in(const Table& table, const std::string& name) {
  return (table.group == "/" ? std::string() : table.group) + "/" + name;
}

Column numbers_of(const Table& table) { return {table.dimension, ColumnType::int64, "", "row number", 0}; }

// Plain contiguous storage, without times or fill values that could make files differ.
Hdf5Handle creation_properties(const std::filesystem::path& file) {
  Hdf5Handle properties(checked(H5Pcreate(H5P_DATASET_CREATE), file, "H5Pcreate"), H5Pclose);
  checked(H5Pset_obj_track_times(properties, 0), file, "H5Pset_obj_track_times");
  checked(H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER), file, "H5Pset_fill_time");
  return properties;
}

// Lets the disk begin with bytes that are written, which commit() waits for at last. Where that cannot be asked for, it
// waits longer.
void begin_to_flush([[maybe_unused]] const Descriptor& file, [[maybe_unused]] std::uint64_t offset,
                    [[maybe_unused]] std::uint64_t size) {
#ifdef SYNC_FILE_RANGE_WRITE
  ::sync_file_range(file.number(), static_cast<off64_t>(offset), static_cast<off64_t>(size), SYNC_FILE_RANGE_WRITE);
#endif
}

}  // namespace

std::size_t value_size(const Column& column) {
  switch (column.type) {
    case ColumnType::float64:
    case ColumnType::int64:
      return 8;
    case ColumnType::int32:
      return 4;
    case ColumnType::int8:
      return 1;
    case ColumnType::text:
      return std::max<std::size_t>(column.text_length, 1);
  }
  return 0;
}

struct ResultFile::Open {
  Hdf5Handle file;
  std::optional<Descriptor> part_file;         ///< the same file, to speak to the kernel of
  std::map<std::string, Hdf5Handle> datasets;  ///< by path
};

ResultFile::ResultFile(const std::filesystem::path& path, bool parallel)
    : path_(path), part_(part_of(path)), parallel_(parallel), open_(std::make_unique<Open>()) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const Hdf5Handle access(checked(H5Pcreate(H5P_FILE_ACCESS), part_, "H5Pcreate"), H5Pclose);
  if (parallel_) {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    is_root_ = rank == 0;
    checked(H5Pset_fapl_mpio(access, MPI_COMM_WORLD, MPI_INFO_NULL), part_, "H5Pset_fapl_mpio");
  }
  checked(H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST), part_, "H5Pset_libver_bounds");
  const Hdf5Handle creation(checked(H5Pcreate(H5P_FILE_CREATE), part_, "H5Pcreate"), H5Pclose);
  checked(H5Pset_obj_track_times(creation, 0), part_, "H5Pset_obj_track_times");
  open_->file =
      Hdf5Handle(checked(H5Fcreate(part_.c_str(), H5F_ACC_TRUNC, creation, access), part_, "H5Fcreate"), H5Fclose);
  open_->part_file.emplace(part_, O_RDONLY);
}

ResultFile::~ResultFile() {
  if (!open_) return;
  // Closing a shared file waits for all ranks; a rank that fails is about to end them instead.
  if (parallel_ && std::uncaught_exceptions() > 0)
    static_cast<void>(open_.release());
  else
    open_.reset();
  std::error_code ignored;
  if (is_root_) std::filesystem::remove(part_, ignored);
}

void ResultFile::set_attribute(const std::string& name, const std::string& value) {
  put_attribute(open_->file, name, value, part_);
}

void ResultFile::create(const Table& table) {
  if (table.group != "/")
    const Hdf5Handle group(checked(H5Gcreate2(open_->file, table.group.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                                   part_, "H5Gcreate2"),
                           H5Gclose);
  const hsize_t rows = table.rows;
  const Hdf5Handle space(checked(H5Screate_simple(1, &rows, nullptr), part_, "H5Screate_simple"), H5Sclose);
  const Hdf5Handle properties = creation_properties(part_);
  const auto create_dataset = [&](const Column& column) -> hid_t {
    const std::string path = path_in(table, column.name);
    Hdf5Handle dataset(checked(H5Dcreate2(open_->file, path.c_str(), type_of(column, part_), space, H5P_DEFAULT,
                                          properties, H5P_DEFAULT),
                               part_, "H5Dcreate2"),
                       H5Dclose);
    if (!column.units.empty()) put_attribute(dataset, "units", column.units, part_);
    if (!column.long_name.empty()) put_attribute(dataset, "long_name", column.long_name, part_);
    return open_->datasets.emplace(path, std::move(dataset)).first->second;
  };
  const hid_t scale = create_dataset(numbers_of(table));
  checked(H5DSset_scale(scale, table.dimension.c_str()), part_, "H5DSset_scale");
  for (const Column& column : table.columns)
    checked(H5DSattach_scale(create_dataset(column), scale, 0), part_, "H5DSattach_scale");
}

void ResultFile::write(const Table& table, RowBlock block, std::span<const std::vector<std::byte>> columns) {
  AN_ASSERT(columns.size() == table.columns.size());
  if (block.rows == 0) return;
  const hsize_t all = table.rows, first = block.first, rows = block.rows;
  const Hdf5Handle file_space(checked(H5Screate_simple(1, &all, nullptr), part_, "H5Screate_simple"), H5Sclose);
  checked(H5Sselect_hyperslab(file_space, H5S_SELECT_SET, &first, nullptr, &rows, nullptr), part_,
          "H5Sselect_hyperslab");
  const Hdf5Handle memory_space(checked(H5Screate_simple(1, &rows, nullptr), part_, "H5Screate_simple"), H5Sclose);
  const auto write_column = [&](const Column& column, const void* values) {
    const hid_t dataset = open_->datasets.at(path_in(table, column.name));
    checked(H5Dwrite(dataset, type_of(column, part_), memory_space, file_space, H5P_DEFAULT, values), part_,
            "H5Dwrite");
    const haddr_t start = H5Dget_offset(dataset);
    if (start != HADDR_UNDEF)
      begin_to_flush(*open_->part_file, start + first * value_size(column), rows * value_size(column));
  };
  std::vector<std::int64_t> numbers(rows);
  std::iota(numbers.begin(), numbers.end(), static_cast<std::int64_t>(first));
  write_column(numbers_of(table), numbers.data());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    AN_ASSERT(columns[c].size() == rows * value_size(table.columns[c]));
    write_column(table.columns[c], columns[c].data());
  }
}

void ResultFile::commit() {
  open_->datasets.clear();
  checked(H5Fflush(open_->file, H5F_SCOPE_GLOBAL), part_, "H5Fflush");
  checked(open_->file.close(), part_, "H5Fclose");
  if (is_root_) publish_file(part_, path_);
  open_.reset();
}

}  // namespace an::io
