// SPDX-License-Identifier: MIT
// The deterministic parts of the simulator against recorded inputs and outputs of andi-datasets 2.1.13 (displacements
// from given normal numbers, label filter, cuts, reflections, ensemble labels, constraints, VIPs) and against the
// theory of fractional Brownian motion and of truncated normal distributions.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "evaluation/ensemble_extraction.hpp"
#include "simulation/diffusion_model.hpp"
#include "simulation/experiment.hpp"
#include "simulation/field_of_view.hpp"
#include "simulation/fractional_noise.hpp"
#include "simulation/reflection.hpp"
#include "simulation/vip.hpp"

namespace an::simulation {
namespace {

using Json = nlohmann::json;

Json read(const std::string& name) {
  const char* oracles = std::getenv("AN_ORACLES");
  std::ifstream file(std::filesystem::path(oracles != nullptr ? oracles : AN_FIXTURES) / "simulation" / name);
  return Json::parse(file);
}

const Json& unit_cases(const std::string& name) {
  static const Json all = read("unit_oracles.json");
  return all.at(name);
}

Point point(const Json& xy) { return {xy[0].get<double>(), xy[1].get<double>()}; }

TEST(SimulationOracles, DisplacementsFromGivenNormals) {
  ASSERT_FALSE(unit_cases("fbm").empty());
  for (const Json& c : unit_cases("fbm")) {
    const auto n = c["n"].get<std::size_t>();
    EXPECT_EQ(circulant_half_size(n), c["half_size_m"].get<std::size_t>());
    const auto found = circulant_displacements(c["alpha"], c["K"], n, c["z"].get<std::vector<double>>());
    const auto expected = c["disp"].get<std::vector<double>>();
    ASSERT_EQ(found.size(), expected.size());
    // Near alpha = 2 the smallest eigenvalues are differences of numbers a million times as large.
    const double alpha = c["alpha"];
    const double tolerance = alpha < 1.5 ? 1e-12 : alpha < 1.95 ? 1e-10 : 1e-8;
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(found[i], expected[i], tolerance) << c["alpha"] << " " << i;
  }
}

TEST(SimulationOracles, LabelFilterAndSegments) {
  for (const Json& c : unit_cases("labels")) {
    const auto labels = c["labels_in"].get<std::vector<std::vector<double>>>();
    std::vector<LabelValue> values;
    std::vector<std::uint32_t> codes;
    for (const auto& row : labels) {
      values.push_back({row[0], row[1], static_cast<DiffusiveState>(static_cast<int>(row[2])), 0});
      codes.push_back(static_cast<std::uint32_t>(values.size() - 1));
    }
    const std::vector<Segment> segments = smoothed_segments(codes, values, {});
    std::vector<double> row{c["row"][0].get<double>()};
    for (const Segment& segment : segments) {
      if (segment.begin > 0) row.push_back(static_cast<double>(segment.begin));
      row.insert(row.end(), {segment.k, segment.alpha, static_cast<double>(segment.state)});
    }
    row.push_back(static_cast<double>(labels.size()));
    EXPECT_EQ(row, c["row"].get<std::vector<double>>());
  }
}

TEST(SimulationOracles, VisitsOfTheFieldOfView) {
  for (const Json& c : unit_cases("fov")) {
    std::vector<double> x, y;
    for (const Json& xy : c["xy"]) {
      x.push_back(xy[0]);
      y.push_back(xy[1]);
    }
    Json found = Json::array();
    for (const FrameRange& range : visits(x, y, point(c["origin"]), c["side"], c["min_len"]))
      found.push_back({range.begin, range.end});
    EXPECT_EQ(found, c["segments"]);
  }
}

TEST(SimulationOracles, ReflectionInDiscs) {
  for (const Json& c : unit_cases("circle_reflection")) {
    const Point centre = point(c["centre"]);
    Point begin = point(c["beg"]);
    const Point once = reflected_once(centre, c["r"], begin, point(c["end"]));
    EXPECT_LT(distance(once, point(c["one_reflection"])), 1e-9);
    EXPECT_LT(distance(begin, point(c["intersection"])), 1e-9);
    const Point end = reflected_in_disc(centre, c["r"], point(c["beg"]), point(c["end"]));
    EXPECT_LT(distance(end, point(c["final"])), 1e-8) << c["n_reflections"];
  }
}

TEST(SimulationOracles, ReflectionInTheBox) {
  for (const Json& c : unit_cases("box_reflection"))
    for (std::size_t axis = 0; axis < 2; ++axis)
      EXPECT_EQ(reflected_in_box(c["p"][axis], c["L"]), c["reflected"][axis].get<double>());
}

TEST(SimulationOracles, EnsembleLabels) {
  for (const Json& c : unit_cases("ensemble")) {
    const auto moments = [](const Json& given) {
      std::vector<evaluation::Moments> all;
      if (given[0].is_array())
        for (const Json& pair : given) all.push_back({pair[0], pair[1]});
      else
        all.push_back({given[0], given[1]});
      return all;
    };
    const EnsembleLabels found =
        evaluation::extract_ensemble(c["model"].get<std::string>(), moments(c["alphas"]), moments(c["Ds"]),
                                     c["last_label_column"].get<std::vector<double>>());
    const Json matrix{found.alpha_mean, found.alpha_variance, found.k_mean, found.k_variance, found.weight};
    EXPECT_EQ(matrix, c["matrix"]);
  }
}

TEST(SimulationOracles, ConstraintsBetweenStates) {
  for (const Json& c : unit_cases("constraints")) {
    const bool found = c["kind"] == "K" ? k_is_redrawn(c["previous"], c["new"], c["gamma"])
                                        : alpha_is_redrawn(c["previous"], c["new"], c["epsilon"]);
    EXPECT_EQ(found, c["retry"].get<bool>()) << c;
  }
}

TEST(SimulationOracles, Vips) {
  for (const Json& c : unit_cases("vip")) {
    FieldOfView fov;
    fov.origin = point(c["origin"]);
    const auto frames = c["T"].get<std::size_t>();
    const double pad = c["pad"];
    for (std::size_t i = 0; i < c["first_frame_xy"].size(); ++i) {
      const Point place = point(c["first_frame_xy"][i]);
      FovTrajectory trajectory{};
      trajectory.particle = i;
      trajectory.first_frame = place.x == pad ? 1 : 0;
      const Json& gap = c["last_pad_frame"][i];
      const bool whole = gap.is_null() || gap.get<double>() < 0;
      trajectory.x.assign(whole ? frames : frames - 1, place.x);
      trajectory.y.assign(trajectory.x.size(), place.y);
      fov.trajectories.push_back(trajectory);
    }
    Random random({1, 1, 0, 0, RandomStream::vip});
    const auto wanted = c["num_vip"].get<std::size_t>();
    ASSERT_EQ(elect_vips(fov, c["side"], wanted, frames, true, random), wanted);
    EXPECT_NEAR(vip_distance, c["min_distance"].get<double>(), 1e-12);
    std::vector<std::size_t> elected;
    for (std::size_t i = 0; i < wanted; ++i) elected.push_back(fov.trajectories[i].particle);
    EXPECT_EQ(elected, c["elected"].get<std::vector<std::size_t>>()) << c["last_pad_frame"];
  }
}

TEST(SimulationTheory, CovariancesOfFarLagsDoNotCancel) {
  EXPECT_EQ(displacement_covariance(1, 5000), 0);
  for (const double alpha : {0.3, 1.5, 1.999})
    for (const std::size_t lag : {4096U, 5000U, 20000U}) {
      const auto power = [&](std::size_t n) {
        return powl(static_cast<long double>(n), static_cast<long double>(alpha));
      };
      const auto exact = static_cast<double>((power(lag - 1) - 2 * power(lag)) + power(lag + 1));
      EXPECT_NEAR(displacement_covariance(alpha, lag) / exact, 1, 1e-7) << alpha << ", lag " << lag;
    }
}

TEST(SimulationTheory, CovarianceEigenvaluesAndTruncatedNormals) {
  const Json theory = read("fbm_theory.json");
  for (const auto& [name, c] : theory["table"].items()) {
    const double alpha = std::stod(name);
    for (std::size_t i = 0; i < theory["lags"].size(); ++i) {
      const auto lag = theory["lags"][i].get<std::size_t>();
      const double expected = c["disp_cov_K1"][i];
      // k^alpha is subtracted from its neighbours: its own last digit is what is left of the precision.
      EXPECT_NEAR(displacement_covariance(alpha, lag), expected,
                  1e-15 * std::pow(static_cast<double>(lag) + 1, alpha) + 1e-15);
    }
    const std::vector<double> eigenvalues = circulant_eigenvalues(alpha, 257);
    for (std::size_t i = 0; i < 8; ++i)
      EXPECT_NEAR(eigenvalues[i], c["eigenvalues_m257_first8"][i].get<double>(), 1e-9) << alpha;
    EXPECT_NEAR(*std::min_element(eigenvalues.begin(), eigenvalues.end()), c["eigenvalue_m257_min"].get<double>(),
                1e-9);
  }
  for (const Json& c : theory["truncated_normals"]) {
    const Distribution normal = Distribution::normal(c["mean"], c["var"], {c["lo"], c["hi"]});
    for (std::size_t i = 0; i < c["q"].size(); ++i) {
      const double expected = c["ppf"][i];
      EXPECT_NEAR(normal.quantile(c["q"][i]), expected, 1e-11 * std::fabs(expected) + 1e-14)
          << c["mean"] << " " << c["q"][i];
    }
  }
}

// The package's sampler of training experiments, 200,000 draws of each.
TEST(SimulationTheory, ChallengeSampler) {
  const Json recorded = read("default_sampler_densities.json");
  constexpr std::uint32_t draws = 200000;
  const auto compare = [&](const std::string& name, ModelKind model, std::size_t state) {
    for (const auto& [quantity, of] :
         {std::pair{"alpha", &StateParameters::alpha}, std::pair{"K", &StateParameters::k}}) {
      const auto entry = std::find_if(recorded.items().begin(), recorded.items().end(),
                                      [&](const auto& item) { return item.key().starts_with(name); });
      ASSERT_NE(entry, recorded.items().end());
      const Json& expected = entry.value().at(quantity);
      std::vector<double> values;
      for (std::uint32_t i = 0; i < draws; ++i) {
        Random random({41, i, 0, 0, RandomStream::experiment});
        values.push_back((draw_challenge_states(model, random).at(state).*of).draw(random));
      }
      // Both are samples of 200,000.
      const double sd = expected["std"].get<double>();
      double sum = 0;
      for (const double value : values) sum += value;
      EXPECT_NEAR(sum / draws, expected["mean"].get<double>(), 4.5 * sd * std::sqrt(2.0 / draws)) << name << quantity;
      for (const auto& [share, value_at] : expected["q"].items()) {
        const double q = std::stod(share), quantile = value_at.get<double>();
        const double below =
            static_cast<double>(std::count_if(values.begin(), values.end(), [&](double v) { return v < quantile; })) /
            draws;
        EXPECT_NEAR(below, q, 4.5 * std::sqrt(2 * q * (1 - q) / draws)) << name << quantity << share;
      }
    }
  };
  compare("single_state", ModelKind::single_state, 0);
  compare("2-state fast", ModelKind::confinement, 0);
  compare("2-state slow", ModelKind::dimerization, 1);
}

}  // namespace
}  // namespace an::simulation
