// SPDX-License-Identifier: MIT
#include "app/predict/prediction_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>

#include "app/items/json_file.hpp"
#include "app/report/drawn_trajectory.hpp"
#include "core/number_text.hpp"
#include "io/atomic_file.hpp"
#include "io/ensemble_file.hpp"
#include "io/label_file.hpp"
#include "report/json_text.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::Json;
using report::size_of;
using segmentation::ExperimentModel;
using segmentation::PopulationSums;
using segmentation::StatePopulation;

namespace {

Json optional_place(const std::optional<std::size_t>& place) { return place ? Json(*place) : Json(nullptr); }

Json model_json(const ExperimentModel& model) {
  Json states = Json::array();
  for (const StatePopulation& state : model.states)
    states.push_back({{"immobile", state.immobile},
                      {"broad", state.broad},
                      {"stray", state.stray},
                      {"alpha_mean", state.alpha_mean},
                      {"alpha_sd", state.alpha_sd},
                      {"k_mean", state.k_mean},
                      {"k_sd", state.k_sd}});
  return {{"phenomenon", segmentation::phenomenon_name(model.phenomenon)},
          {"phenomenon_code", static_cast<int>(model.phenomenon)},
          {"states", states},
          {"start", model.dynamics.start},
          {"change", model.dynamics.change},
          {"noise", model.errors.noise},
          {"overlapping_noise", model.errors.overlapping},
          {"difference_noise", model.errors.difference},
          {"log_missed", model.errors.log_missed},
          {"excess_variance", model.errors.excess},
          {"strays", model.errors.strays},
          {"dimer_state", optional_place(model.dimer)},
          {"dimer_range", model.dimer_range},
          {"binding_range", model.binding ? Json(model.binding->range) : Json(nullptr)},
          {"binding_probability", model.binding ? Json(model.binding->probability) : Json(nullptr)},
          {"confined_state", optional_place(model.confined)}};
}

DiffusiveState state_of(const Json& json) {
  const int state = report::index_of(json);
  if (state > 3) throw report::UnexpectedJson(fmt::format("there is no diffusive state {}", state));
  return static_cast<DiffusiveState>(state);
}

std::optional<std::size_t> place_in(const Json& json, std::size_t states) {
  if (json.is_null()) return {};
  const std::size_t place = size_of(json);
  if (place >= states) throw report::UnexpectedJson(fmt::format("there is no state {}", place));
  return place;
}

// A sum or probability of each of so many.
void take_numbers(const Json& json, std::size_t size, std::vector<double>& numbers) {
  json.get_to(numbers);
  if (numbers.size() != size)
    throw report::UnexpectedJson(fmt::format("{} numbers (expected {})", numbers.size(), size));
}

}  // namespace

void write_model(const fs::path& path, const segmentation::ExperimentFit& fit) {
  double greatest = fit.front().score();  // the first may be another, which agrees with the network
  for (const segmentation::FittedModel& other : fit) greatest = std::max(greatest, other.score());
  double total = 0;
  for (const segmentation::FittedModel& other : fit) total += std::exp(other.score() - greatest);
  Json weighed = Json::array();
  for (const segmentation::FittedModel& other : fit)
    weighed.push_back({{"phenomenon", segmentation::phenomenon_name(other.model.phenomenon)},
                       {"states", other.model.particle_states()},
                       {"log_evidence", other.log_evidence},
                       {"penalty", other.penalty},
                       {"log_start", other.log_start},
                       {"probability", std::exp(other.score() - greatest) / total}});
  io::write_file_atomically(path,
                            report::json_text(Json{{"model", model_json(fit.front().model)}, {"weighed", weighed}}));
}

