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

// What choices are worth by some rules: a number for each pair of points by its error, less expected_jaccard for each
// point of either list (TP + FP + FN are the points less the pairs that are found).
class Worth {
 public:
  explicit Worth(const ChoiceRules& rules) : point_(rules.expected_jaccard) {
    for (int error = 0; error < gate; ++error)
      pair_[static_cast<std::size_t>(error)] =
          1 + point_ -
          rules.error_weight * (static_cast<double>(error * error) - rules.usual_error * rules.usual_error);
  }

  double of(const std::vector<int>& choice, const std::vector<int>& truth) const {
    if (choice.empty() && truth.empty()) return 1 - point_;
    const double pairs = choice.size() < truth.size() ? of_pairs(choice, truth) : of_pairs(truth, choice);
    return pairs - point_ * static_cast<double>(choice.size() + truth.size());
  }

  // No less than that: as if every point of the shorter list were found where it is.
  double at_most(const std::vector<int>& choice, const std::vector<int>& truth) const {
    if (choice.empty() && truth.empty()) return 1 - point_;
    return pair_[0] * static_cast<double>(std::min(choice.size(), truth.size())) -
           point_ * static_cast<double>(choice.size() + truth.size());
  }

  // Over possible truths; less than `wanted` where it is less.
  double expected(const std::vector<int>& choice, const std::vector<PossibleChanges>& possible, double wanted) const {
    double hoped = 0;
    for (const PossibleChanges& one : possible) hoped += one.probability * at_most(choice, one.frames);
    double sum = 0;
    for (const PossibleChanges& one : possible) {
      constexpr double rounding = 1e-9;
      if (sum + hoped < wanted - rounding) return sum + hoped;
      hoped -= one.probability * at_most(choice, one.frames);
      sum += one.probability * of(choice, one.frames);
    }
    return sum;
  }

  // What a point in each frame would bring if it were paired with the nearest one, expected over possible truths.
  std::vector<double> nearness(const std::vector<PossibleChanges>& possible, int frames) const {
    std::vector<double> sum(static_cast<std::size_t>(frames) + 1);
    for (const PossibleChanges& one : possible)
      for (std::size_t i = 0; i < one.frames.size(); ++i) {
        const int point = one.frames[i];
        const int first = i == 0 ? 0 : (one.frames[i - 1] + point) / 2 + 1;
        const int last = i + 1 == one.frames.size() ? frames : (point + one.frames[i + 1]) / 2;
        for (int at = std::max(first, point - gate + 1); at <= std::min(last, point + gate - 1); ++at)
          sum[static_cast<std::size_t>(at)] += one.probability * pair_[static_cast<std::size_t>(std::abs(at - point))];
      }
    return sum;
  }

 private:
  // Of the assignment with the least sum of distances: as many pairs as the shorter list has points, in order.
  double of_pairs(const std::vector<int>& shorter, const std::vector<int>& longer) const {
    struct Best {
      int distance;
      double pairs;
    };
    const std::size_t n = shorter.size();
    const std::size_t spare = longer.size() - n;
    // row[k]: the first i points of the shorter list assigned, k points of the longer one passed over.
    constexpr std::size_t usual = 16;
    std::array<Best, usual> few;
    std::vector<Best> many(spare < usual ? 0 : spare + 1);
    Best* row = spare < usual ? few.data() : many.data();
    std::fill_n(row, spare + 1, Best{0, 0});
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k <= spare; ++k) {
        const int error = std::abs(shorter[i] - longer[i + k]);
        Best next{row[k].distance + error, row[k].pairs + pair_[static_cast<std::size_t>(std::min(error, gate))]};
        if (k > 0 && row[k - 1].distance < next.distance) next = row[k - 1];
        row[k] = next;
      }
    return row[spare].pairs;
  }

  double point_;
  std::array<double, gate + 1> pair_{};  // by error; 0 from the gate on
};

}  // namespace

double expected_worth(const std::vector<int>& choice, const std::vector<PossibleChanges>& possible,
                      const ChoiceRules& rules) {
  return Worth(rules).expected(choice, possible, -std::numeric_limits<double>::infinity());
}

std::vector<int> choose_change_points(const std::vector<PossibleChanges>& possible, const ChoiceRules& rules,
                                      int frames, int shortest) {
  const Worth worth(rules);
  std::vector<int> best;
  double best_worth = worth.expected(best, possible, -std::numeric_limits<double>::infinity());
  const auto keep_if_better = [&](const std::vector<int>& choice) {
    const double value = worth.expected(choice, possible, best_worth);
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
  const std::vector<double> nearness = worth.nearness(possible, frames);
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
        if (!fits(choice)) continue;
        // Hardly ever does a point gain that is farther from those it may be paired with.
        const auto gain = [&](int frame) { return nearness[static_cast<std::size_t>(frame)]; };
        if (gain(choice[i]) > gain(best[i]) && keep_if_better(choice)) better = true;
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
