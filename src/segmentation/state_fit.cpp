// SPDX-License-Identifier: MIT
#include "segmentation/state_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <utility>

#include "core/spread.hpp"
#include "segmentation/binding_counts.hpp"
#include "segmentation/maximisation.hpp"

namespace an::segmentation {

namespace {

constexpr std::size_t drawn_paths = 10;      // while models are searched
constexpr std::size_t more_paths = 24;       // of all trajectories: evidence from few is uncertain
constexpr std::size_t longest_fitted = 512;  // frames of a trajectory; longer ones are fitted in pieces
constexpr double hardly_seen = 0.35;         // px, range of binding that is the least one looked for
constexpr double price = 0.75;               // of a parameter, times ln of the trajectories: dearer than Schwarz's 0.5,
                                             // since the best of many guesses is taken

LocalisationErrors scaled(LocalisationErrors errors, double factor) {
  for (double* error : {&errors.noise, &errors.overlapping, &errors.difference}) *error *= factor;
  errors.excess *= factor * factor;
  return errors;
}

// The same frames, in trajectories that are not too long: first all first pieces, then all second ones from the next
// trajectory on, and so on, so that every so many-th of them are of all times and all trajectories. Of very long ones
// those without any displacement are left out.
std::vector<FieldOfView> in_pieces(std::span<const FieldOfView> fovs) {
  std::vector<FieldOfView> out(fovs.size());
  for (std::size_t f = 0; f < fovs.size(); ++f) {
    const std::vector<Trajectory>& trajectories = fovs[f].trajectories;
    std::size_t most = 1;
    for (std::size_t piece = 0; piece < most; ++piece)
      for (std::size_t i = 0; i < trajectories.size(); ++i) {
        const Trajectory& whole = trajectories[(i + piece) % trajectories.size()];
        const std::size_t frames = whole.x.size();
        const std::size_t pieces = std::max<std::size_t>(1, (frames + longest_fitted - 1) / longest_fitted);
        most = std::max(most, pieces);
        if (piece >= pieces) continue;
        Trajectory part = part_of(whole, piece * frames / pieces, (piece + 1) * frames / pieces);
        if (frames <= longest_piece || has_displacement(part.x, part.y)) out[f].trajectories.push_back(std::move(part));
      }
  }
  return out;
}

double log_sum(double a, double b) { return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b))); }

// K of a trajectory as if it were Brownian, px².
double brownian_k(const Displacements& d) {
  double squares = 0;
  double known = 0;
  for (std::size_t t = 0; t < d.size(); ++t) {
    if (d.known[t] == 0) continue;
    const auto dx = static_cast<double>(d.x[t]);
    const auto dy = static_cast<double>(d.y[t]);
    squares += dx * dx + dy * dy;
    ++known;
  }
  return squares / std::max(1.0, 4 * known);
}

// ln evidence of a track that may also be of several particles, which no model of one describes: it must not decide
// between them.
double or_of_others(double of_model, double general) {
  return log_sum(std::log(1 - other_particles) + of_model, std::log(other_particles) + general);
}

}  // namespace

double log_start(const ExperimentModel& model, const std::vector<double>& at_zero) {
  if (model.phenomenon == Phenomenon::single_state) return 0;
  double all = 0;
  double by_dynamics = 0;
  for (std::size_t s = 0; s < model.particle_states(); ++s) {
    all += at_zero[s];
    by_dynamics += at_zero[s] * std::log(model.dynamics.start[s]);
  }
  if (model.phenomenon == Phenomenon::multi_state)
    return -all * std::log(static_cast<double>(model.particle_states())) - by_dynamics;
  const std::size_t special = model.confined ? *model.confined : model.dimer ? *model.dimer : 0;
  const auto log_binomial = [&](double p) {
    return at_zero[special] * std::log(p) + (all - at_zero[special]) * std::log(1 - p) - by_dynamics;
  };
  const auto log_mean = [&](double largest) {  // over p evenly from 0 to there
    constexpr int steps = 60;
    double best = -std::numeric_limits<double>::infinity();
    for (int i = 0; i < steps; ++i) best = std::max(best, log_binomial(largest * (i + 0.5) / steps));
    double sum = 0;
    for (int i = 0; i < steps; ++i) sum += std::exp(log_binomial(largest * (i + 0.5) / steps) - best) / steps;
    return best + std::log(sum);
  };
  constexpr double largest_area = 0.25;
  if (model.confined) return log_mean(largest_area) - std::log(2.0);  // it may be either state
  constexpr double hardly_any = 0.02;
  constexpr double held_before = 0.01;  // probability that traps have had time to fill
  const double empty = log_binomial(hardly_any);
  if (model.dimer || model.dynamics.change_of(0, 1) > seldom) return empty;
  return log_sum(std::log(1 - held_before) + empty, std::log(held_before) + log_mean(1));
}

