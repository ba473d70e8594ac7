// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "tracking/motion_models.hpp"
#include "tracking/spot_detector.hpp"

namespace an::tracking {

/// What tracks are judged by, besides the localisations.
struct TrackPrior {
  double rows = 0, columns = 0;  ///< of the frame, px
  double longest_step = 20;      ///< px a particle moves between frames at most
  double brightness = 0;         ///< mean over particles; 0: brightness tells nothing
  double brightness_sd = 0;      ///< over particles
};

/// Brightness over part of a track: sums of precision and of precision times photons.
struct Light {
  double precision = 0, sum = 0;
  Light operator+(const Light& other) const { return {precision + other.precision, sum + other.sum}; }
  Light operator-(const Light& other) const { return {precision - other.precision, sum - other.sum}; }
};

/// All localisations of a video, how they are linked, and the likelihood of these links and of others.
///
/// A node is a localisation. Every node knows, from the nodes before it in its track, how probable each motion model is
/// for the next step; and from those after it, how likely they are under each model of the step into it. So a link
/// between any two nodes can be judged with all that lies before the one and after the other.
class TrackGraph {
 public:
  using Weights = MotionModels::Weights;
  using Node = std::uint32_t;
  static constexpr Node nobody = std::numeric_limits<Node>::max();

  TrackGraph(std::span<const std::vector<Localisation>> frames, const TrackPrior& prior);

  std::size_t size() const { return y_.size(); }
  std::size_t frames() const { return first_.size() - 1; }
  Node first_of_frame(std::size_t frame) const { return first_[frame]; }
  std::uint32_t frame(Node i) const { return frame_[i]; }
  double y(Node i) const { return static_cast<double>(y_[i]); }
  double x(Node i) const { return static_cast<double>(x_[i]); }
  Node before(Node i) const { return before_[i]; }
  Node after(Node i) const { return after_[i]; }

  /// Replaces all links. \param before the node before each
  void set_links(std::vector<Node> before);
  /// Makes `to` follow `from`, which leaves their neighbours' links as they are; nobody ends or begins a track.
  void join(Node from, Node to);

  /// What is known at node i when `before_i` comes before it: call in the order of frames.
  void look_ahead(Node i, Node before_i);
  /// What is known of a track's end from node i on: call against the order of frames.
  void look_back(Node i);
  /// Both, for the whole track that ends in this node.
  void update_track(Node last);
  /// As if nothing came after any node.
  void forget_future();

  /// Log-likelihood of all steps from `from` on, if `to` and its track follow; up to what depends on `to` alone.
  double log_joined(Node from, Node to) const;
  /// The same, if the track begins with `to`.
  double log_fresh(Node to) const;
  /// Log marginal likelihood of light that comes from one particle of unknown brightness, up to what every division of
  /// the localisations among particles shares.
  double log_light(const Light& light) const;
  /// Light of the track up to node i, and from node i on.
  const Light& light_before(Node i) const { return light_before_[i]; }
  const Light& light_after(Node i) const { return light_after_[i]; }

  /// Log density per px² and frame of tracks that begin at node i: particles enter over the border.
  double log_birth(Node i) const;
  /// Probability that the particle at node i leaves over the border with the next step, or vanishes.
  double departure(Node i) const;
  /// How far the next localisation after node i may be, `frames` later, px.
  double reach(Node i, std::size_t frames) const;

  /// Learns how often each motion model rules.
  void learn_motion();

 private:
  Step step_between(Node from, Node to) const;
  Step step_a_frame(Node from, Node to) const;
  int frames_between(Node from, Node to) const { return static_cast<int>(frame_[to] - frame_[from]); }
  void step_densities(Node from, Node to, const Step& before, Weights& out) const;
  void following(Node i, const Step& into, Weights& product) const;
  void note_fastest(Node i);
  void tabulate_borders();
  double crossing(Node i, const Weights& weights) const;

  TrackPrior prior_;
  MotionModels models_;
  double density_ = 0;  // particles per px²
  std::vector<float> y_, x_, variance_;
  std::vector<float> fastest_;  // variance, px²
  std::vector<Light> light_, light_before_, light_after_;
  std::vector<std::uint32_t> frame_;
  std::vector<Weights> beyond_;  // probability that a step crosses a border at this distance, by model
  std::vector<Node> first_, before_, after_;
  std::vector<Weights> ahead_, rest_;
  std::vector<Step> step_;  // into the node, a frame
};

}  // namespace an::tracking
