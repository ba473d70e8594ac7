// SPDX-License-Identifier: MIT
#include "segmentation/change_point_choice.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

namespace an::segmentation {

namespace {

constexpr int gate = 10;  // frames; the challenge's
constexpr std::size_t candidates = 16;

// Worth of the assignment with the least sum of distances: as many pairs as the shorter list has points, in order.
double worth(const std::vector<int>& shorter, const std::vector<int>& longer, const ChoiceRules& rules) {
  struct Best {
    int distance;
    double gain;
    int found;
  };
  const std::size_t n = shorter.size();
  const std::size_t m = longer.size();
  const std::size_t spare = m - n;
  // row[k]: the first i points of the shorter list assigned, k points of the longer one passed over.
  constexpr std::size_t usual = 16;
  std::array<Best, usual> few;
  std::vector<Best> many(spare < usual ? 0 : spare + 1);
  Best* row = spare < usual ? few.data() : many.data();
  std::fill_n(row, spare + 1, Best{0, 0, 0});
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k <= spare; ++k) {
      const int error = std::abs(shorter[i] - longer[i + k]);
      const bool found = error < gate;
      const double cost =
          found ? rules.error_weight * (static_cast<double>(error * error) - rules.usual_error * rules.usual_error) : 0;
      Best next{row[k].distance + error, row[k].gain - cost, row[k].found + (found ? 1 : 0)};
      if (k > 0 && row[k - 1].distance < next.distance) next = row[k - 1];
      row[k] = next;
    }
  const Best& best = row[spare];
  const int count = static_cast<int>(n + m) - best.found;  // TP + FP + FN
  return best.found + best.gain - rules.expected_jaccard * count;
}

// No less than worth_of: as if every point of the shorter list were found where it is.
double greatest_worth(const std::vector<int>& choice, const std::vector<int>& truth, const ChoiceRules& rules) {
  if (choice.empty() && truth.empty()) return 1 - rules.expected_jaccard;
  const std::size_t fewer = std::min(choice.size(), truth.size());
  const std::size_t more = std::max(choice.size(), truth.size());
  return static_cast<double>(fewer) * (1 + rules.error_weight * rules.usual_error * rules.usual_error) -
         rules.expected_jaccard * static_cast<double>(more);
}

double worth_of(const std::vector<int>& choice, const std::vector<int>& truth, const ChoiceRules& rules) {
  if (choice.empty() && truth.empty()) return 1 - rules.expected_jaccard;
  return choice.size() < truth.size() ? worth(choice, truth, rules) : worth(truth, choice, rules);
}

// The expected worth, or less than `wanted` where it is less.
double expected_worth(const std::vector<int>& choice, const std::vector<PossibleChanges>& possible,
                      const ChoiceRules& rules, double wanted) {
  double hoped = 0;
  for (const PossibleChanges& one : possible) hoped += one.probability * greatest_worth(choice, one.frames, rules);
  double sum = 0;
  for (const PossibleChanges& one : possible) {
    constexpr double rounding = 1e-9;
    if (sum + hoped < wanted - rounding) return sum + hoped;
    hoped -= one.probability * greatest_worth(choice, one.frames, rules);
    sum += one.probability * worth_of(choice, one.frames, rules);
  }
  return sum;
}

}  // namespace

double expected_worth(const std::vector<int>& choice, const std::vector<PossibleChanges>& possible,
                      const ChoiceRules& rules) {
  return expected_worth(choice, possible, rules, -std::numeric_limits<double>::infinity());
}

std::vector<int> choose_change_points(const std::vector<PossibleChanges>& possible, const ChoiceRules& rules,
                                      int frames, int shortest) {
  std::vector<int> best;
  double best_worth = expected_worth(best, possible, rules);
  const auto keep_if_better = [&](const std::vector<int>& choice) {
    const double value = expected_worth(choice, possible, rules, best_worth);
    if (!(value > best_worth + 1e-12)) return false;
    best = choice;
    best_worth = value;
    return true;
  };
  for (std::size_t i = 0; i < std::min(candidates, possible.size()); ++i) keep_if_better(possible[i].frames);
  const auto fits = [&](const std::vector<int>& choice) {
    int before = 0;
    for (const int point : choice) {
      if (point - before < shortest) return false;
      before = point;
    }
    return choice.empty() || frames - before >= shortest;
  };
  // Points worth adding: where single changes gather.
  std::vector<double> density(static_cast<std::size_t>(frames) + 1);
  for (const PossibleChanges& one : possible)
    for (const int point : one.frames) density[static_cast<std::size_t>(point)] += one.probability;
  bool has_changed = true;  // since all small changes have been tried
  for (int round = 0; round < 6; ++round) {
    bool better = false;
    for (std::size_t i = 0; has_changed && i < best.size(); ++i) {
      std::vector<int> choice = best;
      choice.erase(choice.begin() + static_cast<std::ptrdiff_t>(i));
      if (keep_if_better(choice)) {
        better = true;
        break;
      }
      for (const int step : std::array<int, 6>{-1, 1, -2, 2, -4, 4}) {
        choice = best;
        choice[i] += step;
        if (fits(choice) && keep_if_better(choice)) better = true;
      }
    }
    has_changed = better;
    const auto at = static_cast<int>(std::max_element(density.begin(), density.end()) - density.begin());
    if (density[static_cast<std::size_t>(at)] > 0.02) {
      std::vector<int> choice = best;
      choice.insert(std::upper_bound(choice.begin(), choice.end(), at), at);
      if (fits(choice) && keep_if_better(choice)) has_changed = true;
      for (int near = std::max(0, at - 4); near <= std::min(frames, at + 4); ++near)
        density[static_cast<std::size_t>(near)] = 0;
    } else if (!better) {
      break;
    }
  }
  return best;
}

}  // namespace an::segmentation
