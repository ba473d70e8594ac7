// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>

#include "io/result_file.hpp"

namespace an::app {

/// Version of the tables of `results.h5`, its attribute `schema`.
inline constexpr const char* result_schema = "2";

/// The tables of `results.h5` without rows: names, types, units and meaning of every column.
io::Table submission_table(std::size_t longest_name);
io::Table global_table();
io::Table experiment_table();
io::Table change_point_table();

/// The tables that every field of view adds rows to: `/fields_of_view` (one row), `/trajectories`, `/segments` and
/// `/change_points`.
inline constexpr std::size_t row_table_count = 4;
std::array<io::Table, row_table_count> row_tables();
inline constexpr std::size_t trajectories_table = 1, segments_table = 2;
/// The column of `/segments` and `/change_points` that is a row of `/trajectories`.
inline constexpr const char* trajectory_column = "trajectory";

}  // namespace an::app
