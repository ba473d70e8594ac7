// SPDX-License-Identifier: MIT
#include "segmentation/experiment_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <stdexcept>

#include "segmentation/dimer_terms.hpp"
#include "segmentation/population_likelihood.hpp"
#include "segmentation/segment_clusters.hpp"

namespace an::segmentation {

namespace {

constexpr std::size_t drawn_paths = 10;
constexpr std::size_t longest_fitted = 512;  // frames of a trajectory that are fitted
constexpr std::size_t searched_every = 4;    // of the samples, while models are compared
constexpr double uncertainty = 10;           // of ln evidence
constexpr double other_particles = 0.03;     // share of tracks that are a mixture of several particles
constexpr double most_strays = 0.02;         // probability a displacement
constexpr std::size_t first_rounds = 3;      // of expectation and maximisation, to tell guesses apart
constexpr std::size_t search_rounds = 6;     // to tell models apart
constexpr double price = 0.75;               // of a parameter, times ln of the trajectories: dearer than Schwarz's 0.5,
                                             // since the best of many guesses is taken
constexpr double widest_dimer = 3.2;         // px; the greatest distance of partners that is looked for

// A trajectory of the fit.
struct Sample {
  std::size_t fov, trajectory;
  Displacements displacements;
};

std::vector<Sample> choose_samples(std::span<const FieldOfView> fovs, std::size_t most) {
  std::vector<Sample> all;
  for (std::size_t f = 0; f < fovs.size(); ++f)
    for (std::size_t t = 0; t < fovs[f].trajectories.size(); ++t)
      if (fovs[f].trajectories[t].x.size() > 1) all.push_back({f, t, {}});
  if (all.empty()) throw std::invalid_argument("fit_experiment: no trajectory of two points");
  const std::size_t count = std::min(most, all.size());
  std::vector<Sample> chosen;
  for (std::size_t i = 0; i < count; ++i) {
    chosen.push_back(all[i * all.size() / count]);
    const Trajectory& trajectory = fovs[chosen.back().fov].trajectories[chosen.back().trajectory];
    const std::size_t frames = std::min(trajectory.x.size(), longest_fitted);
    chosen.back().displacements =
        displacements_of(std::span(trajectory.x).first(frames), std::span(trajectory.y).first(frames));
  }
  return chosen;
}

// Sums over trajectories that give the states' populations and dynamics.
struct Statistics {
  explicit Statistics(const ExperimentModel& model)
      : start(model.states.size()), change(start.size() * start.size()), stay(start.size()) {
    for (const StatePopulation& population : model.states)
      populations.emplace_back(population, model.errors.noise, model.errors.strays > 0 ? other_particles : 0);
  }

  std::vector<PopulationLikelihood> populations;
  std::vector<double> start, change, stay;
  std::vector<double> at_zero = std::vector<double>(start.size());  // states in the experiment's first frame

  void add(const PathSamples& samples) {
    for (std::size_t s = 0; s < populations.size(); ++s)
      populations[s].add(samples.visits(s), samples.cell_posterior(s));
    for (std::size_t p = 0; p < samples.size(); ++p) {
      const StatePath& path = samples.path(p);
      const double weight = samples.weights()[p];
      start[path.front().state] += weight;
      for (std::size_t i = 0; i < path.size(); ++i) {
        stay[path[i].state] += weight * static_cast<double>(path[i].end - path[i].begin - 1);
        if (i > 0) change[path[i - 1].state * start.size() + path[i].state] += weight;
      }
    }
  }
};

void maximise(const Statistics& sums, ExperimentModel& model) {
  const std::size_t states = model.states.size();
  const double particles = std::accumulate(sums.start.begin(), sums.start.end(), 0.0);
  const double all_stays = std::accumulate(sums.stay.begin(), sums.stay.end(), 1.0);
  for (std::size_t s = 0; s < states; ++s) {
    model.dynamics.start[s] = (sums.start[s] + 1) / (particles + static_cast<double>(states));
    double left = sums.stay[s];
    for (std::size_t next = 0; next < states; ++next) left += sums.change[s * states + next];
    for (std::size_t next = 0; next < states; ++next) {
      double& change = model.dynamics.change[s * states + next];
      change = s == next ? 0 : std::min(0.45, (sums.change[s * states + next] + 0.2) / (left + 20));
      if (model.states[next].stray) change = std::min(change, most_strays);
      if (model.states[s].stray && s != next) change = end_of_stray * (sums.stay[next] + 1) / all_stays;
    }
    model.states[s] = sums.populations[s].maximum();
  }
}

// ln of how much likelier the states in the experiment's first frame are as the challenge starts particles than as the
// model's own dynamics do. Free ones start anywhere: none is bound or trapped yet, as many are in compartments as these
// cover of the area, and in a multi-state experiment all states are equally likely.
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
  if (!model.confined) return log_binomial(0.02);
  constexpr double largest_area = 0.25;
  constexpr int steps = 60;
  double best = -std::numeric_limits<double>::infinity();
  for (int i = 0; i < steps; ++i) best = std::max(best, log_binomial(largest_area * (i + 0.5) / steps));
  double sum = 0;
  for (int i = 0; i < steps; ++i) sum += std::exp(log_binomial(largest_area * (i + 0.5) / steps) - best) / steps;
  return best + std::log(sum);
}

// What the samples say under a model.
struct Expectation {
  Statistics sums;
  BindingCounts binding;
  double log_evidence;
};

LocalisationErrors scaled(LocalisationErrors errors, double factor) {
  for (double* error : {&errors.noise, &errors.overlapping, &errors.difference}) *error *= factor;
  errors.excess *= factor * factor;
  return errors;
}

class Fit {
 public:
  Fit(std::span<const FieldOfView> fovs, const FitOptions& options)
      : fovs_(fovs), options_(options), samples_(choose_samples(fovs, options.trajectories)) {}

