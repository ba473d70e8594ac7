// SPDX-License-Identifier: MIT
#include "segmentation/dimer_terms.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <numeric>
#include <utility>

#include "segmentation/whitening.hpp"

namespace an::segmentation {

namespace {

constexpr double swapped = 0.02;  // probability that two partners' tracks change places

struct Spot {
  std::size_t trajectory, frame;  // the frame counts from the trajectory's own start
  double x, y;
};

Whitening whitening_of(double alpha, double k, double noise) {
  return whiten(displacement_covariance(alpha, k, noise, kernels::whitening_order + 1));
}

// Of a bound particle, or of the middle between it and its partner.
Whitening whitening_of_bound(const ExperimentModel& model, bool middle) {
  const StatePopulation& bound = model.states[*model.dimer];
  const double k = cut_moments(bound.k_mean, bound.k_sd, 1e-12, 1e6).mean;
  const double noise = middle ? model.errors.noise / std::numbers::sqrt2 : model.errors.overlapping;
  return whitening_of(std::clamp(bound.alpha_mean, 0.02, 1.99), k, noise);
}

// K of a particle as if it never changed, from the median of its squared displacements.
double typical_k(const Displacements& displacements, double noise) {
  std::vector<double> squares;
  for (std::size_t t = 0; t < displacements.size(); ++t) {
    const auto dx = static_cast<double>(displacements.x[t]);
    const auto dy = static_cast<double>(displacements.y[t]);
    if (displacements.known[t] != 0) squares.push_back(dx * dx + dy * dy);
  }
  if (squares.empty()) return 0;
  const auto middle = squares.begin() + static_cast<std::ptrdiff_t>(squares.size() / 2);
  std::nth_element(squares.begin(), middle, squares.end());
  return std::max(0.0, *middle / (4 * std::numbers::ln2) - noise * noise);
}

// Of a free particle whose neighbour is seen at a distance.
double binding_probability(const Binding& binding, double distance, const LocalisationErrors& errors) {
  const double z = (binding.range - distance) / errors.difference;
  return std::clamp(binding.probability * 0.5 * std::erfc(-z / std::numbers::sqrt2), 1e-3, 0.95);
}

// ln likelihood of each next difference of two partners' positions if it is constant but for its errors, and their
// tracks change places now and then. After a surprise it starts anew.
std::vector<double> steady_log_likelihoods(std::span<const double> x, std::span<const double> y, double noise) {
  constexpr double surprise = 12;  // squared deviations: also of a pair that lets go and binds anew at once
  const double variance = noise * noise;
  const double drift = variance / 100;
  std::vector<double> out;
  double mean_x = x[0];
  double mean_y = y[0];
  double spread = variance;  // of the mean
  for (std::size_t i = 1; i < x.size(); ++i) {
    const double total = spread + variance;
    const auto deviation = [&](double sign) {
      const double dx = sign * x[i] - mean_x;
      const double dy = sign * y[i] - mean_y;
      return (dx * dx + dy * dy) / total;
    };
    const double same = deviation(1);
    const double other = deviation(-1);
    const double sign = other < same ? -1 : 1;
    const double density = (1 - swapped) * std::exp(-0.5 * (same - std::min(same, other))) +
                           swapped * std::exp(-0.5 * (other - std::min(same, other)));
    out.push_back(std::log(density) - 0.5 * std::min(same, other) - std::log(2 * std::numbers::pi * total));
    const bool is_surprise = std::min(same, other) > surprise;
    const double gain = is_surprise ? 1 : spread / total;
    mean_x = sign * mean_x + gain * (x[i] - sign * mean_x);  // the tracks keep their new places
    mean_y = sign * mean_y + gain * (y[i] - sign * mean_y);
    spread = is_surprise ? variance : spread * variance / total + drift;
  }
  return out;
}

// The one with the larger sum.
std::vector<double> likelier(std::vector<double> a, std::vector<double> b) {
  return std::accumulate(a.begin(), a.end(), 0.0) >= std::accumulate(b.begin(), b.end(), 0.0) ? a : b;
}

// Where `holds` is true: begin and end of each stretch.
template <class Holds>
std::vector<std::pair<std::size_t, std::size_t>> stretches(std::size_t count, const Holds& holds) {
  std::vector<std::pair<std::size_t, std::size_t>> out;
  for (std::size_t i = 0; i < count; ++i) {
    if (!holds(i)) continue;
    if (out.empty() || out.back().second != i) out.emplace_back(i, i);
    ++out.back().second;
  }
  return out;
}

std::span<const float> part(const std::vector<float>& all, std::size_t begin, std::size_t count) {
  return std::span(all).subspan(begin, count);
}

}  // namespace

Neighbourhood::Neighbourhood(const FieldOfView& fov, double range)
    : fov_(fov), extent_(extent_of(fov)), neighbours_(fov.trajectories.size()) {
  std::map<std::int64_t, std::vector<Spot>> frames;
  for (std::size_t i = 0; i < fov.trajectories.size(); ++i) {
    const Trajectory& trajectory = fov.trajectories[i];
    for (std::size_t t = 0; t < trajectory.x.size(); ++t) {
      const double x = trajectory.x[t];
      const double y = trajectory.y[t];
      if (!std::isfinite(x) || !std::isfinite(y)) continue;
      frames[trajectory.first_frame + static_cast<std::int64_t>(t)].push_back({i, t, x, y});
    }
  }
  const auto has_next = [&](const Spot& spot) {
    const Trajectory& trajectory = fov_.trajectories[spot.trajectory];
    return spot.frame + 1 < trajectory.x.size() && std::isfinite(trajectory.x[spot.frame + 1]) &&
           std::isfinite(trajectory.y[spot.frame + 1]);
  };
  // Places in neighbours_ of the stretches that still go on, by pair.
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> open;
  const auto add = [&](const Spot& a, const Spot& b, double distance) {
    std::vector<Neighbour>& list = neighbours_[a.trajectory];
    const auto [at, is_new] = open.try_emplace({a.trajectory, b.trajectory}, list.size());
    if (is_new || list[at->second].end != a.frame) {
      at->second = list.size();
      list.push_back({b.trajectory, a.frame, a.frame, b.frame, {}});
    }
    Neighbour& neighbour = list[at->second];
    ++neighbour.end;
    neighbour.distances.push_back(static_cast<float>(distance));
  };
  for (auto& [frame, spots] : frames) {
    std::sort(spots.begin(), spots.end(),
              [](const Spot& a, const Spot& b) { return a.x < b.x || (a.x == b.x && a.trajectory < b.trajectory); });
    for (std::size_t i = 0; i < spots.size(); ++i) {
      if (!has_next(spots[i])) continue;
      for (std::size_t j = i + 1; j < spots.size() && spots[j].x - spots[i].x < range; ++j) {
        const double distance = std::hypot(spots[j].x - spots[i].x, spots[j].y - spots[i].y);
        if (!(distance < range) || spots[i].trajectory == spots[j].trajectory || !has_next(spots[j])) continue;
        add(spots[i], spots[j], distance);
        add(spots[j], spots[i], distance);
      }
    }
  }
}

std::vector<float> Neighbourhood::nearest(std::size_t trajectory) const {
  const std::size_t frames = fov_.trajectories[trajectory].x.size();
  std::vector<float> out(frames > 0 ? frames - 1 : 0, std::numeric_limits<float>::infinity());
  for (const Neighbour& neighbour : neighbours_[trajectory])
    for (std::size_t i = neighbour.begin; i < neighbour.end; ++i)
      out[i] = std::min(out[i], neighbour.distances[i - neighbour.begin]);
  return out;
}

std::vector<std::size_t> Neighbourhood::partners(std::size_t trajectory) const {
  const std::vector<float> distances = nearest(trajectory);
  std::vector<std::size_t> out(distances.size(), fov_.trajectories.size());
  for (const Neighbour& neighbour : neighbours_[trajectory])
    for (std::size_t i = neighbour.begin; i < neighbour.end; ++i)
      if (neighbour.distances[i - neighbour.begin] <= distances[i]) out[i] = neighbour.trajectory;
  return out;
}

std::vector<bool> Neighbourhood::at_border(std::size_t trajectory, double range) const {
  const Trajectory& own = fov_.trajectories[trajectory];
  std::vector<bool> out;
  for (std::size_t t = 0; t + 1 < own.x.size(); ++t)
    out.push_back(own.x[t] < extent_.low_x + range || own.x[t] > extent_.high_x - range ||
                  own.y[t] < extent_.low_y + range || own.y[t] > extent_.high_y - range);
  return out;
}

DimerTerms lone_terms(const Displacements& own, const ExperimentModel& model) {
  constexpr double most = 1;  // of a bound particle's step; a free one's must not be made up for
  const std::vector<double> as_own = predicted_log_likelihoods(own.x, own.y, whitening_of_bound(model, false));
  const std::vector<double> as_middle = predicted_log_likelihoods(own.x, own.y, whitening_of_bound(model, true));
  const std::vector<float> none(own.size());
  DimerTerms out{{*model.dimer, own}, none, none, none, none};
  for (std::size_t t = 0; t < own.size(); ++t)
    if (own.known[t] != 0) out.own[t] = static_cast<float>(std::clamp(as_own[t] - as_middle[t], -most, most));
  return out;
}

DimerTerms dimer_terms(const FieldOfView& fov, const Neighbourhood& neighbourhood, std::size_t trajectory,
                       const ExperimentModel& model) {
  const Trajectory& own = fov.trajectories[trajectory];
  const LocalisationErrors& errors = model.errors;
  const auto alone = static_cast<float>(errors.log_missed);
  const Displacements mine = displacements_of(own.x, own.y);
  DimerTerms out = lone_terms(mine, model);
  const std::vector<bool> border = neighbourhood.at_border(trajectory, model.dimer_range);
  for (std::size_t t = 0; t < mine.size(); ++t) out.bound[t] = border[t] || mine.known[t] == 0 ? 0 : alone;
  std::vector<float> best(mine.size(), alone);  // of the neighbours' terms: worse ones are no partners
  const StatePopulation& free = model.states[1 - *model.dimer];
  const double free_alpha = std::clamp(free.alpha_mean, 0.02, 1.99);
  const Whitening of_mean = whitening_of_bound(model, true);
  const Whitening of_bound = whitening_of_bound(model, false);
  // A track's step may be another particle's: what it costs the middle must not be made up for.
  const double most = errors.strays > 0 ? 5 : std::numeric_limits<double>::infinity();
  const double longest = 60 * (free.k_mean + 2 * free.k_sd + errors.noise * errors.noise);  // squared, of exp(-15)
  const auto is_step = [&](const Displacements& d, std::size_t t) {
    const auto dx = static_cast<double>(d.x[t]);
    const auto dy = static_cast<double>(d.y[t]);
    return errors.strays == 0 || dx * dx + dy * dy < longest;
  };
  for (const Neighbour& neighbour : neighbourhood.of(trajectory)) {
    const Trajectory& other = fov.trajectories[neighbour.trajectory];
    const Displacements theirs = displacements_of(other.x, other.y);
    // A free one as the model has it, or as any: that it suits no model does not make it a partner.
    const double slowest = std::max(1e-4, free.k_mean - 2 * free.k_sd);
    const double typical = std::max(slowest, typical_k(theirs, errors.noise));
    const Whitening of_free =
        whitening_of(free_alpha, std::min(typical, std::max(1e-3, free.k_mean + 2 * free.k_sd)), errors.noise);
    const Whitening of_any = whitening_of(1, typical, errors.noise);
    const auto is_near = [&](std::size_t i) {
      return static_cast<double>(neighbour.distances[i]) < model.dimer_range && is_step(mine, neighbour.begin + i) &&
             is_step(theirs, neighbour.shift + i);
    };
    for (const auto& [begin, end] : stretches(neighbour.distances.size(), is_near)) {
      const std::size_t count = end - begin;
      const std::size_t here = neighbour.begin + begin;
      const std::size_t there = neighbour.shift + begin;
      std::vector<float> mean_x(count), mean_y(count);
      std::vector<double> difference_x, difference_y;
      for (std::size_t i = 0; i < count; ++i) {
        mean_x[i] = 0.5F * (mine.x[here + i] + theirs.x[there + i]);
        mean_y[i] = 0.5F * (mine.y[here + i] + theirs.y[there + i]);
      }
      for (std::size_t i = 0; i <= count; ++i) {
        difference_x.push_back(own.x[here + i] - other.x[there + i]);
        difference_y.push_back(own.y[here + i] - other.y[there + i]);
      }
      const std::vector<double> mean = predicted_log_likelihoods(mean_x, mean_y, of_mean);
      const std::vector<double> difference = steady_log_likelihoods(difference_x, difference_y, errors.difference);
      const std::vector<double> own_bound =
          predicted_log_likelihoods(part(mine.x, here, count), part(mine.y, here, count), of_bound);
      const auto their_log_likelihoods = [&](const Whitening& whitening) {
        return predicted_log_likelihoods(part(theirs.x, there, count), part(theirs.y, there, count), whitening);
      };
      const std::vector<double> other_free = likelier(their_log_likelihoods(of_free), their_log_likelihoods(of_any));
      for (std::size_t i = 0; i < count; ++i) {
        const double term = std::clamp(mean[i] + difference[i] - own_bound[i] - other_free[i], -30.0, 30.0);
        const std::size_t t = here + i;
        if (static_cast<float>(term) < best[t]) continue;
        out.bound[t] = best[t] = static_cast<float>(term);
        out.own[t] = static_cast<float>(std::clamp(own_bound[i] - mean[i], -most, most));
        out.middle.displacements.x[t] = mean_x[i];
        out.middle.displacements.y[t] = mean_y[i];
        out.middle.displacements.known[t] =
            static_cast<std::uint8_t>(mine.known[t] != 0 && theirs.known[there + i] != 0);
      }
    }
  }
  if (!model.binding) return out;
  const double usual = model.dynamics.change_of(1 - *model.dimer, *model.dimer);
  const std::vector<float> nearest = neighbourhood.nearest(trajectory);
  for (std::size_t t = 0; t < mine.size(); ++t) {
    if (border[t] && !std::isfinite(nearest[t])) continue;
    const double probability = binding_probability(*model.binding, static_cast<double>(nearest[t]), errors);
    out.binds[t] = static_cast<float>(std::log(std::max(1e-4, probability) / usual));
    out.free[t] = static_cast<float>(std::log((1 - probability) / (1 - usual)));
  }
  return out;
}

void compute_evidence(SegmentEvidence& evidence, const Displacements& displacements, const CellTable& cells,
                      const DimerTerms& terms) {
  const std::size_t dimer = terms.middle.state;
  evidence.compute(displacements, cells, terms.middle);
  evidence.add_terms(dimer, terms.own);
  evidence.add_terms(dimer, terms.bound);
  evidence.add_terms(1 - dimer, terms.free);
  evidence.add_entry_terms(dimer, terms.binds);
}

void BindingCounts::add(std::span<const float> distances, const StatePath& path, double weight, std::size_t dimer) {
  for (std::size_t s = 0; s < path.size(); ++s) {
    if (path[s].state == dimer) continue;
    const bool binds = s + 1 < path.size() && path[s + 1].state == dimer;
    for (std::size_t t = path[s].begin + 1; t < path[s].end + (binds ? 1 : 0); ++t) {
      const double place = static_cast<double>(distances[t]) / bin;
      if (!(place < static_cast<double>(chances_.size()))) continue;
      chances_[static_cast<std::size_t>(place)] += weight;
      if (t == path[s].end) bound_[static_cast<std::size_t>(place)] += weight;
    }
  }
}

Binding BindingCounts::estimate(const LocalisationErrors& errors) const {
  Binding best{3, 0.1};
  double greatest = -std::numeric_limits<double>::infinity();
  for (int r = 3; r <= 30; ++r)
    for (int p = 10; p <= 19; ++p) {  // a pair tosses twice: rarely less than one half
      const Binding binding{0.1 * r, 0.05 * p};
      double sum = 0;
      for (std::size_t i = 0; i < chances_.size(); ++i) {
        const double q = binding_probability(binding, (static_cast<double>(i) + 0.5) * bin, errors);
        sum += bound_[i] * std::log(q) + (chances_[i] - bound_[i]) * std::log(1 - q);
      }
      if (sum > greatest) {
        greatest = sum;
        best = binding;
      }
    }
  return best;
}

}  // namespace an::segmentation
