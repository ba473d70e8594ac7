// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>

#include "app/items/item_work.hpp"
#include "app/items/progress.hpp"
#include "app/settings/config.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// How many frames of a data set have an alpha and a K, by model.
struct TrainingDensity {
  static constexpr std::size_t bins = 60;  ///< of alpha_axis and k_axis
  struct Counts {
    std::array<std::int64_t, bins> alpha{}, k{};
  };
  std::array<Counts, 5> models{};  ///< by simulation::ModelKind
};

/// Simulates a data set, in memory, counts and writes `file`. Collective. \returns what failed, in words on root
ItemOutcome count_densities(const Config& config, const std::filesystem::path& file,
                            const parallel::Communicator& world, Progress& progress);
/// \throws InputError where the file is missing or is not one that count_densities wrote
TrainingDensity read_densities(const std::filesystem::path& file);

}  // namespace an::app
