// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <vector>

namespace an::segmentation {

/// Change points of one trajectory, ascending, and the probability of exactly these.
struct PossibleChanges {
  std::vector<int> frames;
  double probability;
};

/// A list of such sets, the likeliest first.
std::vector<PossibleChanges> likeliest_first(const std::map<std::vector<int>, double>& probabilities);

/// What a choice of change points is worth, per trajectory: the challenge's Jaccard index of an experiment is
/// (TP + E) / (TP + E + FP + FN), E counting trajectories rightly said to have none. It is greatest where the sum over
/// trajectories of (TP + E) - expected_jaccard (TP + E + FP + FN) is (Dinkelbach, 1967).
struct ChoiceRules {
  double expected_jaccard = 0.85;
  /// Each found change point also costs error_weight (error² - usual_error²), for a smaller RMSE at a smaller Jaccard
  /// index; errors in frames.
  double error_weight = 0;
  double usual_error = 1;
};

/// Expected worth of a choice over the possible change points.
double expected_worth(const std::vector<int>& choice, const std::vector<PossibleChanges>& possible,
                      const ChoiceRules& rules);

/// The change points of the greatest expected worth that a search finds: from none on, and from all places that many of
/// the possible ones have a change near, points are added, moved and left out, all at once and one by one, until none
/// of the changes that promise most is better. \param shortest frames between two of them
std::vector<int> choose_change_points(const std::vector<PossibleChanges>& possible, const ChoiceRules& rules,
                                      int frames, int shortest);

}  // namespace an::segmentation
