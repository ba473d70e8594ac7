// SPDX-License-Identifier: MIT
#include "io/array_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <hdf5.h>

#include <algorithm>
#include <new>
#include <optional>
#include <system_error>

#include "core/error.hpp"
#include "io/hdf5_handle.hpp"

namespace an::io {

struct ArrayReader::Open {
  Hdf5Handle file;
  std::uint64_t bytes = 0;  // of the whole file
};

namespace {

std::vector<std::uint64_t> extent_of(hid_t space) {
  if (H5Sget_simple_extent_type(space) == H5S_NULL) return {0};
  std::vector<hsize_t> extent(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space))));
  H5Sget_simple_extent_dims(space, extent.data(), nullptr);
  return {extent.begin(), extent.end()};
}

constexpr std::uint64_t deflate_most = 1032;                      // bytes that one of deflate can stand for
constexpr std::uint64_t largest_chunk = std::uint64_t{1} << 26U;  // bytes, where the array itself is smaller

// The product; none where it is more than `most`.
std::optional<std::size_t> count_of(const std::vector<std::uint64_t>& extent, std::uint64_t most) {
  if (std::find(extent.begin(), extent.end(), 0) != extent.end()) return 0;
  std::size_t count = 1;
  for (const std::uint64_t n : extent) {
    if (count > most / n) return {};
    count *= n;
  }
  return count;
}

}  // namespace

ArrayReader::ArrayReader(const std::filesystem::path& path) : path_(path), open_(std::make_unique<Open>()) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw InputError(path, "there is no such file");
  const hid_t id = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (id < 0) throw InputError(path, "not an HDF5 file, or a damaged one");
  open_->file = Hdf5Handle(id, H5Fclose);
  hsize_t bytes = 0;
  checked(H5Fget_filesize(id, &bytes), "its size cannot be read");
  open_->bytes = bytes;
}

ArrayReader::~ArrayReader() = default;

std::int64_t ArrayReader::checked(std::int64_t result, const std::string& what) const {
  if (result < 0) throw InputError(path_, what);
  return result;
}

bool ArrayReader::has(const std::string& name) const {
  for (std::size_t end = name.find('/', 1);; end = name.find('/', end + 1)) {
    const std::string part = name.substr(0, end);
    if (part != "/" && H5Lexists(open_->file, part.c_str(), H5P_DEFAULT) <= 0) return false;
    if (end == std::string::npos) return true;
  }
}

std::vector<std::string> ArrayReader::children(const std::string& group) const {
  const Hdf5Handle id(checked(H5Gopen2(open_->file, group.c_str(), H5P_DEFAULT), fmt::format("no group {}", group)),
                      H5Gclose);
  std::vector<std::string> names;
  const auto visit = [](hid_t, const char* name, const H5L_info_t*, void* out) -> herr_t {
    static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    return 0;
  };
  checked(H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, nullptr, visit, &names),
          fmt::format("cannot list {}: the file is damaged", group));
  return names;
}

std::vector<std::uint64_t> ArrayReader::shape(const std::string& array) const {
  const Hdf5Handle set(checked(H5Dopen2(open_->file, array.c_str(), H5P_DEFAULT), fmt::format("no array {}", array)),
                       H5Dclose);
  const Hdf5Handle space(checked(H5Dget_space(set), fmt::format("{}: damaged", array)), H5Sclose);
  return extent_of(space);
}

std::size_t ArrayReader::count(const std::string& what, std::int64_t space, std::int64_t type,
                               std::uint64_t stored_bytes) const {
  const std::vector<std::uint64_t> extent = extent_of(space);
  const auto found = count_of(extent, stored_bytes / std::max<std::size_t>(1, H5Tget_size(type)));
  if (!found)
    throw InputError(path_, fmt::format("{}: shape {}, but only {} bytes are stored; the file is damaged", what, extent,
                                        stored_bytes));
  return *found;
}

std::size_t ArrayReader::stored_count(const std::string& array, std::int64_t set, std::int64_t space) const {
  const std::string damaged = fmt::format("{}: damaged", array);
  const Hdf5Handle type(checked(H5Dget_type(set), damaged), H5Tclose);
  const Hdf5Handle layout(checked(H5Dget_create_plist(set), damaged), H5Pclose);
  std::uint64_t stored = std::min<std::uint64_t>(H5Dget_storage_size(set), open_->bytes);
  if (stored == 0 && count_of(extent_of(space), 0) != 0)
    throw InputError(path_, fmt::format("{}: holds no data", array));
  if (H5Pget_nfilters(layout) > 0) stored *= deflate_most;
  const std::size_t values = count(array, space, type, stored);
  std::vector<hsize_t> chunk(H5S_MAX_RANK);
  if (H5Pget_layout(layout) != H5D_CHUNKED) return values;
  chunk.resize(static_cast<std::size_t>(checked(H5Pget_chunk(layout, H5S_MAX_RANK, chunk.data()), damaged)));
  const std::size_t bytes = std::max<std::size_t>(1, H5Tget_size(type));
  if (!count_of({chunk.begin(), chunk.end()}, std::max(largest_chunk / bytes, values)))
    throw InputError(path_, fmt::format("{}: chunks of {} values; the file is damaged", array, chunk));
  return values;
}

