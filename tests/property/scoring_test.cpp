// SPDX-License-Identifier: MIT
// What must hold for any labels, official rules and paper's alike. A failing seed is printed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "evaluation/ensemble_metrics.hpp"
#include "evaluation/fov_score.hpp"
#include "evaluation/index_alignment.hpp"

namespace an::evaluation {
namespace {

using Row = std::vector<double>;

double uniform(std::mt19937& random, double low, double high) {
  return low + (high - low) * static_cast<double>(random()) / 4294967296.0;
}

// Labels whose segments all differ, so that any other pairing than the right one shows.
std::vector<Row> random_rows(std::mt19937& random, std::size_t count) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < count; ++i) {
    const double length = 20 + static_cast<double>(random() % 180);
    Row row{static_cast<double>(i)};
    double cp = 0;
    const auto segment = [&] {
      row.insert(row.end(), {uniform(random, 1e-3, 10), uniform(random, 0, 1.99), static_cast<double>(random() % 4)});
    };
    segment();
    while ((cp += 3 + static_cast<double>(random() % 60)) < length - 3) {
      row.push_back(cp);
      segment();
    }
    row.push_back(length);
    rows.push_back(row);
  }
  return rows;
}

LabelTable table_of(const std::vector<Row>& rows) {
  LabelTable table;
  for (std::size_t i = 0; i < rows.size(); ++i) table.append(rows[i], i + 1);
  return table;
}

FovScore score(const std::vector<Row>& truth, const std::vector<Row>& prediction, Rules rules) {
  const LabelTable t = table_of(truth);
  const LabelTable p = table_of(prediction);
  return score_fov(pair_by_index(t, p), rules);
}

class Scoring : public ::testing::TestWithParam<Rules> {};

// The official frame sets can hold empty segments of the truth itself (a last segment of one frame), which min. length
// 3 avoids.
TEST_P(Scoring, IsPerfectForTheTruthItself) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    std::mt19937 random(seed);
    const auto rows = random_rows(random, 1 + random() % 40);
    const SingleScores scores = score(rows, rows, GetParam()).scores;
    ASSERT_EQ(scores, (SingleScores{0, 1, 0, 0, 1})) << "seed " << seed;
  }
}

TEST_P(Scoring, DoesNotDependOnTheOrderOfLines) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    const auto truth = random_rows(random, 30);
    auto prediction = random_rows(random, 30);
    const SingleScores before = score(truth, prediction, GetParam()).scores;
    std::shuffle(prediction.begin(), prediction.end(), random);
    auto shuffled_truth = truth;
    std::shuffle(shuffled_truth.begin(), shuffled_truth.end(), random);
    ASSERT_EQ(score(shuffled_truth, prediction, GetParam()).scores, before) << "seed " << seed;
  }
}

TEST_P(Scoring, GetsWorseInEveryMeanWhenATrajectoryIsLost) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    const auto truth = random_rows(random, 10);
    auto prediction = truth;
    prediction.erase(prediction.begin() + static_cast<std::ptrdiff_t>(random() % prediction.size()));
    const SingleScores scores = score(truth, prediction, GetParam()).scores;
    EXPECT_GT(scores[2], 0) << "seed " << seed;
    EXPECT_GT(scores[3], 0) << "seed " << seed;
    EXPECT_LT(scores[4], 1) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, Scoring, ::testing::Values(Rules::official, Rules::paper),
                         [](const auto& rules) { return rules.param == Rules::official ? "official" : "paper"; });

// With a gate, far points cannot take a near point's partner away.
TEST(PaperRules, MatchAPointWithinTheGateThatTheOfficialOnesMiss) {
  const std::vector<std::int64_t> truth{20, 32};
  const std::vector<std::int64_t> prediction{31, 43};
  EXPECT_EQ(ChangePointMatcher(Rules::official).count(truth, prediction).true_positives, 0);
  const auto counts = ChangePointMatcher(Rules::paper).count(truth, prediction);
  EXPECT_EQ(counts.true_positives, 1);
  EXPECT_EQ(counts.sum_squares, 1);
}

