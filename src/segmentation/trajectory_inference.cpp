// SPDX-License-Identifier: MIT
#include "segmentation/trajectory_inference.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <optional>
#include <set>

#include "core/bounds.hpp"
#include "core/slice.hpp"
#include "segmentation/dimer_terms.hpp"
#include "segmentation/frame_beliefs.hpp"
#include "segmentation/path_labels.hpp"
#include "segmentation/segment_mixture.hpp"

namespace an::segmentation {

namespace {

// Tracked partners' spots overlap, and their errors last for frames: what these say together is less than their sum.
constexpr float share_of_spots_that_overlap = 0.5;
// Probability that a track goes on with another particle, for each spot within a step.
constexpr double exchanges = 0.1;
// Errors that a network's means over a segment usually have, of alpha and ln(1 + K).
constexpr double usual_alpha_error = 0.1, usual_log_k_error = 0.08;

// Spots a square pixel, in the mean over frames.
double crowding_of(const FieldOfView& fov) {
  std::set<std::int64_t> frames;
  double spots = 0;
  for (const Trajectory& trajectory : fov.trajectories)
    for (std::size_t t = 0; t < trajectory.x.size(); ++t) {
      if (!std::isfinite(trajectory.x[t]) || !std::isfinite(trajectory.y[t])) continue;
      frames.insert(trajectory.first_frame + static_cast<std::int64_t>(t));
      ++spots;
    }
  if (frames.empty()) return 0;
  const Extent seen = extent_of(fov);
  const double area = std::max(1.0, (seen.high_x - seen.low_x) * (seen.high_y - seen.low_y));
  return spots / static_cast<double>(frames.size()) / area;
}

// A trajectory or a piece of one, and what else is said of it.
struct Observed {
  Trajectory trajectory;
  std::optional<DimerTerms> terms;        // where the model has dimers
  std::vector<std::size_t> partner;       // the same: the nearest one at each displacement
  std::optional<FrameBeliefs> beliefs{};  // where there are any
};

Observed part_of(const Observed& whole, std::size_t begin, std::size_t end) {
  Observed part{part_of(whole.trajectory, begin, end), {}, {}, {}};
  if (whole.terms) {
    part.terms = part_of(*whole.terms, begin, end - 1);
    part.partner = slice(whole.partner, begin, end - 1);
  }
  if (whole.beliefs) part.beliefs = part_of(*whole.beliefs, begin, end);
  return part;
}

class Inference {
 public:
  Inference(const FieldOfView& fov, const ExperimentModel& model, const InferenceOptions& options)
      : fov_(fov), model_(model), options_(options), cells_(cells_of(model)), populations_(cells_.states()) {
    for (const StatePopulation& state : model.states) grids_.emplace_back(state, model.errors.noise);
    for (std::size_t s = 0; s < cells_.states(); ++s) {
      double mean = 0;
      for (const Cell& cell : grids_[s].cells()) mean += cell.share * cell.k;
      mean_k_.push_back(mean);
    }
    if (model.dimer) neighbourhood_.emplace(fov, model.dimer_range);
    if (model.errors.strays > 0) crowding_ = crowding_of(fov);
  }

  InferredTrajectory infer(std::size_t place);
  const PopulationSums& populations() const { return populations_; }

 private:
  Observed observed(std::size_t place) const;
  InferredTrajectory infer_in_pieces(const Observed& whole, Random& random);
  InferredTrajectory infer_piece(const Observed& piece, Random& random);
  InferredSegment describe(std::size_t begin, std::size_t end, const PathSamples& paths) const;
  std::vector<double> shares_of_cells(std::size_t s) const;
  InferredSegment widened(SegmentMixture mixture, double other_particle) const;
  void count(const PathSamples& paths);
  void count_meetings();
  InferredSegment usual_segment() const;
  void pool_changes(std::map<std::vector<int>, double>& possible, Random& random);
  void pool_segment(InferredSegment& segment, std::size_t end) const;

