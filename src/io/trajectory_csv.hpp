// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/line_problem.hpp"

namespace an::io {

/// Positions of one particle in consecutive frames, as the challenge's CSV files hold them.
struct CsvTrajectory {
  std::int64_t index = 0;        ///< `traj_idx`, from 0 on
  std::int64_t first_frame = 0;  ///< 0-based frame of x[0], y[0]
  std::vector<double> x, y;      ///< coordinates in pixels; as many of both
};

/// The trajectories of a CSV in order of appearance, and every line that is wrong.
struct TrajectoryFile {
  std::vector<CsvTrajectory> trajectories;
  std::vector<LineProblem> problems;  ///< all fatal
};

/// What is asked of the frames of a trajectory.
enum class FrameRule {
  consecutive,  ///< each follows the one before it
  ascending     ///< frames may be missing, and positions be NaN: both are NaN in x and y
};

/// Reads trajectories with columns `traj_idx,frame,x,y`, found by the names in the header line, in any order. Other
/// columns (the challenge's reference files carry `alpha,D,state`) are skipped. The lines of a trajectory stand
/// together. Never throws on bad content.
TrajectoryFile parse_trajectories(std::string_view text, FrameRule rule = FrameRule::consecutive);

/// Reads a file of trajectories.
/// \throws InputError if the file cannot be read or has any problem; carries all of them
std::vector<CsvTrajectory> read_trajectories(const std::filesystem::path& path,
                                             FrameRule rule = FrameRule::consecutive);

/// The text of a trajectory CSV, as the official files are written (`traj_idx` whole, `frame` as `0.0`).
std::string format_trajectories(std::span<const CsvTrajectory> trajectories);

}  // namespace an::io