// What the samples say under a model.
struct StateFit::Expectation {
  PathStatistics sums;
  BindingCounts binding;
  double log_evidence = 0;
  double gain_of_others = 0;
};

StateFit::StateFit(std::span<const FieldOfView> fovs, const FitOptions& options)
    : fovs_(in_pieces(fovs)), options_(options) {
  options_.errors.unsure = options.most_noise > 2 * options.least_noise;
  noise_bounds_ = {options.errors.noise * options.least_noise, options.errors.noise * options.most_noise};
  choose_samples();
}

std::size_t StateFit::searched_every() const {
  constexpr std::size_t enough = 25, most = 4;
  return std::clamp<std::size_t>(samples_.size() / enough, 1, most);
}

const Neighbourhood& StateFit::neighbourhood(std::size_t fov) {
  return neighbourhoods_.try_emplace(fov, fovs_[fov], widest_dimer).first->second;
}

bool StateFit::has_neighbours() {
  std::size_t near = 0;
  for (const Sample& sample : samples_)
    for (const Neighbour& neighbour : neighbourhood(sample.fov).of(sample.trajectory))
      near += neighbour.end - neighbour.begin;
  return near >= samples_.size();
}

void StateFit::choose_samples() {
  std::vector<Sample> all;
  for (std::size_t f = 0; f < fovs_.size(); ++f)
    for (std::size_t t = 0; t < fovs_[f].trajectories.size(); ++t)
      if (has_displacement(fovs_[f].trajectories[t].x, fovs_[f].trajectories[t].y)) all.push_back({f, t, {}, 0});
  if (all.empty()) throw std::invalid_argument("fit_experiment: no trajectory with a displacement");
  samples_.clear();
  for (const std::size_t i : spread_out(options_.trajectories, all.size())) {
    samples_.push_back(all[i]);
    const Trajectory& trajectory = fovs_[samples_.back().fov].trajectories[samples_.back().trajectory];
    samples_.back().displacements = displacements_of(trajectory.x, trajectory.y);
  }
}

void StateFit::estimate_noise() {
  constexpr int steps = 6;
  constexpr int fine_k = 51;  // a coarse grid is made up for by noise
  constexpr double fine_enough = 1.05;
  const StateDynamics dynamics{{1}, {1.0 / 30}};
  const auto log_evidence = [&](double noise) {
    const CellTable table({general_cells(0.05, fine_k)}, {noise}, false);
    double sum = 0;
    for (std::size_t i = 0; i < samples_.size(); i += searched_every()) {
      evidence_.compute(samples_[i].displacements, table);
      sum += PathPosterior(evidence_, dynamics).log_evidence() + evidence_.offset();
    }
    return sum;
  };
  double low = noise_bounds_.low;
  double high = noise_bounds_.high;
  while (high > fine_enough * low) {
    const auto at = [&](int i) { return low * std::pow(high / low, static_cast<double>(i) / steps); };
    int best = 0;
    double greatest = -std::numeric_limits<double>::infinity();
    for (int i = 0; i <= steps; ++i) {
      const double value = log_evidence(at(i));
      if (!(value > greatest)) continue;
      greatest = value;
      best = i;
    }
    const double from = at(std::max(0, best - 1));
    high = at(std::min(steps, best + 1));
    low = from;
  }
  options_.errors = scaled(options_.errors, std::sqrt(low * high) / options_.errors.noise);
}

