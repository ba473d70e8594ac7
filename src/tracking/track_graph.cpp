// SPDX-License-Identifier: MIT
#include "tracking/track_graph.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace an::tracking {

namespace {

constexpr double death = 1e-4;          // probability a frame that a particle vanishes inside
constexpr double birth = 1e-7;          // of appearing inside, per px² and frame
constexpr double joint_distrust = 5;    // factor on the variance of brightness of spots that overlap
constexpr double common_error = 0.005;  // relative error of brightness that is not in its bound
constexpr double border_step = 0.25;    // px
constexpr std::size_t border_places = 160;
constexpr float least = 1e-30F;  // probability, so that no product vanishes

double normal_tail(double z) { return 0.5 * std::erfc(z * std::numbers::sqrt2 / 2); }

}  // namespace

TrackGraph::TrackGraph(std::span<const std::vector<Localisation>> frames, const TrackPrior& prior) : prior_(prior) {
  for (std::size_t f = 0; f < frames.size(); ++f) {
    first_.push_back(static_cast<Node>(y_.size()));
    for (const Localisation& l : frames[f]) {
      y_.push_back(static_cast<float>(l.y));
      x_.push_back(static_cast<float>(l.x));
      variance_.push_back(static_cast<float>(0.5 * (l.sd_y * l.sd_y + l.sd_x * l.sd_x)));
      const double relative = common_error * l.photons;
      const double precision = 1 / (l.sd_photons * l.sd_photons * (l.joint ? joint_distrust : 1) + relative * relative);
      light_.push_back({precision, precision * l.photons});
      frame_.push_back(static_cast<std::uint32_t>(f));
    }
  }
  first_.push_back(static_cast<Node>(y_.size()));
  before_.assign(size(), nobody);
  after_.assign(size(), nobody);
  ahead_.resize(size());
  rest_.resize(size());
  fastest_.resize(size());
  step_.resize(size());
  light_before_ = light_;
  light_after_ = light_;
  tabulate_borders();
  const double area = std::max(1.0, prior.rows * prior.columns);
  density_ = static_cast<double>(size()) / (std::max(1.0, static_cast<double>(frames.size())) * area);
}

void TrackGraph::set_links(std::vector<Node> before) {
  before_ = std::move(before);
  std::fill(after_.begin(), after_.end(), nobody);
  for (Node i = 0; i < size(); ++i)
    if (before_[i] != nobody) after_[before_[i]] = i;
}

void TrackGraph::join(Node from, Node to) {
  if (from != nobody) after_[from] = to;
  if (to != nobody) before_[to] = from;
}

Step TrackGraph::step_between(Node from, Node to) const { return {y_[to] - y_[from], x_[to] - x_[from], true}; }

// The same, shared out evenly among the frames between.
Step TrackGraph::step_a_frame(Node from, Node to) const {
  const auto frames = static_cast<float>(frames_between(from, to));
  const Step step = step_between(from, to);
  return {step.y / frames, step.x / frames, true};
}

void TrackGraph::step_densities(Node from, Node to, const Step& before, Weights& out) const {
  models_.densities(step_between(from, to), before, variance_[from] + variance_[to], frames_between(from, to), out);
}

void TrackGraph::look_ahead(Node i, Node before_i) {
  if (before_i == nobody) {
    ahead_[i] = models_.prior();
    note_fastest(i);
    step_[i] = {};
    light_before_[i] = light_[i];
    return;
  }
  Weights density;
  step_densities(before_i, i, step_[before_i], density);
  for (std::size_t m = 0; m < MotionModels::count; ++m) ahead_[i][m] = ahead_[before_i][m] * density[m] + least;
  models_.predict(ahead_[i]);
  note_fastest(i);
  step_[i] = step_a_frame(before_i, i);
  light_before_[i] = light_before_[before_i] + light_[i];
}

// Density of the step after node i and of all that follow, by the model of that step, given the step into i.
void TrackGraph::following(Node i, const Step& into, Weights& product) const {
  const Node next = after_[i];
  step_densities(i, next, into, product);
  for (std::size_t m = 0; m < MotionModels::count; ++m) product[m] = product[m] * rest_[next][m] + least;
}

