// SPDX-License-Identifier: MIT
#include "app/simulate/simulated_text.hpp"

#include <fmt/format.h>

#include <iterator>

#include "core/number_text.hpp"
#include "evaluation/ensemble_extraction.hpp"

namespace an::app {

using simulation::FieldOfView;
using simulation::FovTrajectory;
using simulation::ModelKind;
using simulation::Segment;

std::string trajectory_text(const FieldOfView& fov, bool labels, bool whole_indices) {
  const bool has_z = !fov.trajectories.empty() && !fov.trajectories.front().z.empty();
  std::string text = fmt::format("traj_idx,frame,x,y{}{}\n", has_z ? ",z" : "", labels ? ",alpha,D,state" : "");
  for (std::size_t index = 0; index < fov.trajectories.size(); ++index) {
    const FovTrajectory& trajectory = fov.trajectories[index];
    const std::string begin = fmt::format("{}{},", index, whole_indices ? "" : ".0");
    std::size_t next = 0;  // segment
    std::string end;
    for (std::size_t t = 0; t < trajectory.size(); ++t) {
      if (labels && next < trajectory.segments.size() && trajectory.segments[next].begin == t) {
        const Segment& segment = trajectory.segments[next++];
        end = fmt::format(",{},{},{}.0", shortest_text(segment.alpha), shortest_text(segment.k),
                          static_cast<int>(segment.state));
      }
      text += begin;
      fmt::format_to(std::back_inserter(text), "{}.0,", trajectory.first_frame + t);
      append_shortest(text, trajectory.x[t]);
      text += ',';
      append_shortest(text, trajectory.y[t]);
      if (has_z) {
        text += ',';
        append_shortest(text, trajectory.z[t]);
      }
      text += end;
      text += '\n';
    }
  }
  return text;
}

std::string label_text(const FieldOfView& fov) {
  std::string text;
  for (std::size_t index = 0; index < fov.trajectories.size(); ++index) {
    const FovTrajectory& trajectory = fov.trajectories[index];
    text += fmt::format("{}", index);
    for (const Segment& segment : trajectory.segments) {
      if (segment.begin > 0) text += fmt::format(",{}", segment.begin);
      text += fmt::format(",{},{},{}.0", shortest_text(segment.k), shortest_text(segment.alpha),
                          static_cast<int>(segment.state));
    }
    text += fmt::format(",{}\n", trajectory.size());
  }
  return text;
}

EnsembleLabels ensemble_of(const simulation::ModelParameters& experiment, const FieldOfView& fov) {
  std::vector<evaluation::Moments> alpha, k;
  for (const simulation::StateParameters& state : experiment.states) {
    alpha.push_back({state.alpha.mean(), state.alpha.variance()});
    k.push_back({state.k.mean(), state.k.variance()});
  }
  constexpr int directed = static_cast<int>(DiffusiveState::directed);
  const bool by_state = experiment.model == ModelKind::immobile_traps || experiment.model == ModelKind::confinement;
  std::vector<double> numbers;
  std::vector<bool> visited(experiment.states.size());
  for (const int number : fov.numbers) {
    const bool as_free = by_state && number == directed && !experiment.quirks.directed_not_counted;
    numbers.push_back(as_free ? static_cast<int>(DiffusiveState::free) : number);
    if (experiment.model == ModelKind::multi_state) visited[static_cast<std::size_t>(number)] = true;
  }
  EnsembleLabels labels = evaluation::extract_ensemble(simulation::model_name(experiment.model), alpha, k, numbers);
  if (experiment.model == ModelKind::multi_state && !experiment.quirks.unvisited_counts_one)
    for (std::size_t state = 0; state < visited.size(); ++state)
      if (!visited[state]) labels.weight[state] = 0;
  return labels;
}

}  // namespace an::app
