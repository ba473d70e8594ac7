// SPDX-License-Identifier: MIT
#include "io/array_file.hpp"

#include <hdf5.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <system_error>

#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/hdf5_handle.hpp"

namespace an::io {

namespace {

// The nearest number of half precision. HDF5 1.10 halves what it rounds up to a power of two, so it is given no number
// that it has to round.
float nearest_half(float value) {
  if (value == 0 || !std::isfinite(value)) return value;
  const float step = std::ldexp(1.0F, std::max(std::ilogb(value), -14) - 10);
  return std::nearbyint(value / step) * step;
}

}  // namespace

struct ArrayFile::Open {
  Hdf5Handle file;
};

ArrayFile::ArrayFile(const std::filesystem::path& path)
    : path_(path), part_(part_of(path)), open_(std::make_unique<Open>()) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const Hdf5Handle creation(checked(H5Pcreate(H5P_FILE_CREATE), part_, "H5Pcreate"), H5Pclose);
  checked(H5Pset_obj_track_times(creation, 0), part_, "H5Pset_obj_track_times");
  open_->file =
      Hdf5Handle(checked(H5Fcreate(part_.c_str(), H5F_ACC_TRUNC, creation, H5P_DEFAULT), part_, "H5Fcreate"), H5Fclose);
}

ArrayFile::~ArrayFile() {
  if (!open_) return;
  open_.reset();
  std::error_code ignored;
  std::filesystem::remove(part_, ignored);
}

void ArrayFile::add_group(const std::string& name) {
  const Hdf5Handle group(
      checked(H5Gcreate2(open_->file, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), part_, "H5Gcreate2"),
      H5Gclose);
}

void ArrayFile::add_array(const std::string& name, const void* values, std::int64_t type, std::size_t count,
                          std::span<const std::uint64_t> shape, const ArrayStorage& storage) {
  const std::vector<hsize_t> extent(shape.begin(), shape.end());
  AN_ASSERT(count == std::accumulate(extent.begin(), extent.end(), hsize_t{1}, std::multiplies<>()));
  const Hdf5Handle space(
      checked(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), part_, "H5Screate_simple"),
      H5Sclose);
  const Hdf5Handle properties(checked(H5Pcreate(H5P_DATASET_CREATE), part_, "H5Pcreate"), H5Pclose);
  checked(H5Pset_obj_track_times(properties, 0), part_, "H5Pset_obj_track_times");
  if (!storage.chunk.empty() && count > 0) {
    const std::vector<hsize_t> chunk(storage.chunk.begin(), storage.chunk.end());
    checked(H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data()), part_, "H5Pset_chunk");
    if (storage.deflate > 0) {
      checked(H5Pset_shuffle(properties), part_, "H5Pset_shuffle");
      checked(H5Pset_deflate(properties, static_cast<unsigned>(storage.deflate)), part_, "H5Pset_deflate");
    }
  }
  const Hdf5Handle stored(checked(H5Tcopy(type), part_, "H5Tcopy"), H5Tclose);
  if (storage.half) {
    checked(H5Tset_fields(stored, 15, 10, 5, 0, 10), part_, "H5Tset_fields");
    checked(H5Tset_size(stored, 2), part_, "H5Tset_size");
    checked(H5Tset_ebias(stored, 15), part_, "H5Tset_ebias");
  }
  const Hdf5Handle dataset(
      checked(H5Dcreate2(open_->file, name.c_str(), stored, space, H5P_DEFAULT, properties, H5P_DEFAULT), part_,
              "H5Dcreate2"),
      H5Dclose);
  if (count > 0) checked(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), part_, "H5Dwrite");
}

void ArrayFile::add(const std::string& name, std::span<const double> values, std::span<const std::uint64_t> shape,
                    const ArrayStorage& storage) {
  add_array(name, values.data(), H5T_NATIVE_DOUBLE, values.size(), shape, storage);
}
void ArrayFile::add(const std::string& name, std::span<const std::int64_t> values, std::span<const std::uint64_t> shape,
                    const ArrayStorage& storage) {
  add_array(name, values.data(), H5T_NATIVE_INT64, values.size(), shape, storage);
}
void ArrayFile::add(const std::string& name, std::span<const std::int8_t> values, std::span<const std::uint64_t> shape,
                    const ArrayStorage& storage) {
  add_array(name, values.data(), H5T_NATIVE_INT8, values.size(), shape, storage);
}

void ArrayFile::add(const std::string& name, std::span<const float> values, std::span<const std::uint64_t> shape,
                    const ArrayStorage& storage) {
  std::vector<float> rounded;
  if (storage.half) {
    rounded.resize(values.size());
    std::ranges::transform(values, rounded.begin(), nearest_half);
    values = rounded;
  }
  add_array(name, values.data(), H5T_NATIVE_FLOAT, values.size(), shape, storage);
}

void ArrayFile::set_attribute(const std::string& name, std::span<const double> values) {
  const hsize_t count = values.size();
  const Hdf5Handle space(checked(H5Screate_simple(1, &count, nullptr), part_, "H5Screate_simple"), H5Sclose);
  const Hdf5Handle attribute(
      checked(H5Acreate2(open_->file, name.c_str(), H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT), part_,
              "H5Acreate2"),
      H5Aclose);
  checked(H5Awrite(attribute, H5T_NATIVE_DOUBLE, values.data()), part_, "H5Awrite");
}

void ArrayFile::set_attribute(const std::string& name, const std::string& value) {
  constexpr std::size_t longest_in_header = 60000;  // a header's message holds 65535 bytes, its description included
  const bool is_long = value.size() > longest_in_header;
  const Hdf5Handle type(checked(H5Tcopy(H5T_C_S1), part_, "H5Tcopy"), H5Tclose);
  checked(H5Tset_size(type, is_long ? H5T_VARIABLE : value.size() + 1), part_, "H5Tset_size");
  checked(H5Tset_cset(type, H5T_CSET_UTF8), part_, "H5Tset_cset");
  const Hdf5Handle space(checked(H5Screate(H5S_SCALAR), part_, "H5Screate"), H5Sclose);
  const Hdf5Handle attribute(
      checked(H5Acreate2(open_->file, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), part_, "H5Acreate2"),
      H5Aclose);
  const char* const text = value.c_str();
  checked(H5Awrite(attribute, type, is_long ? static_cast<const void*>(&text) : text), part_, "H5Awrite");
}

void ArrayFile::commit() {
  checked(H5Fflush(open_->file, H5F_SCOPE_GLOBAL), part_, "H5Fflush");
  checked(open_->file.close(), part_, "H5Fclose");
  publish_file(part_, path_);
  open_.reset();
}

}  // namespace an::io