void TrackGraph::look_back(Node i) {
  light_after_[i] = light_[i];
  if (after_[i] == nobody) {
    rest_[i].fill(1);
    return;
  }
  Weights product;
  following(i, before_[i] == nobody ? Step{} : step_a_frame(before_[i], i), product);
  models_.predict_back(product, rest_[i]);
  const float scale = 1 / *std::max_element(rest_[i].begin(), rest_[i].end());
  for (float& value : rest_[i]) value *= scale;
  light_after_[i] = light_after_[after_[i]] + light_[i];
}

void TrackGraph::update_track(Node last) {
  Node begin = last;
  for (Node i = last; i != nobody; i = before_[i]) {
    look_back(i);
    begin = i;
  }
  for (Node i = begin; i != nobody; i = after_[i]) look_ahead(i, before_[i]);
}

void TrackGraph::forget_future() {
  std::fill(after_.begin(), after_.end(), nobody);
  light_after_ = light_;
}

double TrackGraph::log_fresh(Node to) const {
  if (after_[to] == nobody) return 0;
  Weights product;
  following(to, {}, product);
  return std::log(static_cast<double>(MotionModels::expectation(models_.prior(), product)));
}

double TrackGraph::log_joined(Node from, Node to) const {
  Weights density;
  step_densities(from, to, step_[from], density);
  const Weights& ahead = ahead_[from];
  float sum = least;
  if (after_[to] == nobody) {
    sum += MotionModels::expectation(ahead, density);
  } else {
    Weights product, back;
    following(to, step_a_frame(from, to), product);
    models_.predict_back(product, back);
    sum += MotionModels::expectation(ahead, density, back);
  }
  return std::log(static_cast<double>(sum));
}

double TrackGraph::log_light(const Light& light) const {
  if (prior_.brightness <= 0) return 0;
  const double variance = prior_.brightness_sd * prior_.brightness_sd;
  const double share = 1 + variance * light.precision;
  const double off = light.sum - prior_.brightness * light.precision;
  return 0.5 * (off * off * variance / share - std::log(share));
}

double TrackGraph::crossing(Node i, const Weights& weights) const {
  double sum = 0;
  for (const double distance : {y(i), x(i), prior_.rows - y(i), prior_.columns - x(i)}) {
    const double place = std::max(distance, 0.0) / border_step;
    if (place < static_cast<double>(beyond_.size()))
      sum += static_cast<double>(MotionModels::expectation(weights, beyond_[static_cast<std::size_t>(place)]));
  }
  return std::min(sum, 1.0);
}

double TrackGraph::log_birth(Node i) const { return std::log(birth + density_ * crossing(i, models_.prior())); }

double TrackGraph::departure(Node i) const { return death + crossing(i, ahead_[i]); }

double TrackGraph::reach(Node i, std::size_t frames) const {
  constexpr double deviations = 4.8;  // one in a hundred thousand is farther
  const auto time = static_cast<double>(frames);
  const double spread = std::sqrt(static_cast<double>(fastest_[i]) * time + 2 * static_cast<double>(variance_[i]));
  return std::min(deviations * spread + 0.5, prior_.longest_step * std::sqrt(time));
}

// The largest variance of a model that may well rule the next step.
void TrackGraph::note_fastest(Node i) {
  constexpr float possible = 3e-3F;
  fastest_[i] = 0;
  for (std::size_t m = 0; m < MotionModels::count; ++m)
    fastest_[i] = std::max(fastest_[i], ahead_[i][m] > possible ? models_.variance(m) : 0);
}

void TrackGraph::learn_motion() {
  Weights sum{};
  for (Node i = 0; i < size(); ++i)
    if (before_[i] != nobody)
      for (std::size_t m = 0; m < MotionModels::count; ++m) sum[m] += ahead_[i][m];
  models_.set_prior(sum);
}

void TrackGraph::tabulate_borders() {
  for (std::size_t k = 0; k < border_places; ++k) {
    Weights& tails = beyond_.emplace_back();
    const double distance = (static_cast<double>(k) + 0.5) * border_step;
    for (std::size_t m = 0; m < MotionModels::count; ++m)
      tails[m] = static_cast<float>(normal_tail(distance / std::sqrt(static_cast<double>(models_.variance(m)))));
  }
}

}  // namespace an::tracking