void StateFit::refine_noise(const FittedModel& model) {
  constexpr std::size_t rounds = 4;
  constexpr double finest = 1.03;
  const auto fitted = [&](ExperimentModel other, double factor) {
    const double noise = std::clamp(factor * other.errors.noise, noise_bounds_.low, noise_bounds_.high);
    other.errors = scaled(other.errors, noise / other.errors.noise);
    return improve(other, rounds, searched_every());
  };
  FittedModel best = fitted(model.model, 1);
  for (double step = 1.3; step > finest;) {
    const FittedModel less = fitted(best.model, 1 / step);
    const FittedModel more = fitted(best.model, step);
    const FittedModel& better = less.log_evidence > more.log_evidence ? less : more;
    if (better.log_evidence > best.log_evidence)
      best = better;
    else
      step = std::sqrt(step);
  }
  options_.errors = best.model.errors;
}

std::vector<SegmentEstimate> StateFit::general_segments() {
  constexpr int usual_k = 17;
  double fastest = 0;
  if (options_.errors.strays == 0)
    for (const Sample& sample : samples_) fastest = std::max(fastest, brownian_k(sample.displacements));
  std::vector<Cell> cells = general_cells(0.05, usual_k, fastest);
  std::vector<SegmentEstimate> estimates;
  double hazard = 1.0 / 30;
  for (std::uint32_t round = 0; round < 3; ++round) {
    const CellTable table({cells}, {options_.errors.noise}, !options_.errors.unsure);
    const StateDynamics dynamics{{1}, {hazard}};
    std::vector<double> counts(cells.size());
    estimates.clear();
    double segments = 0;
    double displacements = 0;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      evidence_.compute(samples_[i].displacements, table);
      const PathPosterior posterior(evidence_, dynamics);
      samples_[i].general_evidence = posterior.log_evidence() + evidence_.offset();
      Random random = random_for(i, round);
      std::map<PathSegment, double> drawn;
      constexpr int draws = 4;
      for (int d = 0; d < draws; ++d)
        for (const PathSegment& segment : posterior.draw(random)) drawn[segment] += 1.0 / draws;
      for (const auto& [segment, times] : drawn) {
        std::vector<float> logarithms(table.size());
        evidence_.cell_likelihoods(0, segment.begin, segment.end - 1, logarithms);
        const SegmentEstimate estimate = estimate_segment(cells, logarithms, times * (segment.end - segment.begin));
        for (std::size_t c = 0; c < cells.size(); ++c) counts[c] += times * estimate.posterior[c];
        estimates.push_back(estimate);
        segments += times;
      }
      displacements += static_cast<double>(samples_[i].displacements.size());
    }
    const auto particles = static_cast<double>(samples_.size());
    hazard = std::clamp((segments - particles + 1) / (displacements + 20), 1e-3, 0.3);
    const double pseudo = 30;
    for (std::size_t c = 0; c < cells.size(); ++c)
      cells[c].share = (counts[c] + pseudo * cells[c].share) / (segments + pseudo);
  }
  return estimates;
}

// Paths of each `every`-th sample, drawn with the model.
StateFit::Expectation StateFit::expect(const ExperimentModel& model, std::uint32_t round, std::size_t every) {
  const CellTable table = cells_of(model);
  Expectation out{PathStatistics(model), {}};
  for (std::size_t i = 0; i < samples_.size(); i += every) {
    const Sample& sample = samples_[i];
    DimerTerms terms;
    DimerPartners partners{model.dimer};
    if (model.dimer) {
      partners.partner = neighbourhood(sample.fov).partners(sample.trajectory);
      terms = dimer_terms(fovs_[sample.fov], neighbourhood(sample.fov), sample.trajectory, model);
      compute_evidence(evidence_, sample.displacements, table, terms);
    } else {
      evidence_.compute(sample.displacements, table);
    }
    const PathPosterior posterior(evidence_, model.dynamics);
    Random random = random_for(i, 100 + round);
    const bool shared = options_.left_out != MethodPart::sharing;
    const PathSamples paths(evidence_, table, posterior, shared, partners, every == 1 ? more_paths : drawn_paths,
                            random);
    out.sums.add(paths, fovs_[sample.fov].trajectories[sample.trajectory]);
    if (fovs_[sample.fov].trajectories[sample.trajectory].first_frame == 0 &&
        options_.left_out != MethodPart::first_frame)
      for (std::size_t p = 0; p < paths.size(); ++p)
        out.sums.at_zero[paths.path(p).front().state] += paths.weights()[p];
    if (model.dimer) {
      const std::vector<float> nearest = neighbourhood(sample.fov).nearest(sample.trajectory);
      for (std::size_t p = 0; p < paths.size(); ++p)
        out.binding.add(nearest, paths.path(p), paths.weights()[p], *model.dimer);
      // The trajectories of both partners have the pair's evidence: half of it belongs to each.
      const auto others = [](float term) { return -0.5F * std::max(0.0F, term); };
      for (std::size_t t = 0; t < terms.since.size(); ++t) {
        for (std::size_t later = 0; later < terms.since[t].size(); ++later) {
          const float bound = terms.bound[t + later];
          terms.since[t][later] = others(bound + terms.since[t][later]) - others(bound);
        }
        evidence_.add_terms_since(*model.dimer, t, terms.since[t]);
      }
      for (float& term : terms.bound) term = others(term);
      evidence_.add_terms(*model.dimer, terms.bound);
    }
    const double log_evidence =
        model.dimer ? PathPosterior(evidence_, model.dynamics).log_evidence() : posterior.log_evidence();
    const double of_model = log_evidence + evidence_.offset() + paths.log_gain();
    out.log_evidence += of_model;
    if (model.errors.strays > 0) out.gain_of_others += or_of_others(of_model, sample.general_evidence) - of_model;
  }
  return out;
}

