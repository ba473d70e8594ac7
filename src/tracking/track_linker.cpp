// SPDX-License-Identifier: MIT
#include "tracking/track_linker.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>

#include "core/sparse_assignment.hpp"
#include "tracking/motion_models.hpp"
#include "tracking/place_grid.hpp"

namespace an::tracking {

namespace {

using Weights = MotionModels::Weights;

constexpr std::uint32_t nobody = 0xffffffffU;
constexpr double interior_death = 1e-4;  // probability a frame that a particle goes for good
constexpr double interior_birth = 1e-7;  // per px² and frame
constexpr double worst_miss = 0.05;      // probability a frame of not being localised, before it is known
constexpr double joint_distrust = 2;     // factor on the variance of brightness of spots that overlap

// A localisation of the video and its place in a track.
struct Node {
  float y, x;
  float variance;            // of its place, per axis
  float photons, precision;  // brightness and 1 / its variance
  std::uint32_t frame;
  std::uint32_t before = nobody, after = nobody;
};

// Brightness over part of a track: sums of precision and of precision times photons.
struct Light {
  double precision = 0, sum = 0;
  void add(const Node& node) {
    precision += static_cast<double>(node.precision);
    sum += static_cast<double>(node.precision) * static_cast<double>(node.photons);
  }
};

// The track so far, as the next frame meets it.
struct Head {
  std::uint32_t node;
  Step step;        // into the node
  Weights weights;  // of the models for the next step
  Light light;
  double reach;  // px within which the next localisation lies
};

double normal_tail(double z) { return 0.5 * std::erfc(z * std::numbers::sqrt2 / 2); }

class Linker {
 public:
  Linker(std::span<const std::vector<Localisation>> frames, const TrackLinkerParameters& parameters)
      : parameters_(parameters), frames_(frames.size()) {
    for (std::size_t f = 0; f < frames.size(); ++f) {
      first_.push_back(static_cast<std::uint32_t>(nodes_.size()));
      for (const Localisation& l : frames[f]) {
        const double relative = 0.005 * l.photons;
        const double light = l.sd_photons * l.sd_photons * (l.joint ? joint_distrust : 1) + relative * relative;
        nodes_.push_back({static_cast<float>(l.y), static_cast<float>(l.x),
                          static_cast<float>(0.5 * (l.sd_y * l.sd_y + l.sd_x * l.sd_x)), static_cast<float>(l.photons),
                          static_cast<float>(1 / light), static_cast<std::uint32_t>(f)});
      }
    }
    first_.push_back(static_cast<std::uint32_t>(nodes_.size()));
    density_ = static_cast<double>(nodes_.size()) /
               (std::max(1.0, static_cast<double>(frames.size())) * parameters.rows * parameters.columns);
  }

  std::vector<std::vector<std::size_t>> link() {
    for (std::size_t pass = 0; pass < parameters_.sweeps; ++pass) {
      const std::size_t changed = sweep(pass > 0);
      if (changed == 0) break;
    }
    return tracks();
  }

 private:
  Step step_between(const Node& from, const Node& to) const { return {to.y - from.y, to.x - from.x, true}; }
  static int frames_between(const Node& from, const Node& to) { return static_cast<int>(to.frame - from.frame); }

  // For each node: likelihood, up to a factor, of the steps after it given the model of the step into it; and the light
  // of the rest of its track. Learns how particles move.
  void look_back() {
    rest_.resize(nodes_.size());
    rest_light_.assign(nodes_.size(), {});
    log_rest_.assign(nodes_.size(), 0);
    for (std::size_t i = nodes_.size(); i-- > 0;) {
      const Node& node = nodes_[i];
      if (node.after == nobody) {
        rest_[i].fill(1);
      } else {
        const Step into = node.before == nobody ? Step{} : step_between(nodes_[node.before], node);
        Weights product;
        following(i, into, product);
        models_.predict_back(product, rest_[i]);
        const float largest = *std::max_element(rest_[i].begin(), rest_[i].end());
        for (float& value : rest_[i]) value /= largest;
        log_rest_[i] = std::log(static_cast<double>(largest)) + log_rest_[node.after];
        rest_light_[i] = rest_light_[node.after];
      }
      rest_light_[i].add(node);
    }
  }

  // Density of the step after node i and of all that follow, by the model of the step after i, given the step into i;
  // lacks the factor exp(log_rest_ of the next).
  void following(std::size_t i, const Step& into, Weights& product) const {
    const Node& node = nodes_[i];
    const Node& next = nodes_[node.after];
    models_.densities(step_between(node, next), into, node.variance + next.variance, frames_between(node, next),
                      product);
    const Weights& rest = rest_[node.after];
    for (std::size_t m = 0; m < MotionModels::count; ++m) product[m] = product[m] * rest[m] + 1e-30F;
  }