  void estimate_noise();
  void refine_noise(const FittedModel& model);
  const LocalisationErrors& errors() const { return options_.errors; }
  std::vector<SegmentEstimate> general_segments();
  /// \param every only each so many-th sample, to search faster
  FittedModel improve(ExperimentModel model, std::size_t rounds, std::size_t every);
  FittedModel traps(const FittedModel& one_state, const FittedModel& two_state);
  std::optional<FittedModel> dimerization(const FittedModel& one_state, const FittedModel& two_state);

 private:
  const Neighbourhood& neighbourhood(std::size_t fov) {
    return neighbourhoods_.try_emplace(fov, fovs_[fov], widest_dimer).first->second;
  }
  Expectation expect(const ExperimentModel& model, std::uint32_t round, std::size_t every);
  Random random_for(std::size_t sample, std::uint32_t round) const {
    return Random({options_.seed, options_.experiment, round, static_cast<std::uint32_t>(sample), RandomStream::paths});
  }

  std::span<const FieldOfView> fovs_;
  FitOptions options_;
  std::map<std::size_t, Neighbourhood> neighbourhoods_;
  std::vector<Sample> samples_;
  SegmentEvidence evidence_;
};

// The noise, within the bounds that are given, under which the trajectories are likeliest, whatever their states.
void Fit::estimate_noise() {
  constexpr int steps = 6;
  constexpr int fine_k = 51;  // a coarse grid is made up for by noise
  constexpr double fine_enough = 1.05;
  const StateDynamics dynamics{{1}, {1.0 / 30}};
  const auto log_evidence = [&](double noise) {
    const CellTable table({general_cells(0.05, fine_k)}, {noise}, options_.errors.log_outlier);
    double sum = 0;
    for (std::size_t i = 0; i < samples_.size(); i += searched_every) {
      evidence_.compute(samples_[i].displacements, table);
      sum += PathPosterior(evidence_, dynamics).log_evidence() + evidence_.offset();
    }
    return sum;
  };
  double low = options_.errors.noise * options_.least_noise;
  double high = options_.errors.noise * options_.most_noise;
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

// The noise under which a model, fitted anew, is the likeliest. A prior of any alpha and K says less of it.
void Fit::refine_noise(const FittedModel& model) {
  constexpr std::size_t rounds = 4;
  constexpr double finest = 1.03;
  const auto fitted = [&](ExperimentModel other, double factor) {
    other.errors = scaled(other.errors, factor);
    return improve(other, rounds, searched_every);
  };
  const double low = options_.errors.noise * options_.least_noise / options_.most_noise;
  FittedModel best = fitted(model.model, 1);
  for (double step = 1.3; step > finest;) {
    const FittedModel less = fitted(best.model, 1 / step);
    const FittedModel more = fitted(best.model, step);
    const FittedModel& better = less.log_evidence > more.log_evidence ? less : more;
    if (better.log_evidence > best.log_evidence && better.model.errors.noise > low)
      best = better;
    else
      step = std::sqrt(step);
  }
  options_.errors = best.model.errors;
}

// Segments under a prior that knows nothing of the experiment but the distribution of its own segments.
std::vector<SegmentEstimate> Fit::general_segments() {
  std::vector<Cell> cells = general_cells(0.05);
  std::vector<SegmentEstimate> estimates;
  double hazard = 1.0 / 30;
  for (std::uint32_t round = 0; round < 3; ++round) {
    const CellTable table({cells}, {options_.errors.noise}, options_.errors.log_outlier);
    const StateDynamics dynamics{{1}, {hazard}};
    std::vector<double> counts(cells.size());
    estimates.clear();
    double segments = 0;
    double displacements = 0;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      evidence_.compute(samples_[i].displacements, table);
      const PathPosterior posterior(evidence_, dynamics);
      Random random = random_for(i, round);
      std::map<PathSegment, double> drawn;
      constexpr int draws = 4;
      for (int d = 0; d < draws; ++d)
        for (const PathSegment& segment : posterior.draw(random)) drawn[segment] += 1.0 / draws;
      for (const auto& [segment, times] : drawn) {
        std::vector<float> logarithms(table.size());
        evidence_.add_cell_likelihoods(0, segment.begin, segment.end - 1, logarithms);
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
Expectation Fit::expect(const ExperimentModel& model, std::uint32_t round, std::size_t every) {
  const CellTable table = cells_of(model);
  Expectation out{Statistics(model), {}, 0};
  for (std::size_t i = 0; i < samples_.size(); i += every) {
    const Sample& sample = samples_[i];
    evidence_.compute(sample.displacements, table);
    if (model.dimer) {
      DimerTerms terms = dimer_terms(fovs_[sample.fov], neighbourhood(sample.fov), sample.trajectory, model);
      for (std::vector<float>* part : {&terms.bound, &terms.free, &terms.binds})
        part->resize(evidence_.displacements());
      evidence_.add_terms(*model.dimer, terms.bound);
      evidence_.add_terms(1 - *model.dimer, terms.free);
      evidence_.add_entry_terms(*model.dimer, terms.binds);
    }
    const PathPosterior posterior(evidence_, model.dynamics);
    Random random = random_for(i, 100 + round);
    const bool shared = options_.left_out != MethodPart::sharing;
    const PathSamples paths(evidence_, table, posterior, shared, drawn_paths, random);
    out.sums.add(paths);
    if (fovs_[sample.fov].trajectories[sample.trajectory].first_frame == 0 &&
        options_.left_out != MethodPart::first_frame)
      for (std::size_t p = 0; p < paths.size(); ++p)
        out.sums.at_zero[paths.path(p).front().state] += paths.weights()[p];
    if (model.dimer) {
      const std::vector<float> nearest = neighbourhood(sample.fov).nearest(sample.trajectory);
      for (std::size_t p = 0; p < paths.size(); ++p)
        out.binding.add(nearest, paths.path(p), paths.weights()[p], *model.dimer);
    }
    out.log_evidence += posterior.log_evidence() + evidence_.offset() + paths.log_gain();
  }
  return out;
}

FittedModel Fit::improve(ExperimentModel model, std::size_t rounds, std::size_t every) {
  const std::size_t fitted = (samples_.size() + every - 1) / every;
  const auto states = static_cast<double>(model.particle_states());
  double parameters = states * states - 1;
  for (const StatePopulation& population : model.states) parameters += population.is_fixed() ? 0 : 4;
  const double penalty = price * parameters * std::log(static_cast<double>(fitted));
  std::optional<FittedModel> best;
  for (std::uint32_t round = 0; round < rounds; ++round) {
    const Expectation found = expect(model, round, every);
    // Tracks that stray can lead maximisation astray; drawn paths alone make the evidence uncertain by some.
    if (!best || !model.has_strays() || found.log_evidence > best->log_evidence - uncertainty)
      best = {model, found.log_evidence, penalty, log_start(model, found.sums.at_zero), found.sums.at_zero};
    if (round + 1 == rounds) break;
    maximise(found.sums, model);
    if (model.dimer) {
      model.binding = found.binding.estimate(model.errors);
      model.dimer_range = std::min(widest_dimer, model.binding->range + 2.8 * model.errors.difference);
    }
  }
  return *best;
}

// Dynamics of two states, the first of them the rarer one.
void set_rare_slow_state(ExperimentModel& model) {
  model.states.resize(2);
  model.dynamics = {{0.2, 0.8}, {0, 0.05, 0.02, 0}};
  add_strays(model);
}

// The better one of a state that does not move and, as the other, the faster of two states or the only one.
FittedModel Fit::traps(const FittedModel& one_state, const FittedModel& two_state) {
  ExperimentModel start = two_state.model;
  start.phenomenon = Phenomenon::immobile_traps;
  start.states[0] = {0, 0, 0, start.errors.excess, true};
  FittedModel best = improve(start, search_rounds, searched_every);
  start.states[1] = one_state.model.states[0];
  set_rare_slow_state(start);
  FittedModel other = improve(start, search_rounds, searched_every);
  return other.score() > best.score() ? other : best;
}

// A model in which one state is that of bound pairs, where neighbours speak for it.
std::optional<FittedModel> Fit::dimerization(const FittedModel& one_state, const FittedModel& two_state) {
  std::size_t near = 0;
  for (const Sample& sample : samples_)
    for (const Neighbour& neighbour : neighbourhood(sample.fov).of(sample.trajectory))
      near += neighbour.end - neighbour.begin;
  if (near < samples_.size()) return {};  // too few to tell anything
  std::optional<FittedModel> best;
  for (std::size_t dimer = 0; dimer < 3; ++dimer) {
    ExperimentModel start = two_state.model;
    if (dimer == 2) {  // bound pairs move as free particles do
      start.states[0] = start.states[1] = one_state.model.states[0];
      start.states[0].alpha_sd = std::max(0.3, start.states[0].alpha_sd);
      start.states[0].k_sd = std::max(0.5 * start.states[0].k_mean, start.states[0].k_sd);
      set_rare_slow_state(start);
    }
    start.phenomenon = Phenomenon::dimerization;
    start.dimer = dimer % 2;
    start.dimer_range = widest_dimer;
    const FittedModel fitted = improve(start, search_rounds, searched_every);
    if (!best || fitted.score() > best->score()) best = fitted;
  }
  return best;
}

void sort_by_score(ExperimentFit& fits) {
  std::stable_sort(fits.begin(), fits.end(),
                   [](const FittedModel& a, const FittedModel& b) { return a.score() > b.score(); });
}

FittedModel with_compartments(FittedModel fit, std::optional<std::size_t> confined) {
  fit.model.phenomenon = confined ? Phenomenon::confinement : Phenomenon::multi_state;
  fit.model.confined = confined;
  fit.log_start = log_start(fit.model, fit.at_zero);
  return fit;
}

// Bhattacharyya's coefficient of two populations, as if not cut: 1 where they are the same.
double overlap(const StatePopulation& a, const StatePopulation& b) {
  const auto distance = [](double mean_a, double sd_a, double mean_b, double sd_b) {
    const double variance = sd_a * sd_a + sd_b * sd_b;
    return 0.25 * (mean_a - mean_b) * (mean_a - mean_b) / variance + 0.5 * std::log(variance / (2 * sd_a * sd_b));
  };
  return std::exp(-distance(a.alpha_mean, a.alpha_sd, b.alpha_mean, b.alpha_sd) -
                  distance(a.k_mean, a.k_sd, b.k_mean, b.k_sd));
}

// Two states alike are one whose particles or dwell times are not as modelled, unless something else tells them apart.
bool has_states_alike(const ExperimentModel& model) {
  constexpr double largest_overlap = 0.45;
  if (model.phenomenon != Phenomenon::multi_state && model.phenomenon != Phenomenon::confinement) return false;
  for (std::size_t a = 0; a < model.particle_states(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (overlap(model.states[a], model.states[b]) > largest_overlap) return true;
  return false;
}

// The same states as those of particles and, of two, as those of compartments: the likelier first.
ExperimentFit with_and_without_compartments(const FittedModel& fit) {
  if (fit.model.phenomenon != Phenomenon::multi_state && !fit.model.confined) return {fit};
  ExperimentFit fits{with_compartments(fit, {})};
  if (fit.model.particle_states() == 2)
    for (const std::size_t confined : {0U, 1U}) fits.push_back(with_compartments(fit, confined));
  sort_by_score(fits);
  return fits;
}

ExperimentModel first_guess(std::vector<StatePopulation> states, const LocalisationErrors& errors) {
  const std::size_t count = states.size();
  ExperimentModel model;
  model.errors = errors;
  model.states = std::move(states);
  model.phenomenon = count == 1 ? Phenomenon::single_state : Phenomenon::multi_state;
  model.dynamics.start.assign(count, 1.0 / static_cast<double>(count));
  model.dynamics.change.assign(count * count, 0.04 / static_cast<double>(count));
  for (std::size_t s = 0; s < count; ++s) model.dynamics.change[s * count + s] = 0;
  add_strays(model);
  return model;
}

// The states with one more: each of them in turn made two, of smaller and larger alpha or K.
std::vector<std::vector<StatePopulation>> with_one_more(const ExperimentModel& model) {
  const std::vector<StatePopulation> states(
      model.states.begin(), model.states.begin() + static_cast<std::ptrdiff_t>(model.particle_states()));
  std::vector<std::vector<StatePopulation>> all;
  for (std::size_t s = 0; s < states.size(); ++s)
    for (const bool by_alpha : {true, false}) {
      StatePopulation slow = states[s];
      StatePopulation fast = states[s];
      if (by_alpha) {
        const double shift = std::max(0.1, 0.8 * slow.alpha_sd);
        slow.alpha_mean = std::max(0.0, slow.alpha_mean - shift);
        fast.alpha_mean = std::min(1.999, fast.alpha_mean + shift);
        slow.alpha_sd = fast.alpha_sd = shift;
      } else {
        slow.k_mean *= 0.6;
        fast.k_mean *= 1.6;
        slow.k_sd = std::min(slow.k_sd, 0.5 * slow.k_mean);
        fast.k_sd = std::min(std::max(fast.k_sd, 0.3 * fast.k_mean), 0.5 * fast.k_mean);
      }
      std::vector<StatePopulation> more = states;
      more[s] = slow;
      more.insert(more.begin() + static_cast<std::ptrdiff_t>(s) + 1, fast);
      all.push_back(std::move(more));
    }
  return all;
}

// Models fitted to some of the trajectories.
ExperimentFit search_models(Fit& fit, const FitOptions& options) {
  const std::vector<SegmentEstimate> segments = fit.general_segments();
  ExperimentFit fits;
  for (std::size_t states = 1; states <= options.most_states; ++states) {
    std::vector<std::vector<StatePopulation>> guesses{cluster_segments(segments, states)};
    if (states > 1)
      for (std::vector<StatePopulation>& more : with_one_more(fits.back().model)) guesses.push_back(std::move(more));
    std::optional<FittedModel> best;
    for (std::vector<StatePopulation>& guess : guesses) {
      FittedModel one = fit.improve(first_guess(std::move(guess), fit.errors()), first_rounds, searched_every);
      if (!best || one.score() > best->score()) best = std::move(one);
    }
    fits.push_back(fit.improve(best->model, search_rounds - first_rounds, searched_every));
  }
  if (options.most_states > 1) {
    const FittedModel one_state = fits[0];  // copies: the list grows
    const FittedModel two_state = fits[1];
    fits.push_back(fit.traps(one_state, two_state));
    if (options.left_out != MethodPart::partners)
      if (std::optional<FittedModel> dimers = fit.dimerization(one_state, two_state))
        fits.push_back(std::move(*dimers));
  }
  ExperimentModel broad = fits[0].model;
  broad.states[0].broad = true;
  fits.push_back(fit.improve(broad, 1, searched_every));
  return fits;
}

}  // namespace

ExperimentFit fit_experiment(std::span<const FieldOfView> fovs, const FitOptions& options) {
  Fit fit(fovs, options);
  fit.estimate_noise();
  if (options.most_noise > 2 * options.least_noise) {
    ExperimentFit guesses = search_models(fit, options);
    sort_by_score(guesses);
    fit.refine_noise(guesses.front());
  }
  ExperimentFit searched;
  for (const FittedModel& model : search_models(fit, options))
    if (!has_states_alike(model.model)) searched.push_back(with_and_without_compartments(model).front());
  sort_by_score(searched);
  // What some trajectories could not decide, all of them do.
  constexpr double margin = 5;
  constexpr std::size_t most_contenders = 4;
  const FittedModel& leader = searched.front();
  ExperimentFit fits;
  std::size_t contenders = 0;
  double best = 0;  // ln evidence of the leader for all trajectories
  for (const FittedModel& model : searched) {
    const double ahead = model.log_evidence + model.log_start - leader.log_evidence - leader.log_start;
    if (ahead + margin > (model.penalty - leader.penalty) / searched_every && contenders < most_contenders) {
      const FittedModel fitted = fit.improve(model.model, model.model.states[0].broad ? 1 : options.rounds, 1);
      if (contenders++ == 0)
        best = fitted.log_evidence + fitted.log_start;
      else if (has_states_alike(fitted.model))
        continue;
      for (FittedModel& one : with_and_without_compartments(fitted)) fits.push_back(std::move(one));
    } else {  // judged by some trajectories
      fits.push_back(model);
      fits.back().log_evidence = best + searched_every * ahead;
      fits.back().log_start = 0;
    }
  }
  sort_by_score(fits);
  // Rare states are slow to settle.
  for (auto at = fits.begin(); at != fits.end(); ++at) {
    const FittedModel kept = fit.improve(at->model, options.rounds, 1);
    if (has_states_alike(kept.model) && at + 1 != fits.end()) continue;
    *at = with_and_without_compartments(kept).front();
    std::rotate(fits.begin(), at, at + 1);
    break;
  }
  return fits;
}

}  // namespace an::segmentation
