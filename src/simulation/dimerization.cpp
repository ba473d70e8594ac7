// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "simulation/cell_grid.hpp"
#include "simulation/diffusion_model.hpp"

namespace an::simulation {

namespace {

constexpr std::size_t nobody = static_cast<std::size_t>(-1);

struct Particle {
  Random random;
  LabelValue free, dimer;
  std::uint32_t free_code = 0;
  std::uint32_t code = 0;        // of the present frame
  std::size_t partner = nobody;  // bound to
  bool parted = false;           // in this very step, so it cannot bind
  FractionalNoise noise;         // of a dimer: that of the partner with the lower index
};

class Dimers {
 public:
  Dimers(const ModelParameters& parameters, const RandomKey& box, BoxPaths& paths)
      : parameters_(parameters), paths_(paths), grid_(parameters.box, 2 * parameters.radius, paths.particles) {
    particles_.reserve(paths.particles);
    for (std::size_t n = 0; n < paths.particles; ++n) {
      Random random = particle_random(box, n);
      const std::vector<LabelValue> states = draw_states(parameters, random);
      place_at_random(parameters, paths, n, random);
      Particle particle{
          .random = random, .free = states[0], .dimer = states[1], .free_code = paths.add(states[0]), .noise = {}};
      particle.code = paths.labels(n)[0] = particle.free_code;
      particle.noise.start(particle.free.alpha, particle.free.k, paths.frames, paths.axes);
      particles_.push_back(std::move(particle));
    }
  }

  void step(std::size_t t) {
    unbind(t);
    bind(t);
    for (std::size_t n = 0; n < particles_.size(); ++n) {
      Particle& particle = particles_[n];
      if (particle.partner == nobody || particle.partner > n) displacement_ = particle.noise.next(particle.random);
      // The pair's displacement, kept by the partner of lower index for the other.
      if (particle.partner != nobody && particle.partner > n) pair_displacements_[n] = displacement_;
      const bool second = particle.partner != nobody && particle.partner < n;
      step_in_box(parameters_, paths_, n, t, second ? pair_displacements_[particle.partner] : displacement_);
      paths_.labels(n)[t] = particle.code;
      particle.parted = false;
    }
  }

 private:
  Point place(std::size_t n, std::size_t t) const { return {paths_.path(n, 0)[t], paths_.path(n, 1)[t]}; }

  void unbind(std::size_t t) {
    if (parameters_.unbinding == 0) return;
    for (std::size_t n = 0; n < particles_.size(); ++n) {
      Particle& particle = particles_[n];
      if (particle.partner == nobody || particle.partner < n || !particle.random.coin(parameters_.unbinding)) continue;
      Particle& other = particles_[particle.partner];
      for (Particle* one : {&particle, &other}) {
        one->partner = nobody;
        one->parted = true;
        one->code = one->free_code;
        one->noise.start(one->free.alpha, one->free.k, paths_.frames - t, paths_.axes);
      }
    }
  }

  bool can_bind(std::size_t n) const { return particles_[n].partner == nobody && !particles_[n].parted; }

  void bind(std::size_t t) {
    grid_.clear();
    for (std::size_t n = 0; n < particles_.size(); ++n) grid_.insert(place(n, t - 1));
    for (std::size_t n = 0; n < particles_.size(); ++n) {
      if (!can_bind(n)) continue;
      const Point here = place(n, t - 1);
      near_.clear();
      grid_.for_each_near(here, [&](std::uint32_t other) {
        const double apart = distance(here, place(other, t - 1));
        const bool tossed = other < n && !parameters_.quirks.dimer_two_coins;
        if (apart > 0 && apart < 2 * parameters_.radius && can_bind(other) && !tossed) near_.push_back(other);
      });
      std::sort(near_.begin(), near_.end());
      for (const std::uint32_t other : near_) {
        if (!particles_[n].random.coin(parameters_.binding)) continue;
        join(std::min<std::size_t>(n, other), std::max<std::size_t>(n, other), t);
        break;
      }
    }
  }

  // The two become a dimer that moves by one block of noise, that of the state `dimer` of the lower index.
  void join(std::size_t low, std::size_t high, std::size_t t) {
    Particle& first = particles_[low];
    Particle& second = particles_[high];
    LabelValue own[2] = {first.dimer, second.dimer};
    LabelValue moving = first.dimer;
    if (parameters_.stokes) moving.k = 1 / (1 / first.free.k + 1 / second.free.k);
    if (parameters_.dimer_alpha_step != 0) moving.alpha = common_alpha(first, second);
    moving.state = unbounded_state(moving.alpha);
    for (LabelValue& label : own) {
      if (!parameters_.quirks.dimer_own_labels) label = moving;
      if (parameters_.stokes) label.k = moving.k;
      if (parameters_.dimer_alpha_step != 0) label.alpha = moving.alpha;
      label.state = unbounded_state(label.alpha);
      label.number = 1;
    }
    first.partner = high;
    second.partner = low;
    first.code = paths_.add(own[0]);
    second.code = paths_.add(own[1]);
    first.noise.start(moving.alpha, moving.k, paths_.frames - t, paths_.axes);
  }

  double common_alpha(Particle& first, const Particle& second) {
    constexpr int most_redraws = 100;
    const double least = std::min(first.free.alpha, second.free.alpha);
    double alpha = parameters_.states[1].alpha.draw(first.random);
    for (int i = 0; least - alpha < parameters_.dimer_alpha_step; ++i) {
      if (i == most_redraws) throw Error("dimer_alpha_step: no alpha of a dimer that meets it in 100 draws");
      alpha = parameters_.states[1].alpha.draw(first.random);
    }
    return alpha;
  }

  const ModelParameters& parameters_;
  BoxPaths& paths_;
  CellGrid grid_;
  std::vector<Particle> particles_;
  std::vector<std::uint32_t> near_;
  Displacement displacement_{};
  std::vector<Displacement> pair_displacements_ = std::vector<Displacement>(paths_.particles);
};

}  // namespace

// Free particles bind when they come close, move as one, and part again. The label of frame t rules the step from t - 1
// to t.
void simulate_dimerization(const ModelParameters& parameters, const Layout&, const RandomKey& box, BoxPaths& paths) {
  Dimers dimers(parameters, box, paths);
  for (std::size_t t = 1; t < paths.frames; ++t) dimers.step(t);
}

}  // namespace an::simulation