  // Log-likelihood of the rest of the track that begins at node i, if nothing came before.
  double log_fresh(std::size_t i) const {
    if (nodes_[i].after == nobody) return 0;
    Weights product;
    following(i, {}, product);
    double sum = 0;
    for (std::size_t m = 0; m < MotionModels::count; ++m)
      sum += static_cast<double>(models_.prior()[m]) * static_cast<double>(product[m]);
    return std::log(sum);
  }

  // The same, if the head comes before, with the step between them.
  double log_joined(const Head& head, std::size_t i) const {
    const Node& from = nodes_[head.node];
    const Node& node = nodes_[i];
    const Step step = step_between(from, node);
    Weights density;
    models_.densities(step, head.step, from.variance + node.variance, frames_between(from, node), density);
    double sum = 0;
    if (node.after == nobody) {
      for (std::size_t m = 0; m < MotionModels::count; ++m) sum += static_cast<double>(head.weights[m] * density[m]);
    } else {
      Weights product, back;
      following(i, step, product);
      models_.predict_back(product, back);
      for (std::size_t m = 0; m < MotionModels::count; ++m)
        sum += static_cast<double>(head.weights[m] * density[m]) * static_cast<double>(back[m]);
    }
    return std::log(std::max(sum, 1e-300));
  }

  // Log marginal likelihood of brightness that has one unknown mean, up to what every division of the data shares.
  double log_light(const Light& light) const {
    const double variance = parameters_.brightness_sd * parameters_.brightness_sd;
    const double share = 1 + variance * light.precision;
    const double off = light.sum - parameters_.brightness * light.precision;
    return 0.5 * (off * off * variance / share - std::log(share));
  }

  double log_same_light(const Light& a, const Light& b) const {
    if (parameters_.brightness <= 0) return 0;
    return log_light({a.precision + b.precision, a.sum + b.sum}) - log_light(a) - log_light(b);
  }

  // Probability that a step from here crosses the border.
  double crossing(const Node& node, const Weights& weights) const {
    const std::array<double, 4> distances{static_cast<double>(node.y), static_cast<double>(node.x),
                                          parameters_.rows - static_cast<double>(node.y),
                                          parameters_.columns - static_cast<double>(node.x)};
    double sum = 0;
    for (std::size_t m = 0; m < MotionModels::count; ++m) {
      const double sigma = std::sqrt(static_cast<double>(models_.variance(m)));
      double share = 0;
      for (const double distance : distances)
        if (distance < 5 * sigma) share += normal_tail(distance / sigma);
      sum += static_cast<double>(weights[m]) * std::min(share, 1.0);
    }
    return sum;
  }

  double reach_of(const Head& head, int frames) const {
    constexpr float possible = 3e-3F;
    const double deviations = std::sqrt(2 * std::log(1e6));
    float variance = 0;
    for (std::size_t m = 0; m < MotionModels::count; ++m)
      if (head.weights[m] > possible) variance = std::max(variance, models_.variance(m));
    const double spread =
        std::sqrt(static_cast<double>(variance) * frames + 2 * static_cast<double>(nodes_[head.node].variance));
    return std::min(deviations * spread + 0.5, parameters_.longest_step * std::sqrt(frames));
  }

  Head fresh_head(std::uint32_t i) const {
    Head head{i, {}, models_.prior(), {}, 0};
    head.light.add(nodes_[i]);
    return head;
  }

  void extend(Head& head, std::uint32_t i) const {
    const Node& from = nodes_[head.node];
    const Node& node = nodes_[i];
    const Step step = step_between(from, node);
    Weights density;
    models_.densities(step, head.step, from.variance + node.variance, frames_between(from, node), density);
    for (std::size_t m = 0; m < MotionModels::count; ++m) head.weights[m] = head.weights[m] * density[m] + 1e-30F;
    models_.predict(head.weights);
    const auto frames = static_cast<float>(frames_between(from, node));
    head.step = {step.y / frames, step.x / frames, true};
    head.light.add(node);
    head.node = i;
  }

