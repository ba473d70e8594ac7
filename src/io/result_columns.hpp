// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/hdf5_handle.hpp"

namespace an::io {

/// Reads columns of an HDF5 file of tables (ResultFile), one process alone.
class ResultColumns {
 public:
  /// \throws InputError where there is no HDF5 file
  explicit ResultColumns(const std::filesystem::path& path);
  /// A one-dimensional dataset of any type of number, such as `/segments/alpha_true`.
  /// \throws InputError where there is none
  std::vector<double> numbers(const std::string& dataset) const;

 private:
  std::filesystem::path path_;
  Hdf5Handle file_;
};

}  // namespace an::io
