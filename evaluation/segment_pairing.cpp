// SPDX-License-Identifier: MIT
#include "evaluation/segment_pairing.hpp"

#include <algorithm>
#include <limits>

namespace an::evaluation {

namespace {

// Python's slice(begin, end) of a sequence of `length`.
FrameRange python_slice(std::int64_t begin, std::int64_t end, std::int64_t length) {
  const auto bound = [length](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + length : i, 0, length); };
  return {bound(begin), bound(end)};
}

// Segments of the paper's convention: a change point is the first frame of the later segment.
void paper_segments(std::span<const std::int64_t> cps, std::int64_t length, std::vector<FrameRange>& segments) {
  segments.clear();
  std::int64_t begin = 0;
  for (const std::int64_t cp : cps) {
    segments.push_back({begin, std::min(cp, length)});
    begin = std::max<std::int64_t>(cp, 0);
  }
  segments.push_back({begin, length});
}

}  // namespace

std::int64_t truncated(double value) {
  constexpr double limit = 9223372036854775808.0;  // 2^63
  if (!(value > -limit && value < limit)) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(value);
}

void official_segments(std::span<const std::int64_t> cps, std::int64_t length, std::vector<FrameRange>& segments) {
  segments.clear();
  std::int64_t previous = 0;
  for (const std::int64_t cp : cps) {
    segments.push_back(python_slice(previous + 1, cp + 1, length));
    previous = cp;
  }
  segments.push_back(python_slice(previous + 1, length, length));
  // Frame 0 is added to the first set, which starts at 1 (or is empty, or holds frame 0 already when there is no change
  // point).
  FrameRange& first = segments.front();
  first = {0, first.length() > 0 ? first.end : 1};
}

double jaccard(const FrameRange& a, const FrameRange& b) {
  const std::int64_t both = FrameRange{std::max(a.begin, b.begin), std::min(a.end, b.end)}.length();
  const std::int64_t either = a.length() + (b.length() - both);
  return either == 0 ? 0.0 : static_cast<double>(both) / static_cast<double>(either);
}

void SegmentPairing::make_segments(std::span<const std::int64_t> list, std::vector<FrameRange>& segments) const {
  const std::int64_t length = list.back();
  if (rules_ == Rules::paper) return paper_segments(list.first(list.size() - 1), length, segments);
  // A list of the length alone is taken as one change point at the end, which makes a second, empty segment.
  official_segments(list.size() > 1 ? list.first(list.size() - 1) : list, length, segments);
}

std::span<const AssignedPair> SegmentPairing::assign(std::span<const std::int64_t> truth,
                                                     std::span<const std::int64_t> prediction) {
  make_segments(truth, truth_segments_);
  make_segments(prediction, prediction_segments_);
  costs_.clear();
  for (const FrameRange& g : truth_segments_)
    for (const FrameRange& p : prediction_segments_) costs_.push_back(1 - jaccard(g, p));
  return solver_.solve(costs_, truth_segments_.size(), prediction_segments_.size());
}

std::span<const AssignedPair> SegmentPairing::pair(std::span<const std::int64_t> truth,
                                                   std::span<const std::int64_t> prediction) {
  const bool single_truth = truth.size() == 1;
  const bool single_prediction = prediction.size() == 1;
  pairs_.clear();
  const std::span<const AssignedPair> matches = assign(truth, prediction);
  if (rules_ == Rules::paper || (!single_truth && !single_prediction)) return matches;
  if (single_truth && single_prediction) {
    pairs_.push_back({0, 0});
  } else if (single_truth) {
    pairs_.push_back({0, matches[0].column});
  } else {
    // The official scorer takes the position in the assignment's list for the true segment's number.
    const auto first =
        std::find_if(matches.begin(), matches.end(), [](const AssignedPair& m) { return m.column == 0; });
    pairs_.push_back({static_cast<std::size_t>(first - matches.begin()), 0});
  }
  return pairs_;
}

}  // namespace an::evaluation