ExperimentModel read_model(const fs::path& path) {
  return use_json(path, [](const Json& file) {
    const Json& json = file.at("model");
    ExperimentModel model;
    const std::int64_t code = report::count_of(json.at("phenomenon_code"));
    if (code > static_cast<std::int64_t>(segmentation::Phenomenon::confinement))
      throw report::UnexpectedJson(fmt::format("there is no phenomenon {}", code));
    model.phenomenon = static_cast<segmentation::Phenomenon>(code);
    for (const Json& state : json.at("states"))
      model.states.push_back({state.at("alpha_mean").get<double>(), state.at("alpha_sd").get<double>(),
                              state.at("k_mean").get<double>(), state.at("k_sd").get<double>(),
                              state.at("immobile").get<bool>(), state.at("broad").get<bool>(),
                              state.at("stray").get<bool>()});
    const std::size_t states = model.states.size();
    if (model.particle_states() == 0) throw report::UnexpectedJson("a model without states");
    take_numbers(json.at("start"), states, model.dynamics.start);
    take_numbers(json.at("change"), states * states, model.dynamics.change);
    json.at("noise").get_to(model.errors.noise);
    json.at("overlapping_noise").get_to(model.errors.overlapping);
    json.at("difference_noise").get_to(model.errors.difference);
    json.at("log_missed").get_to(model.errors.log_missed);
    json.at("excess_variance").get_to(model.errors.excess);
    json.at("strays").get_to(model.errors.strays);
    model.dimer = place_in(json.at("dimer_state"), states);
    json.at("dimer_range").get_to(model.dimer_range);
    if (!json.at("binding_range").is_null())
      model.binding = {json.at("binding_range").get<double>(), json.at("binding_probability").get<double>()};
    model.confined = place_in(json.at("confined_state"), states);
    return model;
  });
}

void write_segments(const fs::path& path, const segmentation::InferredFov& fov) {
  std::string text = fmt::format("{}\n", segments_header);
  for (const segmentation::InferredTrajectory& trajectory : fov.trajectories)
    for (std::size_t i = 0; i < trajectory.segments.size(); ++i) {
      const segmentation::InferredSegment& s = trajectory.segments[i];
      fmt::format_to(std::back_inserter(text), "{},{},{},{},{},{},{},{},{},{},{},{}\n", trajectory.index, s.begin,
                     trajectory.end(i), shortest_text(s.alpha.value), shortest_text(s.alpha.low),
                     shortest_text(s.alpha.high), shortest_text(s.k.value), shortest_text(s.k.low),
                     shortest_text(s.k.high), static_cast<int>(s.state), shortest_text(s.state_probability),
                     shortest_text(s.change_probability));
    }
  io::write_file_atomically(path, text);
}

void write_sums(const fs::path& path, const PopulationSums& sums) {
  io::write_file_atomically(path, report::json_text(Json{{"weight", sums.weight},
                                                         {"alpha", sums.alpha},
                                                         {"alpha2", sums.alpha2},
                                                         {"k", sums.k},
                                                         {"k2", sums.k2},
                                                         {"frames", sums.frames}}));
}

PopulationSums read_sums(const fs::path& path, std::size_t states) {
  return use_json(path, [states](const Json& json) {
    PopulationSums sums;
    take_numbers(json.at("weight"), states, sums.weight);
    take_numbers(json.at("alpha"), states, sums.alpha);
    take_numbers(json.at("alpha2"), states, sums.alpha2);
    take_numbers(json.at("k"), states, sums.k);
    take_numbers(json.at("k2"), states, sums.k2);
    take_numbers(json.at("frames"), states, sums.frames);
    return sums;
  });
}

void write_shares(const fs::path& path, const segmentation::BeliefShares& s) {
  io::write_file_atomically(path, report::json_text(Json{{"value", s.value},
                                                         {"state", s.state},
                                                         {"change", s.change},
                                                         {"model_is_doubtful", s.doubted},
                                                         {"walls_are_felt", s.walls}}));
}

segmentation::BeliefShares read_shares(const fs::path& path) {
  return use_json(path, [](const Json& json) {
    return segmentation::BeliefShares{json.at("value").get<double>(), json.at("state").get<double>(),
                                      json.at("change").get<double>(), json.at("model_is_doubtful").get<bool>(),
                                      json.at("walls_are_felt").get<bool>()};
  });
}

void write_segment_list(const fs::path& path, const segmentation::InferredFov& fov) {
  Json list = Json::array();
  for (const segmentation::InferredTrajectory& trajectory : fov.trajectories)
    for (std::size_t i = 0; i < trajectory.segments.size(); ++i) {
      const segmentation::InferredSegment& s = trajectory.segments[i];
      list.push_back({s.begin, trajectory.end(i), s.alpha.value, s.k.value, static_cast<int>(s.state)});
    }
  io::write_file_atomically(path, report::json_text(Json{{"segments", list}}));
}

