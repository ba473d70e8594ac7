// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/simulate/simulate_plan.hpp"

namespace an::app {

/// The files of one field of view in the challenge's layout (`public/`, `ref/`, and `raw/` with --raw).
class FovFiles {
 public:
  FovFiles(const SimulatePlan& plan, const std::filesystem::path& output, std::size_t item);

  /// Every file that write() writes.
  std::vector<std::filesystem::path> paths() const;
  /// The indices of track 1's VIPs.
  std::filesystem::path vips() const;
  /// Simulates it and writes its files, each whole or not at all. \returns bytes written
  /// \throws NothingToWrite when no trajectory stays long enough in it: at most its box is written then \throws
  /// OutputError
  std::uint64_t write() const;

 private:
  std::filesystem::path in_experiment(const char* tree, int track) const;
  std::uint64_t write_track(int track, const simulation::SimulatedFov& made) const;
  std::uint64_t write_videos(const simulation::SimulatedFov& made) const;
  std::string where_it_lies(const simulation::SimulatedFov& made) const;
  void write_raw(const simulation::SimulatedFov& made) const;

  const SimulatePlan& plan_;
  std::filesystem::path output_;
  std::size_t item_;
};

/// Creates the folders that the plan's text files go to. \throws OutputError
void make_simulated_folders(const SimulatePlan& plan, const std::filesystem::path& output);

/// Writes `ensemble_labels.txt` of an experiment from those of its fields of view: frames become shares.
void write_experiment_ensemble(const SimulatePlan& plan, const std::filesystem::path& output, std::size_t experiment);

/// `shard_00012.h5`.
std::filesystem::path shard_path(const std::filesystem::path& output, std::size_t shard);

/// Simulates the fields of view of a shard and writes them as one HDF5 file. \returns bytes written
std::uint64_t write_shard(const SimulatePlan& plan, const std::filesystem::path& output, std::size_t shard);

}  // namespace an::app
