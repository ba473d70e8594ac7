// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "parallel/communicator.hpp"

namespace an::app {

/// The name of a training's record.
inline constexpr const char* training_record = "training.json";

/// What a finished training did.
struct TrainingDone {
  std::uint64_t steps = 0;         ///< of all runs together
  std::uint64_t trajectories = 0;  ///< learnt from in these
  std::uint64_t steps_before = 0;  ///< of earlier runs
  double seconds = 0;              ///< of this run
};

/// Writes the record of a training that has begun, into its folder. \param configuration JSON, what decides the
/// weights \throws OutputError
void write_begun_training(const std::filesystem::path& folder, const std::string& configuration);

/// The same of a training that is finished. \throws OutputError
void write_training_record(const std::filesystem::path& folder, const std::string& configuration,
                           const TrainingDone& done, const parallel::Communicator& world);

}  // namespace an::app
