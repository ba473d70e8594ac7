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
constexpr std::array<double, 8> k_edges{1, 1.5, 2, 3, 5, 10, 30, endless};
constexpr std::array<double, 7> alpha_edges{0, 0.05, 0.1, 0.25, 0.5, 1, endless};
constexpr std::array<double, 7> length_edges{1, 5, 10, 20, 40, 80, endless};

// Classes between edges, the last one without an end.
std::vector<DetectionClass> classes_of(std::span<const double> edges) {
  std::vector<DetectionClass> classes;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i)
    classes.push_back(
        {edges[i + 1] == endless ? fmt::format("≥ {:g}", edges[i]) : fmt::format("{:g}–{:g}", edges[i], edges[i + 1])});
  return classes;
}

void count(const ReportedChangePoint& point, DetectionClass& to) {
  ++to.count;
  if (point.frame_predicted < 0) return;
  ++to.found;
  const auto distance = static_cast<double>(point.frame_predicted - point.frame_true);
  to.sum_squares += distance * distance;
}

// In the class whose edges hold the value; nothing where none does.
void count_by(double value, std::span<const double> edges, const ReportedChangePoint& point,
              std::vector<DetectionClass>& classes) {
  for (std::size_t i = 0; i + 1 < edges.size(); ++i)
    if (value >= edges[i] && value < edges[i + 1]) return count(point, classes[i]);
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

Detection::Detection()
    : by_k_(classes_of(k_edges)), by_alpha_(classes_of(alpha_edges)), by_length_(classes_of(length_edges)) {
  by_k_.push_back({"rest"});
}

void Detection::add(const ReportedChangePoint& p) {
  if (p.frame_true < 0) return;
  count_by(static_cast<double>(std::min(p.length_before, p.length_after)), length_edges, p, by_length_);
  if (is_rest_change(p)) return count(p, by_k_.back());
  const double low = std::min(p.k_before, p.k_after);
  const double high = std::max(p.k_before, p.k_after);
  count_by(low > 0 ? high / low : std::numeric_limits<double>::max(), k_edges, p, by_k_);
  count_by(std::fabs(p.alpha_after - p.alpha_before), alpha_edges, p, by_alpha_);
}

Calibrator::Calibrator() : sums_{{}, empty_bins(), empty_bins()} {}

void Calibrator::add(const ReportedPair& pair, std::span<const SegmentDetails> details) {
  if (static_cast<std::size_t>(pair.segment_predicted) >= details.size()) return;
  const SegmentDetails& segment = details[static_cast<std::size_t>(pair.segment_predicted)];
  Coverage& coverage = sums_.coverage[std::get<0>(pair.trajectory)];
  ++coverage.segments;
  if (segment.alpha_low <= pair.alpha_true && pair.alpha_true <= segment.alpha_high) ++coverage.alpha_held;
  if (segment.k_low <= pair.k_true && pair.k_true <= segment.k_high) ++coverage.k_held;
  add_case(segment.state_probability, pair.state_true == pair.state_predicted, sums_.state);
}

void Calibrator::add(const ReportedChangePoint& point, std::span<const SegmentDetails> details) {
  constexpr std::int64_t near_enough = 3;  // frames, as the probability of a change point is meant
  if (point.frame_predicted < 0) return;
  const auto segment = std::find_if(details.begin(), details.end(),
                                    [&](const SegmentDetails& s) { return s.begin == point.frame_predicted; });
  if (segment == details.end()) return;
  const bool is_right = point.frame_true >= 0 && std::abs(point.frame_true - point.frame_predicted) <= near_enough;
  add_case(segment->change_probability, is_right, sums_.change_point);
}

Calibration Calibrator::result() const {
  Calibration out = sums_;
  finish(out.state);
  finish(out.change_point);
  return out;
}

RowAnalysis analyse_rows(const ReportedResult& result, int track) {
  RowAnalysis out;
  DetailsReader details(result.details, track);
  Calibrator calibrator;
  const auto is_state = [](int state) { return state >= 0 && state <= 3; };
  for_each_pair(result, track, [&](const ReportedPair& pair) {
    out.alpha.add(pair.alpha_true, pair.alpha_predicted);
    out.k.add(pair.k_true, pair.k_predicted);
    if (is_state(pair.state_true) && is_state(pair.state_predicted))
      ++out.states[static_cast<std::size_t>(pair.state_true)][static_cast<std::size_t>(pair.state_predicted)];
    calibrator.add(pair, details.of(pair.trajectory));
  });
  for_each_change_point(result, track, [&](const ReportedChangePoint& point) {
    out.detection.add(point);
    calibrator.add(point, details.of(point.trajectory));
  });
  out.errors = change_point_errors(result, track);
  out.calibration = calibrator.result();
  out.has_details = !details.empty();
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