  const FieldOfView& fov_;
  const ExperimentModel& model_;
  const InferenceOptions& options_;
  std::optional<Neighbourhood> neighbourhood_;
  CellTable cells_;
  std::vector<PopulationGrid> grids_;  // of the same cells
  std::vector<double> mean_k_;         // [state]
  double crowding_ = 0;                // spots a square pixel, of tracked particles
  SegmentEvidence evidence_;
  PopulationSums populations_;
  PopulationSums counted_;                         // of the last piece
  double meetings_before_ = 0;                     // spots expected within the track's steps before the piece
  std::vector<std::vector<double>> frame_shares_;  // [state][frame]
  std::vector<double> change_;                     // [frame] probability of a change point
  std::vector<double> meetings_;                   // [frame] spots expected within the track's steps up to there
  const FrameBeliefs* beliefs_ = nullptr;          // of the piece at hand, where there are any
};

// alpha, K and state of frames [begin, end).
InferredSegment Inference::describe(std::size_t begin, std::size_t end, const PathSamples& paths) const {
  SegmentMixture mixture(model_);
  for (std::size_t s = 0; s < cells_.states(); ++s) {
    double share = 0;
    for (std::size_t t = begin; t < end; ++t) share += frame_shares_[s][t];
    share /= static_cast<double>(end - begin);
    if (!(share > 1e-3)) continue;
    const std::vector<double>& posterior = paths.cell_posterior(s);
    // Of hops alone there is none.
    mixture.add(s, grids_[s], posterior.empty() ? shares_of_cells(s) : posterior, share);
  }
  InferredSegment out = widened(std::move(mixture), 1 - std::exp(-exchanges * meetings_[begin + (end - begin) / 2]));
  out.begin = begin;
  return out;
}

std::vector<double> Inference::shares_of_cells(std::size_t s) const {
  std::vector<double> shares;
  for (const Cell& cell : grids_[s].cells()) shares.push_back(cell.share);
  return shares;
}

// The segment of a track that may have gone on with another particle, of which nothing else is known.
InferredSegment Inference::widened(SegmentMixture mixture, double other_particle) const {
  constexpr double most_odds = 9;
  InferredSegment segment = mixture.segment();
  if (!(other_particle > 0)) return segment;
  const double odds = std::min(most_odds, other_particle / (1 - other_particle));
  for (std::size_t s = 0; s < model_.particle_states(); ++s)
    mixture.add(s, grids_[s], shares_of_cells(s), odds * model_.dynamics.start[s]);
  mixture.widen(segment);
  return segment;
}

// In a step of mean square 4 K a frame another spot is met as often as crowding has it.
void Inference::count_meetings() {
  if (crowding_ == 0) return;
  double sum = meetings_before_;
  for (std::size_t t = 0; t < meetings_.size(); ++t) {
    for (std::size_t s = 0; s < model_.particle_states(); ++s)
      if (!model_.states[s].immobile) sum += crowding_ * std::numbers::pi * 4 * mean_k_[s] * frame_shares_[s][t];
    meetings_[t] = sum;
  }
}

// The particle, and frames in each state as the challenge's ensemble labels count them: with traps and compartments
// those of directed motion are left out.
void Inference::count(const PathSamples& paths) {
  counted_.add(paths, cells_);
  const bool without_directed =
      model_.phenomenon == Phenomenon::immobile_traps || model_.phenomenon == Phenomenon::confinement;
  for (std::size_t s = 0; s < cells_.states(); ++s) {
    double counted = 1;
    const std::vector<double>& posterior = paths.cell_posterior(s);
    if (without_directed && model_.confined != s)
      for (std::size_t c = 0; c < posterior.size(); ++c)
        if (cells_.cells(s)[c].alpha >= directed_from) counted -= posterior[c];
    counted_.frames[s] =
        std::max(0.0, counted) * std::accumulate(frame_shares_[s].begin(), frame_shares_[s].end(), 0.0);
  }
}

// What is said of a particle of which nothing is known: the experiment's commonest state.
InferredSegment Inference::usual_segment() const {
  const std::size_t commonest = model_.commonest_state();
  SegmentMixture mixture(model_);
  mixture.add(commonest, grids_[commonest], shares_of_cells(commonest), 1);
  InferredSegment segment = mixture.segment();
  segment.state_probability *= model_.dynamics.start[commonest];
  return segment;
}

// What the beliefs hold possible joins what the likelihood does (a linear opinion pool).
void Inference::pool_changes(std::map<std::vector<int>, double>& possible, Random& random) {
  const double share = options_.shares.change;
  if (share == 0) return;
  for (auto& [frames, probability] : possible) probability *= 1 - share;
  for (double& probability : change_) probability *= 1 - share;
  for (const PossibleChanges& one : possible_changes(beliefs_->change, options_.paths, shortest_segment, random)) {
    for (const int frame : one.frames) change_[static_cast<std::size_t>(frame)] += share * one.probability;
    possible[one.frames] += share * one.probability;
  }
}

// A segment's values, by their errors, between those of the likelihood and those of the beliefs; the likelihood's
// intervals are stretched to hold them.
void Inference::pool_segment(InferredSegment& segment, std::size_t end) const {
  const InferredSegment other = describe_frames(*beliefs_, segment.begin, end);
  const BeliefShares& shares = options_.shares;
  const bool walls =
      shares.walls && segment.state == DiffusiveState::confined && other.state == DiffusiveState::confined;
  const auto mix = [&](Estimate& mine, const Estimate& others, double others_error, bool logarithmic) {
    const auto scaled = [&](double v) { return logarithmic ? std::log1p(v) : v; };
    const double error = (scaled(mine.high) - scaled(mine.low)) / 3.29;  // of an interval of 90 %
    const double sure = shares.doubted ? 1 : error * error / (error * error + others_error * others_error);
    const double share = walls ? 1 : shares.value * sure;
    const double value = (1 - share) * scaled(mine.value) + share * scaled(others.value);
    mine.value = logarithmic ? std::expm1(value) : value;
    mine.low = std::min(mine.low, mine.value);
    mine.high = std::max(mine.high, mine.value);
  };
  if (shares.doubted || segment.state != DiffusiveState::immobile) {  // at rest alpha and K are 0 by definition
    mix(segment.alpha, other.alpha, usual_alpha_error, false);
    mix(segment.k, other.k, usual_log_k_error, true);
  }
  const double mine = (1 - shares.state) * segment.state_probability;
  const double others = shares.state * other.state_probability;
  if (segment.state == other.state) {
    segment.state_probability = mine + others;
  } else if (others > mine) {
    segment.state = other.state;
    segment.state_probability = others;
  } else {
    segment.state_probability = mine;
  }
}

InferredTrajectory Inference::infer(std::size_t place) {
  Random random(
      {options_.seed, options_.experiment, options_.fov, static_cast<std::uint32_t>(place), RandomStream::paths});
  const Observed whole = observed(place);
  meetings_before_ = 0;
  if (whole.trajectory.x.size() > longest_piece) return infer_in_pieces(whole, random);
  InferredTrajectory out = infer_piece(whole, random);
  populations_.add(counted_);
  return out;
}

Observed Inference::observed(std::size_t place) const {
  Observed out{fov_.trajectories[place], {}, {}, {}};
  if (model_.dimer && out.trajectory.x.size() > 1) {
    out.terms = dimer_terms(fov_, *neighbourhood_, place, model_);
    if (model_.errors.strays > 0) {
      for (float& term : out.terms->bound) term *= share_of_spots_that_overlap;
      for (std::vector<float>& terms : out.terms->since)
        for (float& term : terms) term *= share_of_spots_that_overlap;
    }
    out.partner = neighbourhood_->partners(place);
  }
  if (!options_.beliefs.empty()) out.beliefs = options_.beliefs[place];
  return out;
}

// A piece begins with a segment, found well before the end of the piece before it; or, where a segment is longer than
// that, within it. Such a segment is described by the piece in which most of its displacements are known. Stretches as
// long as a piece without any are left out: the segment before goes on.
InferredTrajectory Inference::infer_in_pieces(const Observed& whole, Random& random) {
  constexpr std::size_t well_before = longest_piece / 4;
  const std::size_t frames = whole.trajectory.x.size();
  InferredTrajectory out{whole.trajectory.index, frames, {}};
  const std::vector<std::uint8_t> known = displacements_of(whole.trajectory.x, whole.trajectory.y).known;
  const auto displacement = [&](std::size_t t) { return known.begin() + static_cast<std::ptrdiff_t>(t); };
  const auto all_known = static_cast<double>(std::max<std::ptrdiff_t>(1, std::count(known.begin(), known.end(), 1)));
  std::optional<std::size_t> described;  // known displacements by which the last segment is described, if it goes on
  double change = 1;                     // probability of that with which the piece begins
  for (std::size_t begin = 0;;) {
    if (described) {
      const auto next_known = std::find(displacement(begin), known.end(), 1);
      if (next_known == known.end()) return out;
      const auto next = static_cast<std::size_t>(next_known - known.begin());
      if (next + 1 >= begin + longest_piece) begin = next;
    }
    const std::size_t end = std::min(begin + longest_piece, frames);
    InferredTrajectory inferred = infer_piece(part_of(whole, begin, end), random);
    std::vector<InferredSegment>& segments = inferred.segments;
    std::size_t sure = segments.size();  // segments whose end is not that of the piece
    if (end < frames) {
      sure = 0;
      while (sure + 1 < segments.size() && segments[sure + 1].begin <= longest_piece - well_before) ++sure;
    }
    const auto told_by =
        static_cast<std::size_t>(std::count(displacement(begin), displacement(begin + inferred.end(0) - 1), 1));
    const std::size_t next = sure == 0                ? longest_piece / 2
                             : sure < segments.size() ? segments[sure].begin
                                                      : end - begin;
    // Each piece counts for what it tells alone.
    const auto alone = std::count(displacement(begin), displacement(std::min(begin + next, known.size())), 1);
    populations_.add(counted_, static_cast<double>(alone) / all_known,
                     static_cast<double>(next) / static_cast<double>(end - begin));
    meetings_before_ = meetings_[next - 1];
    segments[0].change_probability = change;
    if (sure > 0 && sure < segments.size()) change = segments[sure].change_probability;
    segments.resize(std::max<std::size_t>(1, sure));
    for (InferredSegment& segment : segments) segment.begin += begin;
    if (described) {
      segments[0].begin = out.segments.back().begin;
      if (told_by < *described) segments[0] = out.segments.back();
      out.segments.pop_back();
    }
    described = sure == 0 ? std::optional(std::max(described.value_or(0), told_by)) : std::nullopt;
    out.segments.insert(out.segments.end(), segments.begin(), segments.end());
    if (end == frames) return out;
    begin += next;
  }
}

InferredTrajectory Inference::infer_piece(const Observed& piece, Random& random) {
  const Trajectory& trajectory = piece.trajectory;
  const std::size_t frames = trajectory.x.size();
  counted_ = PopulationSums(cells_.states());
  if (frames < 2) return {trajectory.index, frames, {usual_segment()}};
  const Displacements displacements = displacements_of(trajectory.x, trajectory.y);
  const DimerPartners partners{model_.dimer, piece.partner};
  beliefs_ = piece.beliefs ? &*piece.beliefs : nullptr;
  if (piece.terms)
    compute_evidence(evidence_, displacements, cells_, *piece.terms);
  else
    evidence_.compute(displacements, cells_);
  const PathPosterior posterior(evidence_, model_.dynamics);
  const bool shared = options_.left_out != MethodPart::sharing;
  const PathSamples paths(evidence_, cells_, posterior, shared, partners, options_.paths, random);
  frame_shares_.assign(cells_.states(), std::vector<double>(frames));
  change_.assign(frames, 0);
  meetings_.assign(frames, 0);
  std::map<std::vector<int>, double> possible;
  for (std::size_t p = 0; p < paths.size(); ++p) {
    const double weight = paths.weights()[p];
    if (!(weight > 1e-6)) continue;
    const std::vector<std::uint32_t> states =
        frame_states(paths.path(p), frames, model_, options_.left_out != MethodPart::label_filter);
    std::vector<int> changes;
    for (std::size_t t = 0; t < frames; ++t) {
      frame_shares_[states[t]][t] += weight;
      if (t > 0 && states[t] != states[t - 1]) {
        changes.push_back(static_cast<int>(t));
        change_[t] += weight;
      }
    }
    possible[changes] += weight;
  }
  count(paths);
  count_meetings();
  if (beliefs_ != nullptr) pool_changes(possible, random);
  const std::vector<PossibleChanges> changes = likeliest_first(possible);
  const std::vector<int> chosen =
      options_.left_out == MethodPart::expected_score
          ? changes.front().frames
          : choose_change_points(changes, options_.choice, static_cast<int>(frames), shortest_segment);
  return segments_between(trajectory.index, chosen, change_, [&](std::size_t begin, std::size_t end) {
    InferredSegment segment = describe(begin, end, paths);
    if (beliefs_ != nullptr) pool_segment(segment, end);
    return segment;
  });
}

}  // namespace

std::vector<std::size_t> wanted_places(const std::optional<std::vector<std::size_t>>& wanted,
                                       std::size_t trajectories) {
  if (wanted) return *wanted;
  std::vector<std::size_t> all(trajectories);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

InferredFov infer_trajectories(const FieldOfView& fov, const ExperimentModel& model, const InferenceOptions& options) {
  Inference inference(fov, model, options);
  InferredFov out;
  for (const std::size_t i : wanted_places(options.wanted, fov.trajectories.size()))
    out.trajectories.push_back(inference.infer(i));
  out.populations = inference.populations();
  return out;
}

}  // namespace an::segmentation
