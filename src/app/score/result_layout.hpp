// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "io/result_file.hpp"

namespace an::app {

/// Version of the tables of `results.h5`, its attribute `schema`.
inline constexpr const char* result_schema = "2";

/// The tables of `results.h5` without rows: names, types, units and meaning of every column.
io::Table submission_table(std::size_t longest_name);
io::Table global_table();
io::Table experiment_table();
io::Table fov_table();
io::Table change_point_table();
io::Table trajectory_table();
io::Table segment_table();
io::Table matched_change_point_table();

}  // namespace an::app
