// SPDX-License-Identifier: MIT
#include "segmentation/path_labels.hpp"

#include <algorithm>

#include "core/label_filter.hpp"

namespace an::segmentation {

namespace {

// A path without its stray steps, whose states are the last ones: they go to the segment before them, or after; all of
// them to a usual state.
StatePath without_strays(const StatePath& path, std::uint32_t first_stray, std::uint32_t usual) {
  StatePath out;
  std::uint32_t begin = 0;
  for (const PathSegment& segment : path) {
    if (segment.state >= first_stray) {
      if (!out.empty()) out.back().end = begin = segment.end;
    } else if (!out.empty() && out.back().state == segment.state) {
      out.back().end = begin = segment.end;
    } else {
      out.push_back({begin, segment.end, segment.state});
      begin = segment.end;
    }
  }
  if (out.empty()) out.push_back({0, path.back().end, usual});
  return out;
}

// A path whose hops, the last state, are steps of the free state; the label filter leaves those that are too short out.
StatePath with_free_hops(StatePath path) {
  for (PathSegment& segment : path) segment.state = std::min(segment.state, 1U);
  return path;
}

}  // namespace

std::vector<std::uint32_t> frame_states(const StatePath& drawn, std::size_t frames, const ExperimentModel& model,
                                        bool smoothed) {
  const StatePath path = model.has_hops() ? with_free_hops(drawn)
                         : model.has_strays()
                             ? without_strays(drawn, static_cast<std::uint32_t>(model.particle_states()),
                                              static_cast<std::uint32_t>(model.commonest_state()))
                             : drawn;
  std::vector<std::uint32_t> states(frames);
  const std::size_t later = model.label_rules_step_before() ? 1 : 0;
  for (const PathSegment& segment : path)
    for (std::size_t t = segment.begin; t < segment.end; ++t) states[t + later] = segment.state;
  if (later > 0)
    states[0] = states[1];
  else
    states[frames - 1] = states[frames - 2];
  if (!smoothed) return states;
  std::vector<std::uint32_t> ranks;
  const auto seen = rank_by_appearance(
      states, [](std::uint32_t state) { return state; }, ranks);
  filter_ranks(ranks, LabelFilter{});
  for (std::size_t t = 0; t < frames; ++t) states[t] = seen[ranks[t]];
  return states;
}

}  // namespace an::segmentation