void read_segment_list(const fs::path& path, std::vector<segmentation::ChainSegment>& segments) {
  use_json(path, [&](const Json& json) {
    for (const Json& s : json.at("segments"))
      segments.push_back(
          {size_of(s.at(0)), size_of(s.at(1)), s.at(2).get<double>(), s.at(3).get<double>(), state_of(s.at(4))});
    return 0;
  });
}

void write_clustered_ensemble(const fs::path& path, const std::vector<segmentation::ChainSegment>& segments,
                              const segmentation::Clusters& clusters, std::string_view model) {
  EnsembleLabels labels;
  for (const segmentation::ChainCluster& c : segmentation::describe_clusters(segments, clusters)) {
    labels.alpha_mean.push_back(c.alpha_mean);
    labels.alpha_variance.push_back(c.alpha_variance);
    labels.k_mean.push_back(c.k_mean);
    labels.k_variance.push_back(c.k_variance);
    labels.weight.push_back(c.share);
  }
  io::write_ensemble(path, labels, model);
}

std::vector<double> label_fields(const segmentation::InferredTrajectory& trajectory) {
  std::vector<double> fields{static_cast<double>(trajectory.index)};
  for (std::size_t i = 0; i < trajectory.segments.size(); ++i) {
    const segmentation::InferredSegment& s = trajectory.segments[i];
    fields.insert(fields.end(),
                  {s.k.value, s.alpha.value, static_cast<double>(s.state), static_cast<double>(trajectory.end(i))});
  }
  return fields;
}

void write_submission(const fs::path& path, const segmentation::InferredFov& fov) {
  LabelTable table;
  for (const segmentation::InferredTrajectory& trajectory : fov.trajectories)
    table.append(label_fields(trajectory), table.size() + 1);
  io::write_labels(path, table);
}

void write_shown_fov(const fs::path& path, const PlannedFov& planned, int experiment, const TrackedFov& read,
                     const segmentation::InferredFov& inferred) {
  constexpr std::size_t most_positions = 200'000;  // more than a picture shows, and more than a browser likes
  Json trajectories = Json::array();
  std::size_t drawn = 0;
  for (std::size_t i = 0; i < inferred.trajectories.size(); ++i) {
    const segmentation::InferredTrajectory& trajectory = inferred.trajectories[i];
    const segmentation::Trajectory& positions = read.fov.trajectories[read.vips ? (*read.vips)[i] : i];
    drawn += positions.x.size();
    if (i > 0 && drawn > most_positions) break;
    Json segments = Json::array();
    for (std::size_t s = 0; s < trajectory.segments.size(); ++s)
      segments.push_back({trajectory.end(s), static_cast<int>(trajectory.segments[s].state)});
    trajectories.push_back({{"index", trajectory.index},
                            {"x", hundredths(positions.x)},
                            {"y", hundredths(positions.y)},
                            {"segments", segments}});
  }
  io::write_file_atomically(
      path, Json{{"experiment", experiment}, {"fov", planned.number}, {"trajectories", trajectories}}.dump() + "\n");
}

ShownFov read_shown_fov(const fs::path& path) {
  return use_json(path, [](const Json& json) {
    ShownFov shown{report::index_of(json.at("experiment")), size_of(json.at("fov")), {}};
    for (const Json& trajectory : json.at("trajectories"))
      shown.trajectories.push_back(drawn_trajectory(trajectory, "segments"));
    return shown;
  });
}

void write_inferred_ensemble(const fs::path& path, const ExperimentModel& model, const PopulationSums& sums) {
  const double frames = std::accumulate(sums.frames.begin(), sums.frames.end(), 0.0);
  EnsembleLabels labels;
  for (std::size_t s = 0; s < model.particle_states(); ++s) {
    const StatePopulation population =
        model.states[s].immobile ? StatePopulation{0, 0, 0, 0, true} : sums.population(s, model.states[s]);
    labels.alpha_mean.push_back(population.alpha_mean);
    labels.alpha_variance.push_back(population.alpha_sd * population.alpha_sd);
    labels.k_mean.push_back(population.k_mean);
    labels.k_variance.push_back(population.k_sd * population.k_sd);
    labels.weight.push_back(frames > 0 ? sums.frames[s] / frames : 1.0 / static_cast<double>(model.particle_states()));
  }
  io::write_ensemble(path, labels, segmentation::phenomenon_name(model.phenomenon));
}

}  // namespace an::app
