// SPDX-License-Identifier: MIT
#include "segmentation/experiment_fit.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "core/bounds.hpp"
#include "segmentation/model_guesses.hpp"
#include "segmentation/state_fit.hpp"
#include "segmentation/state_order.hpp"

namespace an::segmentation {

namespace {

constexpr std::size_t most_states = 3;
constexpr std::size_t first_rounds = 3;   // of expectation and maximisation, to tell guesses apart
constexpr std::size_t search_rounds = 6;  // to tell models apart
constexpr std::size_t last_rounds = 6;    // on all trajectories, for models that may be the best
constexpr double nearly = 100;            // of ln evidence: nearly as likely

// Whether tracks and errors are known well enough to trust small differences of the evidence.
bool is_sure(const ExperimentModel& model) { return !model.errors.unsure && model.errors.strays == 0; }

// Fits a model as well as one already known deserves: to the end only if it may come near to it.
FittedModel compete(StateFit& fit, const ExperimentModel& start, double known) {
  constexpr double hopeless = 300;  // of ln evidence
  const FittedModel first = fit.improve(start, first_rounds, fit.searched_every());
  if (first.log_evidence < known - hopeless) return first;
  return fit.improve(first.model, search_rounds - first_rounds + 1, fit.searched_every());
}

// The better one of a state that does not move and, as the other, the faster of two states or the only one.
FittedModel fit_traps(StateFit& fit, const FittedModel& one_state, const FittedModel& two_state) {
  ExperimentModel start = two_state.model;
  start.phenomenon = Phenomenon::immobile_traps;
  start.states[0] = {0, 0, 0, start.errors.excess, true};
  FittedModel best = compete(fit, start, two_state.log_evidence);
  start.states[1] = one_state.model.states[0];
  set_rare_first_state(start);
  FittedModel other = compete(fit, start, two_state.log_evidence);
  if (other.score() > best.score()) best = other;
  if (best.model.has_strays()) return best;
  start = best.model;
  add_hops(start);
  other = fit.improve(start, first_rounds, fit.searched_every());
  return other.score() > best.score() ? other : best;
}

// Two states of which the slower one hardly moves, where traps are likelier than the two found.
std::optional<FittedModel> fit_hardly_moving(StateFit& fit, const FittedModel& two_state, const FittedModel& traps) {
  if (!is_sure(traps.model) || traps.log_evidence < two_state.log_evidence) return {};
  const double k = 0.05 * traps.model.errors.noise * traps.model.errors.noise;
  const ExperimentModel start = first_guess({{0.7, 0.5, k, k}, traps.model.states[1]}, fit.errors());
  return compete(fit, start, traps.log_evidence);
}

// A model in which one state is that of bound pairs, where neighbours speak for it.
std::optional<FittedModel> fit_dimers(StateFit& fit, const FittedModel& one_state, const FittedModel& two_state) {
  if (!fit.has_neighbours()) return {};
  std::optional<FittedModel> best;
  for (std::size_t dimer = 0; dimer < 3; ++dimer) {
    ExperimentModel start = two_state.model;
    if (dimer == 2) {  // bound pairs move as free particles do
      start.states[0] = start.states[1] = one_state.model.states[0];
      start.states[0].alpha_sd = std::max(0.3, start.states[0].alpha_sd);
      start.states[0].k_sd = std::max(0.5 * start.states[0].k_mean, start.states[0].k_sd);
      set_rare_first_state(start);
    }
    start.phenomenon = Phenomenon::dimerization;
    start.dimer = dimer % 2;
    start.dimer_range = widest_dimer;
    const FittedModel fitted = compete(fit, start, two_state.log_evidence);
    if (!best || fitted.score() > best->score()) best = fitted;
  }
  return best;
}

// Tracks of several particles must not decide between models of one. Where particles bind, all too many tracks are
// such.
FittedModel without_others(FittedModel fit) {
  if (!fit.model.dimer) fit.log_evidence += fit.gain_of_others;
  return fit;
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

// Bhattacharyya's coefficient of two populations, from their moments: 1 where they are the same.
double overlap(const StatePopulation& a, const StatePopulation& b) {
  const auto distance = [](const Moments& one, const Moments& other) {
    const double variance = one.variance + other.variance;
    return 0.25 * (one.mean - other.mean) * (one.mean - other.mean) / variance +
           0.5 * std::log(variance / (2 * std::sqrt(one.variance * other.variance)));
  };
  const auto alpha = [](const StatePopulation& p) { return cut_moments(p.alpha_mean, p.alpha_sd, alpha_bounds); };
  const auto k = [](const StatePopulation& p) { return cut_moments(p.k_mean, p.k_sd, k_bounds); };
  return std::exp(-distance(alpha(a), alpha(b)) - distance(k(a), k(b)));
}

// Whether particles are known to change their state: kinds of particles, which never do, are less likely.
bool has_changes(StateFit& fit, const FittedModel& fitted, std::size_t every) {
  constexpr double hardly = 1e-3;  // of the probabilities
  constexpr double much = 20;      // of ln evidence
  ExperimentModel never = fitted.model;
  for (double& change : never.dynamics.change) change *= hardly;
  return fit.improve(never, 1, every).log_evidence < fitted.log_evidence - much;
}

// Two states alike are one whose particles or dwell times are not as modelled, unless something else tells them apart,
// and states that no particle ever leaves are kinds of particles: one state whose population is not as modelled.
// \param every as the model was fitted
bool has_needless_states(StateFit& fit, const FittedModel& fitted, std::size_t every) {
  constexpr double largest_overlap = 0.45;
  constexpr double ever = 1.0 / 250;  // probability a displacement
  const ExperimentModel& model = fitted.model;
  if (model.phenomenon != Phenomenon::multi_state && model.phenomenon != Phenomenon::confinement) return false;
  double most_left = 0;
  for (std::size_t s = 0; s < model.particle_states(); ++s) {
    double leaves = 0;  // for another state of particles
    for (std::size_t next = 0; next < model.particle_states(); ++next)
      if (next != s) leaves += model.dynamics.change_of(s, next);
    most_left = std::max(most_left, leaves);
  }
  if ((!is_sure(model) || model.particle_states() > 2) && !(most_left > ever) && !has_changes(fit, fitted, every))
    return true;
  for (std::size_t a = 0; a < model.particle_states(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (overlap(model.states[a], model.states[b]) > largest_overlap) return true;
  return false;
}

// The same states as those of particles and, of two, as those of compartments: the likelier first.
ExperimentFit with_and_without_compartments(const FittedModel& fit) {
  constexpr double many = 0.1;  // of segments
  if (fit.model.phenomenon != Phenomenon::multi_state && !fit.model.confined) return {fit};
  ExperimentFit fits{with_compartments(fit, {})};
  if (fit.model.particle_states() == 2)
    for (const std::size_t confined : {0U, 1U})
      if (fit.wide[confined] < many) fits.push_back(with_compartments(fit, confined));
  sort_by_score(fits);
  return fits;
}

// Models fitted to some of the trajectories.
ExperimentFit search_models(StateFit& fit, const FitOptions& options) {
  const std::vector<SegmentEstimate> segments = fit.general_segments();
  ExperimentFit fits;
  for (std::size_t states = 1; states <= most_states; ++states) {
    std::vector<ExperimentModel> guesses{first_guess(cluster_segments(segments, states), fit.errors())};
    if (states > 1)
      for (std::vector<StatePopulation>& more : with_one_more(fits.back().model))
        guesses.push_back(first_guess(std::move(more), fit.errors()));
    if (states == 2)
      for (ExperimentModel& rare : with_rare_state(fits.back().model)) guesses.push_back(std::move(rare));
    std::optional<FittedModel> best;
    for (const ExperimentModel& guess : guesses) {
      FittedModel one = fit.improve(guess, first_rounds, fit.searched_every());
      if (!best || one.score() > best->score()) best = std::move(one);
    }
    fits.push_back(fit.improve(best->model, search_rounds - first_rounds, fit.searched_every()));
  }
  const FittedModel one_state = fits[0];  // copies: the list grows
  const FittedModel two_state = fits[1];
  fits.push_back(fit_traps(fit, one_state, two_state));
  if (std::optional<FittedModel> slow = fit_hardly_moving(fit, two_state, fits.back()))
    fits.push_back(std::move(*slow));
  if (options.left_out != MethodPart::partners)
    if (std::optional<FittedModel> dimers = fit_dimers(fit, one_state, two_state)) fits.push_back(std::move(*dimers));
  ExperimentModel broad = fits[0].model;
  broad.states[0].broad = true;
  fits.push_back(fit.improve(broad, 1, fit.searched_every()));
  return fits;
}

// Goes on with a fit while it gains.
FittedModel to_its_end(StateFit& fit, FittedModel best) {
  constexpr std::size_t rounds = 4;
  constexpr int most = 6;
  constexpr double hardly = 5;  // of ln evidence
  for (int i = 0; i < most; ++i) {
    FittedModel next = fit.improve(best.model, rounds, 1);
    const double gain = next.log_evidence - best.log_evidence;
    if (gain > 0) best = std::move(next);
    if (gain < hardly) break;
  }
  return best;
}

// Of motion slower than the noise little is told but K tau^alpha at some lag tau: maximisation creeps along the valley
// of its equals. Looks all along it, and goes to the mean of what is about as likely.
FittedModel along_valleys(StateFit& fit, FittedModel best) {
  constexpr double slow = 0.3;       // K in units of the noise's variance
  constexpr double uncertainty = 2;  // of ln evidence
  constexpr double least_k = 1e-6;   // px²
  for (std::size_t s = 0; s < best.model.particle_states(); ++s) {
    const StatePopulation known = best.model.states[s];
    if (known.is_fixed() || known.k_mean > slow * best.model.errors.noise * best.model.errors.noise) continue;
    const double lag = std::clamp(0.5 / best.model.dynamics.ends(s), 5.0, 60.0);  // half of the usual segment
    FittedModel likeliest = best;
    std::vector<FittedModel> equals{best};
    for (const double alpha : {0.1, 0.4, 0.7, 1.0, 1.3, 1.6, 1.9}) {
      if (std::abs(alpha - known.alpha_mean) < 0.15) continue;
      ExperimentModel model = best.model;
      StatePopulation& state = model.states[s];
      state.alpha_mean = alpha;
      state.alpha_sd = std::max(0.1, known.alpha_sd);
      state.k_mean = known.k_mean * std::pow(lag, known.alpha_mean - alpha);
      state.k_sd = 0.3 * state.k_mean;
      equals.push_back(fit.improve(model, 2, 1));
      if (equals.back().log_evidence > likeliest.log_evidence) likeliest = equals.back();
    }
    double total = 0;
    double alpha = 0;
    double log_k = 0;
    for (const FittedModel& one : equals) {
      const double weight = std::exp((one.log_evidence - likeliest.log_evidence) / uncertainty);
      total += weight;
      alpha += weight * one.model.states[s].alpha_mean;
      log_k += weight * std::log(std::max(least_k, one.model.states[s].k_mean));
    }
    ExperimentModel middle = likeliest.model;
    StatePopulation& state = middle.states[s];
    state.alpha_mean = alpha / total;
    state.k_mean = std::exp(log_k / total);
    state.k_sd = std::min(state.k_sd, 0.5 * state.k_mean);
    best = fit.improve(middle, 3, 1);
    if (best.log_evidence < likeliest.log_evidence - 2 * uncertainty) best = likeliest;
  }
  return best;
}

// Calls a state that moves less than can be seen, for long, one of rest, unless evidence is against it.
void call_rest_so(StateFit& fit, FittedModel& best) {
  constexpr double unseen = 0.01;  // K in units of the noise's variance
  constexpr std::size_t rounds = 3;
  const double noise = best.model.errors.noise;
  if (best.model.phenomenon != Phenomenon::single_state && best.model.phenomenon != Phenomenon::multi_state) return;
  for (std::size_t s = 0; s < best.model.particle_states(); ++s) {
    const StatePopulation& state = best.model.states[s];
    const bool is_seen = state.k_mean > unseen * noise * noise || best.model.dynamics.ends(s) > seldom;
    if (state.is_fixed() || is_seen) continue;
    ExperimentModel model = best.model;
    model.states[s] = {0, 0, 0, model.errors.excess, true};
    const FittedModel at_rest = without_others(fit.improve(model, rounds, 1));
    if (at_rest.score() > best.score()) best = at_rest;
  }
}

// Rare states are slow to settle.
FittedModel fit_to_settle(StateFit& fit, const ExperimentModel& model) {
  return without_others(fit.improve(model, last_rounds - 2, 1));
}

// The first that are not the same as fits[i] with or without compartments.
std::size_t next_other(const ExperimentFit& fits, std::size_t i) {
  std::size_t next = i + 1;
  while (next < fits.size() && fits[next].log_evidence == fits[i].log_evidence) ++next;
  return next;
}

// Once a leader has fallen, what was judged beside it is fitted on its own.
void refit_rivals(StateFit& fit, ExperimentFit& fits, std::size_t leader, FittedModel fallen) {
  ExperimentFit refitted(fits.begin(), fits.begin() + static_cast<std::ptrdiff_t>(leader));
  const std::size_t first = next_other(fits, leader);
  for (std::size_t i = first; i < fits.size(); i = next_other(fits, i)) {
    if (fits[i].score() > fits[first].score() - nearly)
      refitted.push_back(with_and_without_compartments(fit_to_settle(fit, fits[i].model)).front());
    else
      refitted.push_back(fits[i]);
  }
  refitted.push_back(std::move(fallen));
  sort_by_score(refitted);
  fits = std::move(refitted);
}

// Fits the likeliest model to the end, and puts it first: or, where what it is compared with speaks against it, one
// that is nearly as likely and agrees. \param fits the likeliest first \param falls leaders that may fall
void settle(StateFit& fit, ExperimentFit& fits, const FitOptions& options, int falls = 2) {
  const auto put_first = [&](std::size_t place, const FittedModel& model) {
    const auto at = fits.begin() + static_cast<std::ptrdiff_t>(place);
    *at = model;
    std::rotate(fits.begin(), at, at + 1);
  };
  std::optional<FittedModel> likeliest;
  std::size_t its_place = 0;
  Agreement its_agreement;
  for (std::size_t i = 0; i < fits.size(); i = next_other(fits, i)) {
    if (likeliest && fits[i].score() < likeliest->score() - nearly) break;
    const FittedModel kept = fit_to_settle(fit, fits[i].model);
    if (has_needless_states(fit, kept, 1) && i + 1 < fits.size()) continue;
    const ExperimentFit variants = with_and_without_compartments(kept);
    const std::size_t next = next_other(fits, i);
    if (!likeliest && falls > 0 && next < fits.size() && variants.front().score() < fits[next].score() - uncertainty) {
      refit_rivals(fit, fits, i, variants.front());
      return settle(fit, fits, options, falls - 1);
    }
    for (const FittedModel& variant : variants) {
      if (!options.agreement_with) return put_first(i, variant);
      const Agreement agreement = options.agreement_with(variant.model);
      if (likeliest ? agreement.settles(its_agreement) : !agreement.model_is_doubtful()) return put_first(i, variant);
      if (likeliest) continue;
      likeliest = variant;
      its_place = i;
      its_agreement = agreement;
    }
  }
  if (likeliest) put_first(its_place, *likeliest);
}

}  // namespace

ExperimentFit fit_experiment(std::span<const FieldOfView> fovs, const FitOptions& options) {
  StateFit fit(fovs, options);
  fit.estimate_noise();
  if (options.most_noise > 2 * options.least_noise) {
    ExperimentFit guesses = search_models(fit, options);
    sort_by_score(guesses);
    fit.refine_noise(guesses.front());
  }
  ExperimentFit searched;
  for (const FittedModel& model : search_models(fit, options))
    if (!has_needless_states(fit, model, fit.searched_every()))
      searched.push_back(with_and_without_compartments(without_others(model)).front());
  sort_by_score(searched);
  // What some trajectories could not decide, all of them do.
  const auto as_many = static_cast<double>(fit.searched_every());
  constexpr double margin = 5;
  constexpr std::size_t most_contenders = 4;
  const FittedModel& leader = searched.front();
  ExperimentFit fits;
  std::size_t contenders = 0;
  double best = 0;  // ln evidence of the leader for all trajectories
  for (const FittedModel& model : searched) {
    const double ahead = model.log_evidence + model.log_start - leader.log_evidence - leader.log_start;
    // Its lead may grow with the trajectories, or be that of a model that fits a few too well.
    const bool may_win =
        ahead + margin > (model.penalty - leader.penalty) / as_many || model.score() + margin > leader.score();
    if (may_win && contenders < most_contenders) {
      const bool broad = model.model.states[0].broad;
      FittedModel fitted = without_others(fit.improve(model.model, broad ? 1 : last_rounds, 1));
      if (!broad && !fitted.model.dimer && is_sure(fitted.model))
        fitted = along_valleys(fit, to_its_end(fit, std::move(fitted)));
      if (contenders++ == 0)
        best = fitted.log_evidence + fitted.log_start;
      else if (has_needless_states(fit, fitted, 1))
        continue;
      for (FittedModel& one : with_and_without_compartments(fitted)) fits.push_back(std::move(one));
    } else {  // judged by some trajectories
      fits.push_back(model);
      fits.back().log_evidence = best + as_many * ahead;
      fits.back().log_start = 0;
    }
  }
  sort_by_score(fits);
  settle(fit, fits, options);
  call_rest_so(fit, fits.front());
  slowest_first(fits.front());
  call_strays_so(fits.front().model);
  fit.finish(fits.front().model);
  fits.front().model.errors.unsure = false;  // the noise has been estimated: from here on the model is taken to know it
  return fits;
}

}  // namespace an::segmentation
