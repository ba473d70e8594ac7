// SPDX-License-Identifier: MIT
#include "segmentation/dimer_terms.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <utility>

#include "core/bounds.hpp"
#include "core/slice.hpp"
#include "segmentation/binding_counts.hpp"
#include "segmentation/whitening.hpp"

namespace an::segmentation {

namespace {

constexpr double swapped = 0.02;        // probability that two partners' tracks change places
constexpr double surprise = 12;         // squared deviations: something else has begun
constexpr std::size_t remembered = 40;  // displacements after which it hardly matters when a pair was bound

Whitening whitening_of(double alpha, double k, double noise) {
  return whiten(displacement_covariance(alpha, k, noise, kernels::whitening_order + 1));
}

// Of a bound particle, or of the middle between it and its partner.
Whitening whitening_of_bound(const ExperimentModel& model, bool middle) {
  const StatePopulation& bound = model.states[*model.dimer];
  const double k = cut_moments(bound.k_mean, bound.k_sd, k_bounds).mean;
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

// The difference of two partners' positions if it is constant but for its errors, and their tracks change places now
// and then.
class SteadyDifference {
 public:
  SteadyDifference(double x, double y, double noise)
      : variance_(noise * noise), mean_x_(x), mean_y_(y), spread_(variance_) {}

  // ln likelihood of the next difference. After a surprise it starts anew.
  double next(double x, double y) {
    const double total = spread_ + variance_;
    const auto deviation = [&](double sign) {
      const double dx = sign * x - mean_x_;
      const double dy = sign * y - mean_y_;
      return (dx * dx + dy * dy) / total;
    };
    const double same = deviation(1);
    const double other = deviation(-1);
    const double sign = other < same ? -1 : 1;
    const double least = std::min(same, other);
    const double density = (1 - swapped) * std::exp(-0.5 * (same - least)) + swapped * std::exp(-0.5 * (other - least));
    const double gain = least > surprise ? 1 : spread_ / total;
    mean_x_ = sign * mean_x_ + gain * (x - sign * mean_x_);  // the tracks keep their new places
    mean_y_ = sign * mean_y_ + gain * (y - sign * mean_y_);
    spread_ = least > surprise ? variance_ : spread_ * variance_ / total + variance_ / 100;
    return std::log(density) - 0.5 * least - std::log(2 * std::numbers::pi * total);
  }

 private:
  double variance_, mean_x_, mean_y_;
  double spread_;  // of the mean
};

// ln likelihood of each next displacement if now the one and now the other of two motions makes it (Herbster & Warmuth,
// Mach. Learn. 32, 151, 1998: a fixed share changes from each to the other).
std::vector<double> either_log_likelihoods(const std::vector<double>& one, const std::vector<double>& other) {
  constexpr double changes = 0.03;  // probability a displacement
  std::vector<double> out;
  double share = 0.5;  // of the one
  for (std::size_t i = 0; i < one.size(); ++i) {
    const double greatest = std::max(one[i], other[i]);
    const double as_one = share * std::exp(one[i] - greatest);
    const double sum = as_one + (1 - share) * std::exp(other[i] - greatest);
    out.push_back(greatest + std::log(sum));
    share = changes + (1 - 2 * changes) * as_one / sum;
  }
  return out;
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

// The terms of a particle of whose neighbours nothing is known.
DimerTerms lone_terms(const Displacements& own, const ExperimentModel& model) {
  constexpr double most = 1;  // of a bound particle's step; a free one's must not be made up for
  const std::vector<double> as_own =
      predicted_log_likelihoods(own.x, own.y, whitening_of_bound(model, false), surprise);
  const std::vector<double> as_middle =
      predicted_log_likelihoods(own.x, own.y, whitening_of_bound(model, true), surprise);
  const std::vector<float> none(own.size());
  DimerTerms out{{*model.dimer, own}, none, none, none, none, std::vector<std::vector<float>>(own.size())};
  for (std::size_t t = 0; t < own.size(); ++t)
    if (own.known[t] != 0) out.own[t] = static_cast<float>(std::clamp(as_own[t] - as_middle[t], -most, most));
  return out;
}

// What displacements of a particle beside a neighbour in range say of their being bound.
struct Companion {
  std::size_t begin;                               // the particle's displacement
  std::span<const float> distances;                // at the begin of each displacement
  std::vector<float> middle_x, middle_y;           // displacements of the middle between the two
  std::vector<std::uint8_t> known;                 // whether both are
  std::vector<double> difference_x, difference_y;  // of the positions, one more than displacements
  std::vector<double> own_bound;                   // ln likelihood of the particle's own displacement, bound
  std::vector<double> middle;                      // that of the middle's
  std::vector<double> other_free;                  // that of the neighbour's if it is free

  std::size_t size() const { return middle.size(); }
  // The difference as if they were bound from displacement `begin` + i on. \param noise of it
  SteadyDifference difference(std::size_t i, double noise) const { return {difference_x[i], difference_y[i], noise}; }
  // The term of displacement `begin` + i, after which the difference is the next one.
  float term(std::size_t i, SteadyDifference& difference) const {
    const double of_difference = difference.next(difference_x[i + 1], difference_y[i + 1]);
    return static_cast<float>(std::clamp(middle[i] + of_difference - own_bound[i] - other_free[i], -30.0, 30.0));
  }
};

// All neighbours' stretches in range.
class Companions {
 public:
  Companions(const FieldOfView& fov, const ExperimentModel& model, const Trajectory& own, const Displacements& mine)
      : fov_(fov),
        model_(model),
        own_(own),
        mine_(mine),
        of_middle_(whitening_of_bound(model, true)),
        of_bound_(whitening_of_bound(model, false)) {}

  std::vector<Companion> of(const std::vector<Neighbour>& neighbours) const {
    std::vector<Companion> out;
    std::map<std::size_t, Other> others;  // each may be near many times
    for (const Neighbour& neighbour : neighbours) {
      const auto [place, is_new] = others.try_emplace(neighbour.trajectory);
      Other& other = place->second;
      if (is_new) other = other_of(fov_.trajectories[neighbour.trajectory]);
      const auto is_near = [&](std::size_t i) {
        return static_cast<double>(neighbour.distances[i]) < model_.dimer_range &&
               is_step(mine_, neighbour.begin + i) && is_step(other.displacements, neighbour.shift + i);
      };
      for (const auto& [begin, end] : stretches(neighbour.distances.size(), is_near))
        out.push_back(companion(neighbour, other, begin, end - begin));
    }
    return out;
  }

 private:
  // A neighbour's trajectory, its displacements, and its usual K.
  struct Other {
    const Trajectory* trajectory;
    Displacements displacements;
    double typical_k;
  };
  Other other_of(const Trajectory& trajectory) const {
    Displacements displacements = displacements_of(trajectory.x, trajectory.y);
    const double k = typical_k(displacements, model_.errors.noise);
    return {&trajectory, std::move(displacements), k};
  }

  // A track's step may be another particle's: what it costs the middle must not be made up for.
  bool is_step(const Displacements& d, std::size_t t) const {
    const StatePopulation& free = model_.states[1 - *model_.dimer];
    const double noise = model_.errors.noise;
    const double longest = 60 * (free.k_mean + 2 * free.k_sd + noise * noise);  // squared, of exp(-15)
    const auto dx = static_cast<double>(d.x[t]);
    const auto dy = static_cast<double>(d.y[t]);
    return model_.errors.strays == 0 || dx * dx + dy * dy < longest;
  }

  // A free one as the model has it, or as any: that it suits no model does not make it a partner.
  std::vector<double> as_free(const Other& other, std::size_t begin, std::size_t count) const {
    const Displacements& theirs = other.displacements;
    const StatePopulation& free = model_.states[1 - *model_.dimer];
    const double noise = model_.errors.noise;
    const double slowest = std::max(1e-4, free.k_mean - 2 * free.k_sd);
    const double typical = std::max(slowest, other.typical_k);
    const auto as = [&](double alpha, double k) {
      return predicted_log_likelihoods(part(theirs.x, begin, count), part(theirs.y, begin, count),
                                       whitening_of(alpha, k, noise), surprise);
    };
    return either_log_likelihoods(
        as(std::clamp(free.alpha_mean, 0.02, 1.99), std::min(typical, std::max(1e-3, free.k_mean + 2 * free.k_sd))),
        as(1, typical));
  }

  Companion companion(const Neighbour& neighbour, const Other& other, std::size_t begin, std::size_t count) const {
    const Displacements& theirs = other.displacements;
    const std::size_t here = neighbour.begin + begin;
    const std::size_t there = neighbour.shift + begin;
    Companion out{here, part(neighbour.distances, begin, count), {}, {}, {}, {}, {}, {}, {}, {}};
    for (std::size_t i = 0; i < count; ++i) {
      out.middle_x.push_back(0.5F * (mine_.x[here + i] + theirs.x[there + i]));
      out.middle_y.push_back(0.5F * (mine_.y[here + i] + theirs.y[there + i]));
      out.known.push_back(static_cast<std::uint8_t>(mine_.known[here + i] != 0 && theirs.known[there + i] != 0));
    }
    for (std::size_t i = 0; i <= count; ++i) {
      out.difference_x.push_back(own_.x[here + i] - other.trajectory->x[there + i]);
      out.difference_y.push_back(own_.y[here + i] - other.trajectory->y[there + i]);
    }
    out.own_bound =
        predicted_log_likelihoods(part(mine_.x, here, count), part(mine_.y, here, count), of_bound_, surprise);
    out.middle = predicted_log_likelihoods(out.middle_x, out.middle_y, of_middle_, surprise);
    out.other_free = as_free(other, there, count);
    return out;
  }

  const FieldOfView& fov_;
  const ExperimentModel& model_;
  const Trajectory& own_;
  const Displacements& mine_;
  Whitening of_middle_, of_bound_;
};

}  // namespace

DimerTerms dimer_terms(const FieldOfView& fov, const Neighbourhood& neighbourhood, std::size_t trajectory,
                       const ExperimentModel& model) {
  const Trajectory& own = fov.trajectories[trajectory];
  const LocalisationErrors& errors = model.errors;
  const auto alone = static_cast<float>(errors.log_missed);
  const Displacements mine = displacements_of(own.x, own.y);
  DimerTerms out = lone_terms(mine, model);
  const std::vector<bool> border = neighbourhood.at_border(trajectory, model.dimer_range);
  for (std::size_t t = 0; t < mine.size(); ++t) out.bound[t] = border[t] || mine.known[t] == 0 ? 0 : alone;
  const std::vector<Companion> companions = Companions(fov, model, own, mine).of(neighbourhood.of(trajectory));
  std::vector<const Companion*> partner(mine.size());
  std::vector<float> best(mine.size(), alone);  // of the companions' terms: worse ones are no partners
  const double most = errors.strays > 0 ? 5 : std::numeric_limits<double>::infinity();
  for (const Companion& companion : companions) {
    SteadyDifference all_along = companion.difference(0, errors.difference);
    for (std::size_t i = 0; i < companion.size(); ++i) {
      const std::size_t t = companion.begin + i;
      SteadyDifference anew = companion.difference(i, errors.difference);
      const float term = companion.term(i, all_along);
      const float if_it_begins = companion.term(i, anew);
      if (std::max(term, if_it_begins) < best[t]) continue;
      best[t] = std::max(term, if_it_begins);
      partner[t] = &companion;
      out.bound[t] = std::max(term, alone);
      out.own[t] = static_cast<float>(std::clamp(companion.own_bound[i] - companion.middle[i], -most, most));
      out.middle.displacements.x[t] = companion.middle_x[i];
      out.middle.displacements.y[t] = companion.middle_y[i];
      out.middle.displacements.known[t] = companion.known[i];
    }
  }
  // A pair that has just bound has a difference of its own.
  for (std::size_t t = 0; t < mine.size(); ++t) {
    if (partner[t] == nullptr) continue;
    const Companion& companion = *partner[t];
    std::size_t i = t - companion.begin;
    SteadyDifference anew = companion.difference(i, errors.difference);
    for (std::size_t u = t; u < std::min(mine.size(), t + remembered) && partner[u] == &companion; ++u, ++i)
      out.since[t].push_back(std::max(companion.term(i, anew), alone) - out.bound[u]);
  }
  if (!model.binding) return out;
  const double usual = model.dynamics.change_of(1 - *model.dimer, *model.dimer);
  const std::vector<float> nearest = neighbourhood.nearest(trajectory);
  for (std::size_t t = 0; t < mine.size(); ++t) {
    if (mine.known[t] == 0 || (border[t] && !std::isfinite(nearest[t]))) continue;
    const auto probability = [&](float distance) {
      return binding_probability(*model.binding, static_cast<double>(distance), errors);
    };
    const float distance = partner[t] == nullptr ? nearest[t] : partner[t]->distances[t - partner[t]->begin];
    out.binds[t] = static_cast<float>(std::log(probability(distance) / usual));
    out.free[t] = static_cast<float>(std::log((1 - probability(nearest[t])) / (1 - usual)));
  }
  return out;
}

DimerTerms part_of(const DimerTerms& terms, std::size_t begin, std::size_t end) {
  const Displacements& middle = terms.middle.displacements;
  return {
      {terms.middle.state, {slice(middle.x, begin, end), slice(middle.y, begin, end), slice(middle.known, begin, end)}},
      slice(terms.own, begin, end),
      slice(terms.bound, begin, end),
      slice(terms.free, begin, end),
      slice(terms.binds, begin, end),
      slice(terms.since, begin, end)};
}

void compute_evidence(SegmentEvidence& evidence, const Displacements& displacements, const CellTable& cells,
                      const DimerTerms& terms) {
  const std::size_t dimer = terms.middle.state;
  evidence.compute(displacements, cells, terms.middle);
  evidence.add_terms(dimer, terms.own);
  evidence.add_terms(dimer, terms.bound);
  evidence.add_terms(1 - dimer, terms.free);
  evidence.add_entry_terms(dimer, terms.binds);
  for (std::size_t t = 0; t < terms.since.size(); ++t) evidence.add_terms_since(dimer, t, terms.since[t]);
}

}  // namespace an::segmentation
