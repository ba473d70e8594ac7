// SPDX-License-Identifier: MIT
// Costs, break points and clusters beside those of ruptures 1.1.10 and scikit-learn (make_ruptures_fixtures.py).
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <stdexcept>

#include "oracle.hpp"
#include "segmentation/paper_chain.hpp"

namespace an::segmentation {
namespace {

using testing::Json;

const Json& fixture() {
  static const Json all = testing::read_json(std::string(AN_FIXTURES) + "/segmentation/ruptures.json");
  return all;
}

SegmentModel model_of(const Json& json) {
  static const std::map<std::string, SegmentModel> models{{"l1", SegmentModel::l1},
                                                          {"l2", SegmentModel::l2},
                                                          {"linear", SegmentModel::linear},
                                                          {"normal", SegmentModel::normal},
                                                          {"rbf", SegmentModel::rbf}};
  return models.at(json.at("model").get<std::string>());
}

SegmentCost cost_of(const Json& json) {
  const Json& series = fixture().at("series").at(json.at("series").get<std::size_t>());
  std::optional<double> gamma;
  if (json.contains("gamma")) gamma = json.at("gamma").get<double>();
  return {{series.at("values").get<std::vector<double>>(), series.at("features").get<std::size_t>()},
          model_of(json),
          gamma};
}

TEST(Ruptures, CostsAreItsOwn) {
  for (const Json& json : fixture().at("costs")) {
    const SegmentCost cost = cost_of(json);
    const double expected = json.at("cost").get<double>();
    const double got = cost(json.at("begin").get<std::size_t>(), json.at("end").get<std::size_t>());
    const SegmentModel model = model_of(json);
    const bool to_the_last_digit =
        model == SegmentModel::l1 || model == SegmentModel::l2 ||
        (model == SegmentModel::normal &&
         fixture().at("series").at(json.at("series").get<std::size_t>()).at("features") == 1);
    if (to_the_last_digit)
      EXPECT_EQ(got, expected) << json;
    else
      EXPECT_NEAR(got, expected, 1e-9 * std::max(1.0, std::abs(expected))) << json;
  }
}

TEST(Ruptures, BreakPointsAreItsOwn) {
  static const std::map<std::string, SearchAlgorithm> algorithms{{"window", SearchAlgorithm::window},
                                                                 {"pelt", SearchAlgorithm::pelt},
                                                                 {"binary", SearchAlgorithm::binary},
                                                                 {"bottom_up", SearchAlgorithm::bottom_up},
                                                                 {"dynamic", SearchAlgorithm::dynamic}};
  std::size_t refused = 0;
  std::size_t ties = 0;
  for (const Json& json : fixture().at("cases")) {
    const SegmentCost cost = cost_of(json);
    const SearchOptions options{algorithms.at(json.at("algorithm").get<std::string>()),
                                json.at("width").get<std::size_t>(), json.at("shortest").get<std::size_t>(),
                                json.at("jump").get<std::size_t>()};
    SearchEnd end;
    if (json.contains("number")) end.number = json.at("number").get<std::size_t>();
    if (json.contains("penalty")) end.penalty = json.at("penalty").get<double>();
    if (json.contains("residual")) end.residual = json.at("residual").get<double>();
    const Json& expected = json.at("change_points");
    if (expected.is_null()) {
      ++refused;
      EXPECT_THROW(find_change_points(cost, options, end), std::invalid_argument) << json;
    } else if (json.value("tie", false)) {  // rounding decides: only the number is the same where it was given
      ++ties;
      const std::size_t found = find_change_points(cost, options, end).size();
      if (end.number && options.algorithm != SearchAlgorithm::window) {
        EXPECT_EQ(found, expected.size()) << json;
      }
    } else {
      EXPECT_EQ(find_change_points(cost, options, end), expected.get<std::vector<std::size_t>>()) << json;
    }
  }
  EXPECT_GT(refused, 100U);
  EXPECT_LT(ties, fixture().at("cases").size() / 25);
}

TEST(Ruptures, RefusesWhatCannotBe) {
  EXPECT_THROW(SegmentCost({{}, 1}, SegmentModel::l2), std::invalid_argument);
  EXPECT_THROW(SegmentCost({{1, 2, 3}, 2}, SegmentModel::l2), std::invalid_argument);
  EXPECT_THROW(SegmentCost({{1, std::nan("")}, 1}, SegmentModel::l2), std::invalid_argument);
  EXPECT_THROW(SegmentCost({{1, 2}, 1}, SegmentModel::linear), std::invalid_argument);
  const SegmentCost cost({std::vector<double>(50, 1.0), 1}, SegmentModel::l1);
  EXPECT_THROW(cost(3, 4), std::invalid_argument);
  EXPECT_THROW(find_change_points(cost, {}, {}), std::invalid_argument);
  EXPECT_THROW(find_change_points(cost, {.algorithm = SearchAlgorithm::pelt}, {2, {}, {}}), std::invalid_argument);
  EXPECT_THROW(find_change_points(cost, {.algorithm = SearchAlgorithm::dynamic}, {{}, 2.0, {}}), std::invalid_argument);
}

TEST(ClusterPoints, AreAsTightAsThoseOfScikitLearn) {
  for (const Json& json : fixture().at("clusters")) {
    const auto points = json.at("points").get<std::vector<std::array<double, 2>>>();
    const Clusters clusters = cluster_points(points, json.at("clusters").get<std::size_t>());
    EXPECT_LE(clusters.inertia, json.at("inertia").get<double>() * (1 + 1e-9));
    auto centres = clusters.centres;
    std::sort(centres.begin(), centres.end());
    const auto expected = json.at("centres").get<std::vector<std::array<double, 2>>>();
    for (std::size_t c = 0; c < centres.size(); ++c)
      for (const std::size_t axis : {0U, 1U}) EXPECT_NEAR(centres[c][axis], expected[c][axis], 1e-6);
  }
  EXPECT_THROW(cluster_points({}, 0), std::invalid_argument);
}

}  // namespace
}  // namespace an::segmentation
