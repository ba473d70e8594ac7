// SPDX-License-Identifier: MIT
#include "app/report/report_analysis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <span>

#include "core/labels.hpp"

namespace an::app {

namespace {

constexpr double endless = std::numeric_limits<double>::infinity();

// Classes between edges, the last one without an end.
std::vector<DetectionClass> classes_of(std::span<const double> edges) {
  std::vector<DetectionClass> classes;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i)
    classes.push_back(
        {edges[i + 1] == endless ? fmt::format("≥ {:g}", edges[i]) : fmt::format("{:g}–{:g}", edges[i], edges[i + 1])});
  return classes;
}

void add(DetectionClass& to, const ReportedChangePoint& point) {
  ++to.count;
  if (point.frame_predicted < 0) return;
  ++to.found;
  const auto distance = static_cast<double>(point.frame_predicted - point.frame_true);
  to.sum_squares += distance * distance;
}

// Adds to the class whose edges hold the value; nothing where none does.
void add_by(double value, std::span<const double> edges, const ReportedChangePoint& point,
            std::vector<DetectionClass>& classes) {
  for (std::size_t i = 0; i + 1 < edges.size(); ++i)
    if (value >= edges[i] && value < edges[i + 1]) return add(classes[i], point);
}

bool rests(int state) { return state == static_cast<int>(DiffusiveState::immobile); }
bool is_rest_change(const ReportedChangePoint& p) { return rests(p.state_before) || rests(p.state_after); }

constexpr std::array<double, 10> probability_edges{0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 1.0000001};

std::vector<report::ReliabilityBin> empty_bins() {
  return std::vector<report::ReliabilityBin>(probability_edges.size() - 1);
}

// Sums the probabilities until all are there.
void add_case(double probability, bool is_so, std::vector<report::ReliabilityBin>& bins) {
  for (std::size_t i = 0; i < bins.size(); ++i) {
    if (!(probability >= probability_edges[i] && probability < probability_edges[i + 1])) continue;
    bins[i].probability += probability;
    ++bins[i].count;
    bins[i].found += is_so ? 1 : 0;
  }
}

void finish(std::vector<report::ReliabilityBin>& bins) {
  for (report::ReliabilityBin& bin : bins)
    if (bin.count > 0) bin.probability = std::min(1.0, bin.probability / static_cast<double>(bin.count));
}

}  // namespace

std::vector<DetectionClass> detection_by_k(const ReportedRows& rows) {
  constexpr std::array<double, 8> edges{1, 1.5, 2, 3, 5, 10, 30, endless};
  std::vector<DetectionClass> classes = classes_of(edges);
  DetectionClass rest{"rest"};
  for (const ReportedChangePoint& p : rows.change_points) {
    if (p.frame_true < 0) continue;
    if (is_rest_change(p)) {
      add(rest, p);
      continue;
    }
    const double low = std::min(p.k_before, p.k_after);
    const double high = std::max(p.k_before, p.k_after);
    add_by(low > 0 ? high / low : std::numeric_limits<double>::max(), edges, p, classes);
  }
  classes.push_back(std::move(rest));
  return classes;
}

std::vector<DetectionClass> detection_by_alpha(const ReportedRows& rows) {
  constexpr std::array<double, 7> edges{0, 0.05, 0.1, 0.25, 0.5, 1, endless};
  std::vector<DetectionClass> classes = classes_of(edges);
  for (const ReportedChangePoint& p : rows.change_points)
    if (p.frame_true >= 0 && !is_rest_change(p)) add_by(std::fabs(p.alpha_after - p.alpha_before), edges, p, classes);
  return classes;
}

std::vector<DetectionClass> detection_by_length(const ReportedRows& rows) {
  constexpr std::array<double, 7> edges{1, 5, 10, 20, 40, 80, endless};
  std::vector<DetectionClass> classes = classes_of(edges);
  for (const ReportedChangePoint& p : rows.change_points)
    if (p.frame_true >= 0) add_by(static_cast<double>(std::min(p.length_before, p.length_after)), edges, p, classes);
  return classes;
}

Calibration calibrate(const ReportedRows& rows, const std::map<TrajectoryName, std::vector<SegmentDetails>>& details) {
  constexpr std::int64_t near_enough = 3;  // frames, as the probability of a change point is meant
  Calibration out{{}, empty_bins(), empty_bins()};
  for (const ReportedPair& pair : rows.pairs) {
    const auto found = details.find(pair.trajectory);
    if (found == details.end() || static_cast<std::size_t>(pair.segment_predicted) >= found->second.size()) continue;
    const SegmentDetails& segment = found->second[static_cast<std::size_t>(pair.segment_predicted)];
    Coverage& coverage = out.coverage[std::get<0>(pair.trajectory)];
    ++coverage.segments;
    if (segment.alpha_low <= pair.alpha_true && pair.alpha_true <= segment.alpha_high) ++coverage.alpha_held;
    if (segment.k_low <= pair.k_true && pair.k_true <= segment.k_high) ++coverage.k_held;
    add_case(segment.state_probability, pair.state_true == pair.state_predicted, out.state);
  }
  for (const ReportedChangePoint& point : rows.change_points) {
    const auto found = details.find(point.trajectory);
    if (found == details.end() || point.frame_predicted < 0) continue;
    const auto segment = std::find_if(found->second.begin(), found->second.end(),
                                      [&](const SegmentDetails& s) { return s.begin == point.frame_predicted; });
    if (segment == found->second.end()) continue;
    const bool is_right = point.frame_true >= 0 && std::abs(point.frame_true - point.frame_predicted) <= near_enough;
    add_case(segment->change_probability, is_right, out.change_point);
  }
  finish(out.state);
  finish(out.change_point);
  return out;
}

double calibration_error(const std::vector<report::ReliabilityBin>& bins) {
  double difference = 0;
  double cases = 0;
  for (const report::ReliabilityBin& bin : bins) {
    difference += std::fabs(bin.probability * static_cast<double>(bin.count) - static_cast<double>(bin.found));
    cases += static_cast<double>(bin.count);
  }
  return cases > 0 ? difference / cases : std::nan("");
}

}  // namespace an::app
