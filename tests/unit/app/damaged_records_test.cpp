// SPDX-License-Identifier: MIT
// Records that other hands, or other versions, have changed: each reader says so instead of going on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "app/items/output_folder.hpp"
#include "app/paper/frame_study.hpp"
#include "app/paper/paper_page.hpp"
#include "app/paper/training_density.hpp"
#include "app/predict/prediction_files.hpp"
#include "app/report/worst_fovs.hpp"
#include "app/settings/package_parameters.hpp"
#include "app/track/tracked_trajectories.hpp"
#include "complaint.hpp"
#include "core/error.hpp"
#include "temporary_folder.hpp"

namespace an::app {
namespace {

namespace fs = std::filesystem;
using report::Json;
using testing::complaint;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class DamagedRecord : public ::testing::Test {
 protected:
  fs::path write(const Json& json, const char* name = "a.json") const { return folder_.add(name, json.dump()); }
  std::string of_model(const std::function<void(Json&)>& change) const {
    Json model{{"phenomenon_code", 1}, {"start", {0.5, 0.5}}, {"change", {0.9, 0.1, 0.1, 0.9}}};
    const Json state{{"alpha_mean", 1},   {"alpha_sd", 0.1}, {"k_mean", 1},   {"k_sd", 0.1},
                     {"immobile", false}, {"broad", false},  {"stray", false}};
    model["states"] = {state, state};
    for (const char* key :
         {"noise", "overlapping_noise", "difference_noise", "log_missed", "excess_variance", "strays", "dimer_range"})
      model[key] = 0.5;
    for (const char* key : {"dimer_state", "binding_range", "binding_probability", "confined_state"}) model[key] = {};
    change(model);
    return complaint([&] { EXPECT_EQ(read_model(write({{"model", model}})).states.size(), 2U); });
  }

  testing::TemporaryFolder folder_;
};

TEST_F(DamagedRecord, AModelIsOfOneSizeThroughout) {
  EXPECT_EQ(of_model([](Json&) {}), "no complaint");
  EXPECT_THAT(of_model([](Json& m) { m["start"] = {1}; }), HasSubstr("a.json: is not what this program wrote there"));
  EXPECT_THAT(of_model([](Json& m) { m["start"] = {1}; }), HasSubstr("1 numbers (expected 2)"));
  EXPECT_THAT(of_model([](Json& m) { m["change"].push_back(0); }), HasSubstr("5 numbers (expected 4)"));
  EXPECT_THAT(of_model([](Json& m) { m["states"] = Json::array(); }), HasSubstr("a model without states"));
  EXPECT_THAT(of_model([](Json& m) { m["dimer_state"] = 2; }), HasSubstr("there is no state 2"));
  EXPECT_THAT(of_model([](Json& m) { m["confined_state"] = -1; }), HasSubstr("-1 is no count"));
  EXPECT_THAT(of_model([](Json& m) { m["phenomenon_code"] = 5; }), HasSubstr("there is no phenomenon 5"));
}

TEST_F(DamagedRecord, SumsAreOfAsManyStatesAsTheModel) {
  Json sums;
  for (const char* key : {"weight", "alpha", "alpha2", "k", "k2", "frames"}) sums[key] = {1.5, 2.5};
  EXPECT_EQ(read_sums(write(sums), 2).frames[1], 2.5);
  EXPECT_THAT(complaint([&] { read_sums(write(sums), 3); }), HasSubstr("2 numbers (expected 3)"));
  sums["k2"] = {1};
  EXPECT_THAT(complaint([&] { read_sums(write(sums), 2); }), HasSubstr("1 numbers (expected 2)"));
}

TEST_F(DamagedRecord, PicturesHaveAsManyCountsAsSquares) {
  Json study{{"name", "n"}, {"parameters", Json::object()}, {"fovs", Json::array()}, {"alpha", {1, 2}}, {"k", {1}}};
  for (const char* key : {"alpha", "k", "state", "chances", "rest"}) study["told"][key] = true;
  EXPECT_THAT(complaint([&] { read_frame_study(write(study)); }), HasSubstr("expected 1600 counts"));
  Json models;
  for (const char* name : {"single_state", "multi_state", "dimerization", "immobile_traps", "confinement"})
    models[name] = {{"alpha", std::vector<int>(60, 1)}, {"k", std::vector<int>(59, 1)}};
  EXPECT_THAT(complaint([&] { read_densities(write({{"models", models}})); }), HasSubstr("expected 60 counts"));
}

TEST_F(DamagedRecord, WhatNestsTooDeepIsRefusedBeforeItIsCopied) {
  const std::string deep = "{\"config\":" + std::string(1000000, '[') + std::string(1000000, ']') + "}";
  const fs::path file = folder_.add("data.json", deep);
  EXPECT_THAT(complaint([&] { read_shares(file); }), HasSubstr("data.json: is not what this program wrote there"));
  EXPECT_THAT(complaint<ConfigError>([&] { claim_output(folder_.path(), "data.json", Json::object(), true, "data"); }),
              HasSubstr("was begun with another configuration"));
  EXPECT_THAT(complaint<ConfigError>(
                  [&] { read_package_parameters("{\"model\":\"single_state\",\"N\":" + deep + "}", "p.json", 128); }),
              HasSubstr("p.json:1: it nests more than a hundred levels deep"));
}

TEST_F(DamagedRecord, AFolderOfAnotherVersionIsNamedWhateverItsRecordHolds) {
  write({{"config", {{"seed", 1}}}, {"program", {{"version", 7}, {"git", "abc"}}}}, "data.json");
  EXPECT_THAT(complaint<ConfigError>([&] {
                claim_output(folder_.path(), "data.json", {{"seed", 1}}, true, "data");
              }),
              HasSubstr("was begun by another version of the program, anomalousnet ? (git abc)"));
}

TEST_F(DamagedRecord, NumbersThatAreTooLargeForAnIntegerAreNone) {
  EXPECT_THAT(complaint([&] {
                read_tracked_fov(write({{"noise", 0}, {"overlapping_noise", 0}, {"vips", 1e300}}));
              }),
              HasSubstr("1e+300 is no count"));
  std::vector<segmentation::ChainSegment> segments;
  EXPECT_THAT(complaint([&] {
                read_segment_list(write({{"segments", Json::array({Json{0, 5, 1, 1, 4}})}}), segments);
              }),
              HasSubstr("there is no diffusive state 4"));
  EXPECT_THAT(complaint([&] {
                read_segment_list(write({{"segments", Json::array({Json{-1, 5, 1, 1, 2}})}}), segments);
              }),
              HasSubstr("-1 is no count"));
  const Json fov{{"track", 2},     {"experiment", 1}, {"fov", -1},     {"jsc_cp", 1},
                 {"mae_alpha", 1}, {"msle_k", 1},     {"f1_state", 1}, {"trajectories", Json::array()}};
  EXPECT_THAT(complaint([&] { read_worst_fovs(write({{"fovs", Json::array({fov})}})); }), HasSubstr("-1 is no count"));
}

TEST_F(DamagedRecord, SegmentsOfAPictureEndWithTheTrajectory) {
  Json fov{{"track", 2},     {"experiment", 1}, {"fov", 0},     {"jsc_cp", 1},
           {"mae_alpha", 1}, {"msle_k", 1},     {"f1_state", 1}};
  const Json segments{{-1e300, 1}, {1, 1e300}, {1e300, -5}};
  fov["trajectories"] =
      Json::array({Json{{"x", {1, 2, 3}}, {"y", {1, 2}}, {"truth", segments}, {"prediction", Json::array()}}});
  const std::vector<WorstFov> read = read_worst_fovs(write({{"fovs", Json::array({fov})}}));
  ASSERT_EQ(read.size(), 1U);
  EXPECT_THAT(read[0].truth.at(0).state,
              ElementsAre(DiffusiveState::directed, DiffusiveState::immobile, DiffusiveState::immobile));
  EXPECT_THAT(read[0].truth.at(0).change_points, ElementsAre(1U));
}

TEST_F(DamagedRecord, ParametersOfThePackageAreWholeWhereTheyCount) {
  const auto of = [](const std::string& parameter) {
    return complaint<ConfigError>(
        [&] { read_package_parameters("{\"model\": \"multi_state\",\n" + parameter + "}", "p.json", 128); });
  };
  EXPECT_THAT(of("\"dim\": -2.0"), HasSubstr("p.json:2: dim: expected a whole number"));
  EXPECT_THAT(of("\"init_state\": 1e300"), HasSubstr("p.json:2: init_state: expected a whole number"));
  EXPECT_THAT(of("\"L\": 1e999"), HasSubstr("p.json: [json.exception.out_of_range.406] number overflow"));
  EXPECT_THAT(of("\"L\": }"), HasSubstr("p.json:2: [json.exception.parse_error.101]"));
  EXPECT_THAT(of("\"T\": 1e300"), HasSubstr("p.json:2: T: expected 2 to 1000000 frames"));
  EXPECT_THAT(of("\"T\": 100.7"), HasSubstr("p.json:2: T: expected 2 to 1000000 frames"));
}

TEST_F(DamagedRecord, ParametersOfThePackageAreThoseOfTheModel) {
  const auto of = [](const std::string& model, const std::string& parameter) {
    return complaint<ConfigError>(
        [&] { read_package_parameters("{\"model\": \"" + model + "\",\n" + parameter + "}", "p.json", 128); });
  };
  EXPECT_THAT(of("single_state", "\"Nt\": 100"), HasSubstr("p.json:2: Nt: not a parameter of single_state"));
  EXPECT_THAT(of("confinement", "\"Pb\": 1"), HasSubstr("p.json:2: Pb: not a parameter of confinement"));
  EXPECT_THAT(of("multi_state", "\"epsilon_a\": 0.3"),
              HasSubstr("p.json:2: epsilon_a: expected a list, a number for each state but the first"));
  EXPECT_THAT(of("dimerization", "\"epsilon_a\": [0.3]"), HasSubstr("p.json:2: epsilon_a: [0.3] is not of"));
}

TEST_F(DamagedRecord, ABoxOfThePackageWithoutASideHasNoWalls) {
  const auto read = [](const std::string& model, double fov_side) {
    return read_package_parameters("{\"model\": \"" + model + "\",\n\"L\": null, \"Ds\": [1, 0], \"alphas\": [1, 0]}",
                                   "p.json", fov_side);
  };
  EXPECT_TRUE(std::isinf(read("single_state", 0).spec.box));
  EXPECT_THAT(complaint<ConfigError>([&] { read("immobile_traps", 0); }),
              HasSubstr("p.json:2: L: none (expected a side in px for immobile_traps)"));
  EXPECT_THAT(complaint<ConfigError>([&] { read("single_state", 128); }),
              HasSubstr("p.json:2: L: none (expected a side in px where"));
}

TEST_F(DamagedRecord, TheTimeStepOfThePackageIsAFrame) {
  const auto read = [](const std::string& step) {
    return read_package_parameters("{\"model\": \"dimerization\",\n\"deltaT\": " + step +
                                       ", \"Ds\": [[1, 0], [1, 0]], \"alphas\": [[1, 0], [1, 0]]}",
                                   "p.json", 128);
  };
  EXPECT_NO_THROW(read("1"));
  EXPECT_NO_THROW(read("1.0"));
  EXPECT_THAT(complaint<ConfigError>([&] { read("0.1"); }), HasSubstr("p.json:2: deltaT: expected 1"));
}

class DamagedPaper : public DamagedRecord {
 protected:
  // Of a figure that stands for `item`.
  std::string of_figure(const Json& figure) const {
    Json paper{
        {"program", {{"version", "0"}, {"git", "0"}}}, {"tables", Json::array()}, {"figures", Json::array({figure})}};
    paper["config"] = {{"seed", 1},
                       {"benchmark", nullptr},
                       {"benchmark_fovs", 1},
                       {"validation_experiments", 1},
                       {"frame_experiments", 1},
                       {"training_experiments", 1},
                       {"score", {{"confidence", 0.95}}}};
    Json table{{"name", "figure_9"}, {"title", "t"}, {"source", ""}, {"heading", "h"}, {"notes", Json::array()}};
    table["columns"] = Json::array({Json{{"name", "a"}, {"heading", "a"}, {"better", "larger"}, {"decimals", 3}}});
    table["blocks"] = Json::array();
    paper["tables"] = Json::array({table});
    write(paper, "paper.json");
    return complaint([&] { write_paper_pages(folder_.path()); });
  }
  Json bars(const char* table, const char* column) const {
    return {{"name", "figure_9_a"}, {"title", "t"}, {"kind", "bars"},        {"table", table},
            {"column", column},     {"value", "v"}, {"lines", Json::array()}};
  }
};

TEST_F(DamagedPaper, FiguresAreOfColumnsThatAreThere) {
  EXPECT_EQ(of_figure(bars("figure_9", "a")), "no complaint");
  EXPECT_THAT(of_figure(bars("figure_9", "b")), HasSubstr("paper.json: is not what this program wrote there"));
  EXPECT_THAT(of_figure(bars("figure_8", "a")), HasSubstr("a figure of a table that is not there"));
}

TEST_F(DamagedPaper, FiguresAreWrittenIntoTheFolderAlone) {
  Json figure = bars("figure_9", "a");
  figure["name"] = "figure_9_/../../a";
  EXPECT_THAT(of_figure(figure), HasSubstr("names no figure"));
}

TEST_F(DamagedPaper, HeatMapsHaveACountASquare) {
  const Json axis{{"name", "a"}, {"low", 0}, {"high", 2}, {"logarithmic", false}};
  EXPECT_THAT(
      of_figure({{"name", "figure_6"}, {"title", "t"}, {"kind", "heat_map"}, {"axis", axis}, {"counts", {1, 2, 3}}}),
      HasSubstr("expected 1600 counts"));
}

}  // namespace
}  // namespace an::app