  // All assignments from frame to frame. \returns how many links are others than before
  std::size_t sweep(bool with_future) {
    if (with_future) look_back();
    std::size_t changed = 0;
    std::vector<Head> heads;
    Weights learnt{};
    std::size_t missed = 0;
    std::size_t linked = 0;
    for (std::size_t f = 0; f < frames_; ++f) {
      std::erase_if(heads, [&](const Head& head) { return f - nodes_[head.node].frame > parameters_.memory + 1; });
      const std::vector<std::uint32_t> source = assign(heads, f, with_future);
      std::vector<Head> next;
      std::vector<char> taken(heads.size(), 0);
      for (std::uint32_t i = first_[f]; i < first_[f + 1]; ++i) {
        const std::uint32_t h = source[i - first_[f]];
        const std::uint32_t before = h == nobody ? nobody : heads[h].node;
        if (nodes_[i].before != before) ++changed;
        if (h == nobody) {
          next.push_back(fresh_head(i));
        } else {
          taken[h] = 1;
          missed += static_cast<std::size_t>(frames_between(nodes_[before], nodes_[i]) - 1);
          ++linked;
          Head head = heads[h];
          extend(head, i);
          for (std::size_t m = 0; m < MotionModels::count; ++m) learnt[m] += head.weights[m];
          next.push_back(head);
        }
        new_before_.push_back(before);
      }
      for (std::size_t h = 0; h < heads.size(); ++h)
        if (taken[h] == 0) next.push_back(heads[h]);
      heads = std::move(next);
    }
    for (Node& node : nodes_) node.after = nobody;
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
      nodes_[i].before = new_before_[i];
      if (nodes_[i].before != nobody) nodes_[nodes_[i].before].after = i;
    }
    new_before_.clear();
    models_.set_prior(learnt);
    miss_ = (static_cast<double>(missed) + 1) / (static_cast<double>(linked) + 100);
    return changed;
  }

  // The head that each localisation of a frame continues.
  std::vector<std::uint32_t> assign(std::vector<Head>& heads, std::size_t f, bool with_future) {
    const std::uint32_t begin = first_[f];
    const std::size_t here = first_[f + 1] - begin;
    std::vector<std::uint32_t> source(here, nobody);
    if (here == 0 || heads.empty()) return source;
    std::vector<Place> places;
    std::vector<double> alone;  // log-likelihood of beginning a track
    for (std::size_t j = 0; j < here; ++j) {
      const Node& node = nodes_[begin + j];
      places.push_back({static_cast<double>(node.y), static_cast<double>(node.x)});
      alone.push_back(std::log(interior_birth + density_ * crossing(node, models_.prior())) +
                      (with_future ? log_fresh(begin + j) : 0));
    }
    double farthest = 1;
    for (Head& head : heads) {
      head.reach = reach_of(head, static_cast<int>(f - nodes_[head.node].frame));
      farthest = std::max(farthest, head.reach);
    }
    const PlaceGrid grid(places, farthest);
    assignment_.begin(here);
    for (const Head& head : heads) {
      const Node& from = nodes_[head.node];
      assignment_.add_row(-std::log(miss_ + interior_death + crossing(from, head.weights)));
      const Place place{static_cast<double>(from.y), static_cast<double>(from.x)};
      grid.for_each_near(place, [&](std::size_t j) {
        if (std::hypot(places[j].y - place.y, places[j].x - place.x) > head.reach) return;
        const std::size_t i = begin + j;
        const Light light = with_future ? rest_light_[i] : light_of(i);
        const double gain = log_joined(head, i) + log_same_light(head.light, light) - alone[j];
        assignment_.add_pair(j, -gain);
      });
    }
    const std::span<const std::size_t> chosen = assignment_.solve();
    for (std::size_t h = 0; h < heads.size(); ++h)
      if (chosen[h] != SparseAssignment::none) source[chosen[h]] = static_cast<std::uint32_t>(h);
    return source;
  }

  Light light_of(std::size_t i) const {
    Light light;
    light.add(nodes_[i]);
    return light;
  }

  std::vector<std::vector<std::size_t>> tracks() const {
    std::vector<std::size_t> length(nodes_.size(), 1);
    for (std::size_t i = nodes_.size(); i-- > 0;)
      if (nodes_[i].after != nobody) length[i] += length[nodes_[i].after];
    std::vector<std::size_t> track(nodes_.size(), no_track);
    std::size_t count = 0;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].before != nobody)
        track[i] = track[nodes_[i].before];
      else if (length[i] >= parameters_.shortest_track)
        track[i] = count++;
    }
    std::vector<std::vector<std::size_t>> result(frames_);
    for (std::size_t f = 0; f < frames_; ++f)
      result[f].assign(track.begin() + first_[f], track.begin() + first_[f + 1]);
    return result;
  }

  TrackLinkerParameters parameters_;
  std::size_t frames_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> first_;  // node of each frame
  MotionModels models_;
  std::vector<Weights> rest_;
  std::vector<double> log_rest_;
  std::vector<Light> rest_light_;
  std::vector<std::uint32_t> new_before_;
  SparseAssignment assignment_;
  double density_ = 0;  // particles per px²
  double miss_ = worst_miss;
};

}  // namespace

std::vector<std::vector<std::size_t>> link_tracks(std::span<const std::vector<Localisation>> frames,
                                                  const TrackLinkerParameters& parameters) {
  return Linker(frames, parameters).link();
}

}  // namespace an::tracking
