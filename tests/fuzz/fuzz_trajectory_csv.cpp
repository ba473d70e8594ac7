// SPDX-License-Identifier: MIT
#include "io/trajectory_csv.hpp"
#include "same_values.hpp"

// Trajectories that were read are as long in x as in y; good ones are written and read back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace an;
  const io::TrajectoryFile file = io::parse_trajectories({reinterpret_cast<const char*>(data), size});
  for (const io::CsvTrajectory& trajectory : file.trajectories)
    fuzz::require(!trajectory.x.empty() && trajectory.x.size() == trajectory.y.size());
  if (!file.problems.empty()) return 0;
  const io::TrajectoryFile again = io::parse_trajectories(io::format_trajectories(file.trajectories));
  fuzz::require(again.problems.empty() && again.trajectories.size() == file.trajectories.size());
  for (std::size_t i = 0; i < file.trajectories.size(); ++i) {
    fuzz::require(again.trajectories[i].index == file.trajectories[i].index);
    fuzz::require(again.trajectories[i].first_frame == file.trajectories[i].first_frame);
    fuzz::require(fuzz::same_values(again.trajectories[i].x, file.trajectories[i].x));
    fuzz::require(fuzz::same_values(again.trajectories[i].y, file.trajectories[i].y));
  }
  return 0;
}
