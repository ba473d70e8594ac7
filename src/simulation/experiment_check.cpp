// SPDX-License-Identifier: MIT
#include "simulation/experiment_check.hpp"

#include <fmt/format.h>

#include <cmath>

namespace an::simulation {

namespace {

class Check {
 public:
  Check(const ExperimentSpec& spec, double fov_side) : spec_(spec), fov_side_(fov_side) {}

  std::vector<SpecProblem> problems() {
    check_geometry();
    check_states();
    if (spec_.model == ModelKind::multi_state) check_chain();
    if (spec_.model == ModelKind::dimerization || spec_.model == ModelKind::immobile_traps) check_binding();
    if (spec_.model == ModelKind::confinement) check_discs();
    return std::move(problems_);
  }

 private:
  void report(std::string key, std::string what) { problems_.push_back({std::move(key), std::move(what)}); }

  void in_range(const char* key, const Distribution& distribution, Bounds allowed, const char* expected) {
    const Bounds range = distribution.range();
    const double found = range.low >= allowed.low ? range.high : range.low;
    if (!(range.low >= allowed.low && range.high <= allowed.high))
      report(key, fmt::format("{} (expected {})", found, expected));
  }

  void check_geometry() {
    const double fewest = spec_.model == ModelKind::dimerization ? 2 : 1;
    in_range("particles", spec_.particles, {fewest, 1e7},
             fewest == 2 ? "2 to 10000000: dimers take two" : "1 to 10000000");
    check_box();
    if (spec_.axes != 2 && !(spec_.axes == 3 && spec_.model == ModelKind::single_state))
      report("dimensions", fmt::format("{} (expected 2, or 3 for single_state)", spec_.axes));
  }

  void check_box() {
    constexpr Bounds allowed{1, 1e6};
    const bool needs_walls = spec_.model != ModelKind::single_state && spec_.model != ModelKind::multi_state;
    if (std::isinf(spec_.box)) {
      if (needs_walls) report("box", fmt::format("none (expected a side in px for {})", model_name(spec_.model)));
      if (fov_side_ > 0)
        report("box", "none (expected a side in px where faithful.fov_in_default_box = false places a view in it)");
    } else if (!(spec_.box >= allowed.low && spec_.box <= allowed.high)) {
      report("box", fmt::format("{} px (expected {} to {} px)", spec_.box, allowed.low, allowed.high));
    } else if (spec_.box < fov_side_) {
      report("box",
             fmt::format("{} px (expected at least the side of the field of view, {} px)", spec_.box, fov_side_));
    }
  }

  std::size_t states() const {
    const auto fixed = state_count(spec_.model);
    return fixed ? *fixed : spec_.dwell.empty() ? spec_.transition.size() : spec_.dwell.size();
  }

  void check_states() {
    const std::size_t count = states();
    const bool sampled = spec_.challenge_sampler && (spec_.model != ModelKind::multi_state || count == 2);
    if (spec_.challenge_sampler && !sampled)
      report("sampler", fmt::format("the challenge's sampler has two states, not {}", count));
    const auto right_number = [&](const char* key, const std::vector<HyperDistribution>& values) {
      if (values.size() != count && !(sampled && values.empty()))
        report(key, fmt::format("{} values for {} states of {}", values.size(), count, model_name(spec_.model)));
    };
    right_number("alpha", spec_.alpha);
    right_number("k", spec_.k);
    for (const HyperDistribution& alpha : spec_.alpha) check_alpha(alpha);
    for (const HyperDistribution& k : spec_.k) check_k(k);
    const std::size_t pairs = count == 0 ? 0 : count - 1;
    if (!spec_.alpha_steps.empty() && spec_.alpha_steps.size() != pairs)
      report("alpha_steps",
             fmt::format("{} values (expected {}, one less than states)", spec_.alpha_steps.size(), pairs));
    if (!spec_.k_factors.empty() && spec_.k_factors.size() != pairs)
      report("k_factors", fmt::format("{} values (expected {}, one less than states)", spec_.k_factors.size(), pairs));
  }

  // A distribution of alpha or K whose own numbers lie in these ranges.
  void check_value(const char* key, const HyperDistribution& value, Bounds fixed, Bounds mean, const char* expected) {
    if (value.kind == Distribution::Kind::normal) {
      in_range(key, value.a, mean, expected);
      in_range(key, value.b, {0, 1e12}, value.relative ? "a relative sd from 0 on" : "a variance from 0 on");
      return;
    }
    in_range(key, value.a, fixed, expected);
    if (value.kind == Distribution::Kind::fixed) return;
    in_range(key, value.b, fixed, expected);
    if (!(value.a.range().high < value.b.range().low))
      report(key, fmt::format("from {} to {} (expected an upper end above the lower one)", value.a.range().high,
                              value.b.range().low));
  }