// The least sum of gated distances is what the paper's rules ask for; the official pairs can only have a larger one.
TEST(PaperRules, HaveTheLeastSumOfGatedDistances) {
  const auto gated = [](std::int64_t a, std::int64_t b) {
    return std::min<std::int64_t>(std::abs(a - b), changepoint_threshold);
  };
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    const auto points = [&] {
      std::vector<std::int64_t> list(1 + random() % 6);
      for (auto& p : list) p = static_cast<std::int64_t>(random() % 100);
      return list;
    };
    const auto truth = points();
    const auto prediction = points();
    const auto sum = [&](Rules rules) {
      std::int64_t total = 0;
      ChangePointMatcher matcher(rules);
      for (const AssignedPair& pair : matcher.match(truth, prediction))
        total += gated(truth[pair.row], prediction[pair.column]);
      return total;
    };
    ASSERT_LE(sum(Rules::paper), sum(Rules::official)) << "seed " << seed;
  }
}

TEST(RunningIndices, EqualMatchingByFieldOfViewWhereIndicesLineUp) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    std::vector<FovIndices> fovs(1 + random() % 5);
    for (std::size_t f = 0; f < fovs.size(); ++f) {
      const auto truth = table_of(random_rows(random, 5 + random() % 30));
      collect_indices(truth, fovs[f].truth, fovs[f].truth_rows);
      fovs[f].prediction = fovs[f].truth;
      fovs[f].prediction_rows = fovs[f].truth_rows;
      fovs[f].prediction.erase(fovs[f].prediction.begin() + static_cast<std::ptrdiff_t>(random() % 4));  // not the last
      fovs[f].prediction_rows = std::vector<std::size_t>(fovs[f].prediction.size());
      std::iota(fovs[f].prediction_rows.begin(), fovs[f].prediction_rows.end(), std::size_t{0});
      ASSERT_TRUE(aligned_by_fov(fovs[f], f + 1 == fovs.size()));
    }
    for (const AlignedTrajectory& row : align_officially(fovs)) {
      EXPECT_EQ(row.truth, row.place);
      const FovIndices& fov = fovs[row.place.fov];
      const auto found = std::find(fov.prediction.begin(), fov.prediction.end(), fov.truth[row.place.row]);
      ASSERT_EQ(row.prediction.has_value(), found != fov.prediction.end()) << "seed " << seed;
      if (row.prediction) {
        EXPECT_EQ(row.prediction->fov, row.place.fov);
      }
    }
  }
}

EnsembleLabels random_ensemble(std::mt19937& random) {
  EnsembleLabels labels;
  for (std::size_t states = 1 + random() % 3; states > 0; --states) {
    labels.alpha_mean.push_back(uniform(random, 0, 2));
    labels.alpha_variance.push_back(uniform(random, 0, 0.1));
    labels.k_mean.push_back(std::exp(uniform(random, -5, 3)));
    labels.k_variance.push_back(uniform(random, 0, 0.1));
    labels.weight.push_back(uniform(random, 0.1, 1));
  }
  return labels;
}

TEST(Ensemble, IsExactlyZeroForTheTruthItselfAndSymmetric) {
  OfficialEnsembleScorer official(20'001);
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    const EnsembleLabels a = random_ensemble(random);
    const EnsembleLabels b = random_ensemble(random);
    official.set_truth(a);
    EXPECT_EQ(official.score(a).scores, (EnsembleScores{0, 0})) << "seed " << seed;
    EXPECT_EQ(paper_ensemble_distance(a, a).scores, (EnsembleScores{0, 0})) << "seed " << seed;
    const auto there = paper_ensemble_distance(a, b).scores.value();
    const auto back = paper_ensemble_distance(b, a).scores.value();
    EXPECT_NEAR(there[0], back[0], 1e-12) << "seed " << seed;
    // The interval ends at 1e6, which has roundings of 1e-10.
    EXPECT_NEAR(there[1], back[1], 1e-10 + 1e-10 * there[1]) << "seed " << seed;
  }
}

}  // namespace
}  // namespace an::evaluation
