// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <span>

namespace an::report {

/// Scores of one experiment: RMSE and JSC of change points, MAE of alpha, MSLE of K, F1 of states, W1 of alpha and K.
struct PublishedRow {
  int experiment;  ///< 0: the average, the single-trajectory scores weighted by trajectories
  std::array<double, 7> scores;
};

/// Tables 3 (track 1) and 4 (track 2) of the AnomalousNet paper (Ahsini, Escoto, Conejero 2025) on the challenge's nine
/// experiments; empty for other tracks.
std::span<const PublishedRow> published_scores(int track);

}  // namespace an::report