template <class Number>
std::vector<Number> ArrayReader::read(const std::string& array, std::int64_t type) const {
  const Hdf5Handle set(checked(H5Dopen2(open_->file, array.c_str(), H5P_DEFAULT), fmt::format("no array {}", array)),
                       H5Dclose);
  const Hdf5Handle space(checked(H5Dget_space(set), fmt::format("{}: damaged", array)), H5Sclose);
  const std::size_t count = stored_count(array, set, space);
  std::vector<Number> values;
  try {
    values.resize(count);
  } catch (const std::bad_alloc&) {
    throw InputError(path_, fmt::format("{}: there is no memory for its {} numbers", array, count));
  }
  if (count > 0)
    checked(H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
            fmt::format("{}: cannot be read as numbers; the file is damaged or cut short", array));
  return values;
}

std::vector<float> ArrayReader::floats(const std::string& array) const { return read<float>(array, H5T_NATIVE_FLOAT); }
std::vector<double> ArrayReader::doubles(const std::string& array) const {
  return read<double>(array, H5T_NATIVE_DOUBLE);
}

std::vector<double> ArrayReader::doubles(const std::string& array, std::uint64_t first, std::uint64_t count) const {
  const std::string damaged = fmt::format("{}: damaged", array);
  const Hdf5Handle set(checked(H5Dopen2(open_->file, array.c_str(), H5P_DEFAULT), fmt::format("no array {}", array)),
                       H5Dclose);
  const Hdf5Handle space(checked(H5Dget_space(set), damaged), H5Sclose);
  const std::uint64_t stored = stored_count(array, set, space);
  if (extent_of(space).size() != 1 || first > stored || count > stored - first)
    throw InputError(path_, fmt::format("{}: shape {} (expected {} numbers)", array, extent_of(space), first + count));
  std::vector<double> values(count);
  if (count == 0) return values;
  const hsize_t begin = first, size = count;
  checked(H5Sselect_hyperslab(space, H5S_SELECT_SET, &begin, nullptr, &size, nullptr), damaged);
  const Hdf5Handle memory(checked(H5Screate_simple(1, &size, nullptr), damaged), H5Sclose);
  checked(H5Dread(set, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, values.data()),
          fmt::format("{}: cannot be read as numbers; the file is damaged or cut short", array));
  return values;
}

std::vector<float> ArrayReader::floats(const std::string& array, const std::vector<std::uint64_t>& expected) const {
  if (const std::vector<std::uint64_t> found = shape(array); found != expected)
    throw InputError(path_, fmt::format("{}: shape {} (expected {})", array, found, expected));
  return floats(array);
}

std::optional<std::vector<double>> ArrayReader::numbers(const std::string& object, const std::string& attribute) const {
  if (H5Aexists_by_name(open_->file, object.c_str(), attribute.c_str(), H5P_DEFAULT) <= 0) return std::nullopt;
  const std::string damaged = fmt::format("attribute {} of {}: not a number", attribute, object);
  const Hdf5Handle id(
      checked(H5Aopen_by_name(open_->file, object.c_str(), attribute.c_str(), H5P_DEFAULT, H5P_DEFAULT), damaged),
      H5Aclose);
  const Hdf5Handle space(checked(H5Aget_space(id), damaged), H5Sclose);
  const Hdf5Handle type(checked(H5Aget_type(id), damaged), H5Tclose);
  const std::size_t size = count(fmt::format("attribute {} of {}", attribute, object), space, type, open_->bytes);
  if (size == 0) return std::vector<double>();
  if (H5Tget_class(type) != H5T_ENUM) {
    std::vector<double> values(size);
    checked(H5Aread(id, H5T_NATIVE_DOUBLE, values.data()), damaged);
    return values;
  }
  std::vector<std::int64_t> values(size);  // truth values of h5py
  checked(H5Aread(id, H5T_NATIVE_INT64, values.data()), damaged);
  return std::vector<double>(values.begin(), values.end());
}

std::optional<std::string> ArrayReader::text(const std::string& object, const std::string& attribute) const {
  if (H5Aexists_by_name(open_->file, object.c_str(), attribute.c_str(), H5P_DEFAULT) <= 0) return std::nullopt;
  const std::string damaged = fmt::format("attribute {} of {}: not a text", attribute, object);
  const Hdf5Handle id(
      checked(H5Aopen_by_name(open_->file, object.c_str(), attribute.c_str(), H5P_DEFAULT, H5P_DEFAULT), damaged),
      H5Aclose);
  const Hdf5Handle type(checked(H5Aget_type(id), damaged), H5Tclose);
  const Hdf5Handle space(checked(H5Aget_space(id), damaged), H5Sclose);
  if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1 || H5Tget_size(type) > open_->bytes)
    throw InputError(path_, damaged);
  if (H5Tis_variable_str(type) > 0) {
    char* read = nullptr;
    checked(H5Aread(id, type, static_cast<void*>(&read)), damaged);
    std::string text = read == nullptr ? "" : read;
    H5free_memory(read);
    return text;
  }
  std::string text(H5Tget_size(type), '\0');
  checked(H5Aread(id, type, text.data()), damaged);
  return text.substr(0, text.find('\0'));
}

}  // namespace an::io
