// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace an::io {

/// A trajectory as the challenge's CSV files hold it.
struct CsvTrajectory {
  std::int64_t index = 0;
  std::int64_t first_frame = 0;
  std::vector<double> x, y;  ///< pixels, a frame each, without gaps
};

/// Reads `traj_idx,frame,x,y` rows: columns are found by name in any order and any others (such as labels) are never looked at.
/// Trajectories come in order of appearance.
/// \param name for messages \throws InputError listing every bad line: a missing column, a value that is no number, an index or a
///   frame that is no whole number, frames that do not follow each other, a trajectory that appears twice
std::vector<CsvTrajectory> parse_trajectories(std::string_view text, const std::filesystem::path& name);

/// parse_trajectories() of a file. \throws InputError also where it cannot be read
std::vector<CsvTrajectory> read_trajectories(const std::filesystem::path& path);

/// The CSV text as the challenge's files have it (`0,12.0,43.9,140.6`).
std::string format_trajectories(std::span<const CsvTrajectory> trajectories);

}  // namespace an::io
