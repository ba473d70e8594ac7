// SPDX-License-Identifier: MIT
#include "io/result_columns.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace an::io {

namespace {

// HDF5 prints no message of its own: the caller says what is wrong.
class Quiet {
 public:
  Quiet() {
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~Quiet() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

}  // namespace

ResultColumns::ResultColumns(const std::filesystem::path& path) : path_(path) {
  const Quiet quiet;
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file < 0) throw InputError(path, "is not an HDF5 file that can be read");
  file_ = Hdf5Handle(file, H5Fclose);
}

std::vector<double> ResultColumns::numbers(const std::string& dataset) const {
  const Quiet quiet;
  const InputError unreadable(path_, fmt::format("has no readable column {}", dataset));
  const hid_t opened = H5Dopen2(file_, dataset.c_str(), H5P_DEFAULT);
  if (opened < 0) throw unreadable;
  const Hdf5Handle column(opened, H5Dclose);
  const Hdf5Handle space(H5Dget_space(column), H5Sclose);
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  if (count < 0 || H5Sget_simple_extent_ndims(space) != 1) throw unreadable;
  std::vector<double> values(static_cast<std::size_t>(count));
  if (count > 0 && H5Dread(column, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    throw unreadable;
  return values;
}

}  // namespace an::io