  void check_alpha(const HyperDistribution& alpha) {
    using Kind = Distribution::Kind;
    // A uniform value never takes the ends of its interval; all others must keep away from 0 and 2.
    const bool open = alpha.kind == Kind::uniform || (alpha.kind == Kind::fixed && alpha.a.kind == Kind::uniform);
    const Bounds ends = open ? Bounds{0, 2} : Bounds{1e-9, std::nextafter(2.0, 0.0)};
    // A normal distribution of variance 0 is its mean, and so is one whose sd is a share of a mean of 0.
    const Bounds mean = alpha.a.range();
    const bool exact = alpha.kind == Kind::normal &&
                       (alpha.b.range().high == 0 || (alpha.relative && mean.low == 0 && mean.high == 0));
    check_value("alpha", alpha, ends, exact ? Bounds{1e-9, alpha_bounds.high} : Bounds{-1e3, 1e3},
                exact ? "above 0, at most 1.999" : "above 0 and below 2");
  }

  void check_k(const HyperDistribution& k) {
    const bool positive = k.kind == Distribution::Kind::log_uniform;
    // A normal distribution of variance 0 is its mean; of others only what lies within the bounds is drawn.
    const bool spread = k.kind == Distribution::Kind::normal && k.b.range().high > 0;
    check_value("k", k, {positive ? k_bounds.low : 0, k_bounds.high}, {spread ? -1e3 : 0, k_bounds.high},
                spread     ? "a mean from -1000 to 1000000"
                : positive ? "1e-12 to 1000000"
                           : "0 to 1000000");
  }

  void check_chain() {
    if (spec_.transition.empty() == spec_.dwell.empty()) {
      report("transition", "multi_state needs either transition or dwell");
      return;
    }
    for (const Distribution& dwell : spec_.dwell) in_range("dwell", dwell, {1, 1e9}, "at least 1 frame");
    for (std::size_t i = 0; i < spec_.transition.size(); ++i) {
      const std::vector<double>& row = spec_.transition[i];
      double sum = 0;
      for (const double probability : row) {
        if (!(probability >= 0 && probability <= 1))
          report("transition", fmt::format("{} in row {} (expected a probability)", probability, i));
        sum += probability;
      }
      if (row.size() != spec_.transition.size())
        report("transition",
               fmt::format("row {} has {} values (expected {}, one a row)", i, row.size(), spec_.transition.size()));
      else if (!(std::fabs(sum - 1) <= 1e-8))
        report("transition", fmt::format("row {} sums to {} (expected 1)", i, sum));
    }
    if (spec_.initial_state && *spec_.initial_state >= states())
      report("initial_state", fmt::format("{} (expected a state from 0 to {})", *spec_.initial_state, states() - 1));
  }

  void check_binding() {
    in_range("binding", spec_.binding, {0, 1}, "a probability");
    in_range("unbinding", spec_.unbinding, {0, 1}, "a probability");
    in_range("radius", spec_.radius, {1e-6, spec_.box}, "above 0 and at most the box");
    if (spec_.model == ModelKind::immobile_traps) check_centres("traps", 0, 1e7);
  }

  void check_centres(const char* key, double least, double most) {
    in_range(key, spec_.centres, {least, most}, "a number of them up to 10000000");
    for (const Point& centre : spec_.given_centres)
      if (!(centre.x >= 0 && centre.x <= spec_.box && centre.y >= 0 && centre.y <= spec_.box))
        report("centres", fmt::format("({}, {}) lies outside of the box", centre.x, centre.y));
  }

  void check_discs() {
    in_range("transmittance", spec_.transmittance, {0, 1}, "a probability");
    in_range("radius", spec_.radius, {1e-3, 0.5 * spec_.box}, "at least 0.001 and at most half the box");
    check_centres("discs", 1, 1e6);
  }

  const ExperimentSpec& spec_;
  double fov_side_;
  std::vector<SpecProblem> problems_;
};

}  // namespace

std::vector<SpecProblem> problems_of(const ExperimentSpec& spec, double fov_side) {
  return Check(spec, fov_side).problems();
}

}  // namespace an::simulation
