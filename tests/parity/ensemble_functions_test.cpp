// SPDX-License-Identifier: MIT
// The ensemble functions of the official scoring module against their recorded inputs and outputs
// (andi_datasets 2.1.13, numpy 1.26.4, scipy 1.17.1). The tolerance allows for other roundings of exp and of sums of up
// to 10⁶ terms.
#include <gtest/gtest.h>

#include <cmath>

#include "core/pairwise_sum.hpp"
#include "evaluation/ensemble_extraction.hpp"
#include "evaluation/ensemble_metrics.hpp"
#include "oracle.hpp"

namespace an::evaluation {
namespace {

using testing::function_cases;
using testing::Json;
using testing::number;
using testing::numbers;

void expect_close(double found, double expected, const std::string& what) {
  EXPECT_NEAR(found, expected, 1e-9 * std::fabs(expected) + 1e-12) << what;
}

TEST(OfficialEnsembleFunctions, MultimodeDist) {
  for (const Json& c : function_cases("multimode_dist")) {
    std::vector<Mode> modes;
    const auto& weights = c["in"]["weights"];
    if (weights.is_array())
      for (std::size_t i = 0; i < weights.size(); ++i)
        modes.push_back({number(c["in"]["params"][i][0]), number(c["in"]["params"][i][1]), number(weights[i])});
    else
      modes.push_back({number(c["in"]["params"][0]), number(c["in"]["params"][1]), number(weights)});
    const Bounds bounds{number(c["in"]["bound"][0]), number(c["in"]["bound"][1])};
    const auto x = numbers(c["in"]["x"]);
    std::vector<double> density(x.size(), 0);
    add_mixture_density(x, modes, bounds, density);
    const auto expected = numbers(c["out"]["ok"]);
    for (std::size_t i = 0; i < x.size(); ++i) {
      // The logarithm of the density is a difference of numbers as large as z²/2; its rounding is the official one's,
      // too.
      double largest = 1;
      for (const Mode& m : modes) {
        const double z = (x[i] - m.mean) / std::sqrt(std::max(m.variance, smallest_variance));
        if (z * z < 2 * 745) largest = std::max(largest, z * z);
      }
      if (std::isnan(expected[i])) {
        EXPECT_TRUE(std::isnan(density[i])) << c["in"].dump();
        continue;
      }
      EXPECT_NEAR(density[i], expected[i], (1e-13 + 1e-15 * largest) * std::fabs(expected[i]) + 1e-300)
          << c["in"].dump();
    }
  }
}

TEST(OfficialEnsembleFunctions, MeanDifferencesOfDistributionsAreSummedAsNumpyDoes) {
  for (const Json& c : function_cases("distribution_distance")) {
    const auto p = numbers(c["in"]["p"]);
    const auto q = numbers(c["in"]["q"]);
    if (!c["out"]["wasserstein"].contains("ok")) continue;  // no distributions
    std::vector<double> differences;
    for (std::size_t i = 0; i < p.size(); ++i) differences.push_back(std::fabs(p[i] - q[i]));
    EXPECT_EQ(pairwise_sum(differences) / static_cast<double>(p.size()), number(c["out"]["mae"]["ok"]));
  }
}

// A matrix as numpy gives it to the official function, where a one-dimensional one is a single state of weight 1.
std::optional<EnsembleLabels> labels_of(const Json& data) {
  if (data.size() != 5) return std::nullopt;
  if (!data[0].is_array())
    return EnsembleLabels{{number(data[0])}, {number(data[1])}, {number(data[2])}, {number(data[3])}, {1}};
  return EnsembleLabels{numbers(data[0]), numbers(data[1]), numbers(data[2]), numbers(data[3]), numbers(data[4])};
}

TEST(OfficialEnsembleFunctions, ErrorEnsembleDataset) {
  for (const Json& c : function_cases("error_Ensemble_dataset")) {
    const auto truth = labels_of(c["in"]["true"]);
    const auto prediction = labels_of(c["in"]["pred"]);
    EnsembleOutcome outcome;
    if (truth && prediction) {
      OfficialEnsembleScorer scorer(c["in"]["size_support"].get<std::size_t>());
      scorer.set_truth(*truth);
      outcome = scorer.score(*prediction);
    }
    ASSERT_EQ(outcome.scores.has_value(), c["out"].contains("ok")) << c["in"].dump() << outcome.failure;
    if (!outcome.scores) continue;
    expect_close((*outcome.scores)[0], number(c["out"]["ok"][0]), c["in"].dump());
    expect_close((*outcome.scores)[1], number(c["out"]["ok"][1]), c["in"].dump());
  }
}

// A reference and a submission whose distance is made of the last digits of sums: wide_ensembles.json is written by
// make_ensemble_fixtures.py.
TEST(OfficialEnsembleFunctions, DistancesOfWideModesBesideAnImmobileStateAreTheOfficialOnes) {
  OfficialEnsembleScorer scorer;
  const Json all = testing::read_json(std::filesystem::path(AN_FIXTURES) / "scoring" / "wide_ensembles.json");
  ASSERT_EQ(all.at("cases").size(), 6);
  for (const Json& c : all.at("cases")) {
    scorer.set_truth(labels_of(c["true"]).value());
    const EnsembleScores found = scorer.score(labels_of(c["predicted"]).value()).scores.value();
    expect_close(found[0], number(c["distances"][0]), c.dump());
    expect_close(found[1], number(c["distances"][1]), c.dump());
  }
}

std::vector<Moments> moments(const Json& list) {
  if (!list[0].is_array()) return {{number(list[0]), number(list[1])}};
  std::vector<Moments> all;
  for (const Json& state : list) all.push_back({number(state[0]), number(state[1])});
  return all;
}

TEST(OfficialEnsembleFunctions, ExtractEnsemble) {
  for (const Json& c : function_cases("extract_ensemble")) {
    const Json& in = c["in"];
    const EnsembleLabels found = extract_ensemble(in["model"].get<std::string>(), moments(in["alphas"]),
                                                  moments(in["Ds"]), numbers(in["states"]));
    const Json& expected = c["out"]["ok"];
    EXPECT_EQ(found.alpha_mean, numbers(expected[0])) << in.dump();
    EXPECT_EQ(found.alpha_variance, numbers(expected[1])) << in.dump();
    EXPECT_EQ(found.k_mean, numbers(expected[2])) << in.dump();
    EXPECT_EQ(found.k_variance, numbers(expected[3])) << in.dump();
    EXPECT_EQ(found.weight, numbers(expected[4])) << in.dump();
  }
}

}  // namespace
}  // namespace an::evaluation