void StateFit::finish(ExperimentModel& model) {
  constexpr std::uint32_t round = 50;        // none of improve's: names the random numbers
  constexpr std::size_t finished_times = 4;  // few tell too little of how much particles differ
  options_.trajectories *= finished_times;
  choose_samples();
  constexpr double wider = 1.5;
  constexpr double narrowest = 0.1;  // of alpha
  ExperimentModel wide = model;      // narrow populations draw paths and have cells that speak for themselves
  for (StatePopulation& population : wide.states)
    if (!population.is_fixed()) population.alpha_sd = std::max(wider * population.alpha_sd, narrowest);
  const Expectation found = expect(wide, round, 1);
  maximise(found.sums, model);
  for (std::size_t s = 0; s < model.states.size(); ++s) {
    const auto [alpha_sd, k_sd] = found.sums.populations[s].expected_deviations();
    model.states[s].alpha_sd = alpha_sd;
    model.states[s].k_sd = k_sd;
  }
}

FittedModel StateFit::improve(ExperimentModel model, std::size_t rounds, std::size_t every) {
  const std::size_t fitted = (samples_.size() + every - 1) / every;
  const auto states = static_cast<double>(model.particle_states());
  double parameters = states * states - 1 + (model.has_hops() ? 1 : 0);
  for (const StatePopulation& population : model.states) parameters += population.is_fixed() ? 0 : 4;
  constexpr std::size_t fewest = 3;  // of one trajectory no parameter would cost anything
  const double penalty = price * parameters * std::log(static_cast<double>(std::max(fitted, fewest)));
  std::optional<FittedModel> best;
  LongerSteps steps(model.states.size());
  for (std::uint32_t round = 0; round < rounds; ++round) {
    const Expectation found = expect(model, round, every);
    // Tracks that stray, or few trajectories, can lead maximisation astray; drawn paths alone make the evidence
    // uncertain by some. Of pairs it is too great until their binding is fitted.
    const double loss = best ? best->log_evidence - found.log_evidence : 0;
    const double most = model.has_strays() ? uncertainty : 10 * uncertainty;
    if (!best || loss < most || (model.dimer && !model.has_strays() && every == 1))
      best = {model,
              found.log_evidence,
              penalty,
              log_start(model, found.sums.at_zero),
              found.sums.at_zero,
              found.sums.wide_shares(),
              found.gain_of_others};
    if (round + 1 == rounds) break;
    const ExperimentModel before = model;
    maximise(found.sums, model);
    steps.lengthen(before, model);
    if (model.dimer) {
      model.binding = found.binding.estimate(model.errors);
      model.dimer_range = std::min(widest_dimer, model.binding->range + 2.8 * model.errors.difference);
      if (model.binding->range < hardly_seen &&
          !model.errors.unsure) {  // slow pairs are together for long, but were seldom seen to bind
        model.binding.reset();
        model.dimer_range = widest_dimer;
      }
    }
  }
  return *best;
}

}  // namespace an::segmentation
