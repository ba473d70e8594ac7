// SPDX-License-Identifier: MIT
#include <optional>

#include "simulation/cell_grid.hpp"
#include "simulation/diffusion_model.hpp"
#include "simulation/reflection.hpp"

namespace an::simulation {

namespace {

// Discs, and which of them a place is in.
class Discs {
 public:
  Discs(Layout centres, double radius, double box)
      : centres_(std::move(centres)), radius_(radius), grid_(box, radius, centres_.size()) {
    for (const Point& centre : centres_) grid_.insert(centre);
  }

  Point centre(std::size_t disc) const { return centres_[disc]; }

  /// The disc whose centre is nearest to the place, if it is nearer than the radius.
  std::optional<std::size_t> holding(Point place) const {
    std::optional<std::size_t> nearest;
    double least = radius_;
    grid_.for_each_near(place, [&](std::uint32_t disc) {
      const double apart = distance(place, centres_[disc]);
      if (apart < least) {
        least = apart;
        nearest = disc;
      }
    });
    return nearest;
  }

 private:
  Layout centres_;
  double radius_;
  CellGrid grid_;
};

// One particle among its discs.
class Confined {
 public:
  Confined(const ModelParameters& parameters, const Discs& discs) : parameters_(parameters), discs_(discs) {}

  bool inside() const { return disc_.has_value(); }
  void enter_if_in_disc(Point place) { disc_ = discs_.holding(place); }

  /// Where a step ends, before the walls; inside() is then that of its end.
  Point step(Point from, Point to, Random& random) {
    if (!inside()) {  // entering is always allowed
      disc_ = discs_.holding(to);
      return to;
    }
    const Point centre = discs_.centre(*disc_);
    if (distance(centre, to) <= parameters_.radius) return to;
    if (!random.coin(parameters_.transmittance)) return reflected_in_disc(centre, parameters_.radius, from, to);
    disc_ = discs_.holding(to);
    return to;
  }

 private:
  const ModelParameters& parameters_;
  const Discs& discs_;
  std::optional<std::size_t> disc_;
};

}  // namespace

// Discs whose border lets particles in, but out only now and then. The label of frame t rules the step from t to t + 1.
void simulate_confinement(const ModelParameters& parameters, const Layout& layout, const RandomKey& box,
                          BoxPaths& paths) {
  FractionalNoise noise;
  std::optional<Discs> shared;
  if (!layout.empty()) shared.emplace(layout, parameters.radius, parameters.box);
  for (std::size_t particle = 0; particle < paths.particles; ++particle) {
    Random random = particle_random(box, particle);
    std::vector<LabelValue> states = draw_states(parameters, random);
    states[1].state = DiffusiveState::confined;
    for (LabelValue& value : states) value.number = static_cast<int>(value.state);
    const std::uint32_t outside = paths.add(states[0]);
    paths.add(states[1]);
    std::optional<Discs> own;
    if (!shared)
      own.emplace(draw_discs(parameters.centres, parameters.radius, parameters.box, random), parameters.radius,
                  parameters.box);
    place_at_random(parameters, paths, particle, random);
    const std::span<double> x = paths.path(particle, 0), y = paths.path(particle, 1);
    const std::span<std::uint32_t> labels = paths.labels(particle);
    Confined confined(parameters, shared ? *shared : *own);
    confined.enter_if_in_disc({x[0], y[0]});
    labels[0] = outside + (confined.inside() ? 1 : 0);
    noise.start(states[confined.inside()].alpha, states[confined.inside()].k, paths.frames, paths.axes);
    for (std::size_t t = 1; t < paths.frames; ++t) {
      const Displacement d = noise.next(random);
      const Point from{x[t - 1], y[t - 1]};
      const bool before = confined.inside();
      const Point end = confined.step(from, {from.x + d[0], from.y + d[1]}, random);
      const bool inside = confined.inside();
      if (inside != before) noise.start(states[inside].alpha, states[inside].k, paths.frames - t, paths.axes);
      x[t] = reflected_in_box(end.x, parameters.box);
      y[t] = reflected_in_box(end.y, parameters.box);
      labels[t] = outside + (inside ? 1 : 0);
    }
  }
}

}  // namespace an::simulation
