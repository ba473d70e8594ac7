// SPDX-License-Identifier: MIT
#include "segmentation/change_point_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <queue>
#include <stdexcept>
#include <utility>

namespace an::segmentation {

namespace {

using Ends = std::vector<std::size_t>;  // of segments, the last of which is that of the series

bool is_minus_infinity(double value) { return value == -std::numeric_limits<double>::infinity(); }

// A segment is as long as the cost wants it; windows are that anyway.
SearchOptions with_shortest(const SearchOptions& given, const SegmentCost& cost) {
  SearchOptions options = given;
  if (options.algorithm != SearchAlgorithm::window) options.shortest = std::max(options.shortest, cost.shortest());
  return options;
}

// Frames from the first of a segment to the first place of the next change point.
std::size_t step_of(const SearchOptions& options) {
  return (options.shortest + options.jump - 1) / options.jump * options.jump;
}

// Whether `samples` frames hold so many change points at multiples of `jump`.
bool fits(std::size_t samples, std::size_t changes, const SearchOptions& options) {
  return changes <= samples / options.jump && changes * step_of(options) + options.shortest <= samples;
}

void insert(Ends& ends, std::size_t change) { ends.insert(std::lower_bound(ends.begin(), ends.end(), change), change); }

// Frames where the gain of a change between two windows is greater than at all others within `order`, round the end of
// the list; by rising gain.
std::vector<std::pair<double, std::size_t>> peaks_of(const std::vector<std::pair<double, std::size_t>>& gains,
                                                     std::size_t order) {
  std::vector<std::pair<double, std::size_t>> peaks;
  const std::size_t count = gains.size();
  for (std::size_t i = 0; i < count; ++i) {
    bool is_peak = true;
    for (std::size_t shift = 1; shift <= order && is_peak; ++shift)
      is_peak = gains[i].first > gains[(i + shift) % count].first &&
                gains[i].first > gains[(i + count - shift % count) % count].first;
    if (is_peak) peaks.push_back(gains[i]);
  }
  std::sort(peaks.begin(), peaks.end());
  return peaks;
}

Ends search_windows(const SegmentCost& cost, const SearchOptions& options, const SearchEnd& end) {
  const std::size_t half = options.width / 2;
  std::vector<std::pair<double, std::size_t>> gains;
  for (std::size_t k = (half + options.jump - 1) / options.jump * options.jump; k + half < cost.samples();
       k += options.jump) {
    double gain = cost(k - half, k + half);
    gain = is_minus_infinity(gain) ? 0 : gain - (cost(k - half, k) + cost(k, k + half));
    gains.emplace_back(gain, k);
  }
  const std::size_t order = std::max<std::size_t>(std::max(2 * half, 2 * options.shortest) / (2 * options.jump), 1);
  auto peaks = peaks_of(gains, order);
  Ends ends{cost.samples()};
  double left = cost.sum(ends);
  for (; !peaks.empty(); peaks.pop_back()) {
    Ends more = ends;
    insert(more, peaks.back().second);
    const bool goes_on = end.number    ? ends.size() <= *end.number
                         : end.penalty ? left - cost.sum(more) > *end.penalty
                                       : left > *end.residual;
    if (!goes_on) break;
    ends = std::move(more);
    left = cost.sum(ends);
  }
  return ends;
}

// Killick, Fearnhead, Eckley 2012, with segments of the shortest length and more.
Ends search_pelt(const SegmentCost& cost, const SearchOptions& options, double penalty) {
  const std::size_t samples = cost.samples();
  std::vector<double> best(samples + 1, std::numeric_limits<double>::quiet_NaN());  // cost of the frames before
  std::vector<std::size_t> from(samples + 1);
  best[0] = 0;
  std::vector<std::size_t> admissible;
  std::vector<double> costs;
  const auto visit = [&](std::size_t end) {
    admissible.push_back((end - options.shortest) / options.jump * options.jump);
    costs.clear();
    double least = std::numeric_limits<double>::infinity();
    for (const std::size_t begin : admissible) {
      if (std::isnan(best[begin])) continue;
      costs.push_back(best[begin] + (cost(begin, end) + penalty));
      if (costs.size() == 1 || costs.back() < least) {
        least = costs.back();
        from[end] = begin;
      }
    }
    best[end] = least;
    // ruptures pairs costs and begins in order, also where a begin had no cost.
    std::size_t kept = 0;
    for (std::size_t i = 0; i < costs.size(); ++i)
      if (costs[i] <= least + penalty) admissible[kept++] = admissible[i];
    admissible.resize(kept);
  };
  for (std::size_t end = 0; end < samples; end += options.jump)
    if (end >= options.shortest) visit(end);
  visit(samples);
  Ends ends;
  for (std::size_t end = samples; end > 0; end = from[end]) ends.push_back(end);
  std::reverse(ends.begin(), ends.end());
  return ends;
}

Ends search_binary(const SegmentCost& cost, const SearchOptions& options, const SearchEnd& end) {
  // The best change of a segment: its gain and place; no place where there is none.
  using Change = std::pair<double, std::optional<std::size_t>>;
  const auto best_change = [&](std::size_t begin, std::size_t stop) {
    Change best{0, {}};
    const double whole = cost(begin, stop);
    if (is_minus_infinity(whole)) return best;
    for (std::size_t k = begin; k + options.shortest <= stop; k += options.jump) {
      if (k < begin + options.shortest) continue;
      const double gain = whole - cost(begin, k) - cost(k, stop);
      if (!best.second || gain >= best.first) best = {gain, k};
    }
    return best;
  };
  Ends ends{cost.samples()};
  std::map<std::size_t, Change> changes{{0, best_change(0, cost.samples())}};  // by begin of the segment
  for (;;) {
    auto chosen = changes.begin();
    for (auto at = changes.begin(); at != changes.end(); ++at)
      if (at->second.first > chosen->second.first) chosen = at;
    const auto [gain, place] = chosen->second;
    if (!place) break;
    const bool goes_on = end.number    ? ends.size() <= *end.number
                         : end.penalty ? gain > *end.penalty
                                       : cost.sum(ends) > *end.residual;
    if (!goes_on) break;
    const std::size_t begin = chosen->first;
    const std::size_t stop = *std::upper_bound(ends.begin(), ends.end(), begin);
    insert(ends, *place);
    changes[begin] = best_change(begin, *place);
    changes[*place] = best_change(*place, stop);
  }
  return ends;
}

// The multiple of `jump` next to the middle of frames [begin, end) that leaves segments of the shortest length.
std::optional<std::size_t> middle_place(std::size_t begin, std::size_t end, const SearchOptions& options) {
  if (end < begin + 2 * options.shortest) return {};
  const std::size_t first = (begin + options.shortest + options.jump - 1) / options.jump * options.jump;
  const std::size_t last = (end - options.shortest) / options.jump * options.jump;
  if (first > last) return {};
  const std::size_t below = (begin + end) / 2 / options.jump * options.jump;
  const std::size_t above = below + options.jump;
  return std::clamp(begin + end - 2 * below <= 2 * above - (begin + end) ? below : above, first, last);
}

// Halves the longest segment, where a change is allowed, until the longest has no such place.
Ends finest_partition(std::size_t samples, const SearchOptions& options) {
  using Segment = std::pair<std::size_t, std::size_t>;
  const auto comes_later = [](const Segment& a, const Segment& b) {
    const std::size_t length_a = a.second - a.first;
    const std::size_t length_b = b.second - b.first;
    return length_a != length_b ? length_a < length_b : a > b;
  };
  std::priority_queue<Segment, std::vector<Segment>, decltype(comes_later)> segments(comes_later);
  segments.push({0, samples});
  Ends ends{samples};
  for (;;) {
    const auto [begin, end] = segments.top();
    const auto place = middle_place(begin, end, options);
    if (!place) break;
    segments.pop();
    segments.push({begin, *place});
    segments.push({*place, end});
    ends.push_back(*place);
  }
  std::sort(ends.begin(), ends.end());
  return ends;
}

// Segments that are neighbours, found by their begins.
class Leaves {
 public:
  struct Leaf {
    std::size_t before = 0;  // begin of the leaf before
    std::size_t end = 0;     // none of a leaf that is not
    double cost = 0;
  };

  Leaves(const SegmentCost& cost, const Ends& ends) : leaves_(cost.samples() + 1), count_(ends.size()) {
    std::size_t before = 0;
    std::size_t begin = 0;
    for (const std::size_t end : ends) {
      leaves_[begin] = {before, end, cost(begin, end)};
      before = std::exchange(begin, end);
    }
  }
  const Leaf& operator[](std::size_t begin) const { return leaves_[begin]; }
  std::size_t count() const { return count_; }
  bool is_last(std::size_t begin) const { return leaves_[begin].end + 1 == leaves_.size(); }
  void merge(std::size_t begin, double cost) {
    Leaf& right = leaves_[leaves_[begin].end];
    leaves_[begin].end = right.end;
    leaves_[begin].cost = cost;
    leaves_[right.end].before = begin;
    right = {};
    --count_;
  }
  Ends ends() const {
    Ends all;
    for (std::size_t at = 0; at + 1 < leaves_.size(); at = all.back()) all.push_back(leaves_[at].end);
    return all;
  }
  double cost() const {
    double sum = 0;
    for (std::size_t at = 0; at + 1 < leaves_.size(); at = leaves_[at].end) sum += leaves_[at].cost;
    return sum;
  }

 private:
  std::vector<Leaf> leaves_;
  std::size_t count_;
};

Ends search_bottom_up(const SegmentCost& cost, const SearchOptions& options, const SearchEnd& end) {
  struct Merge {
    double loss;
    std::size_t begin, middle, end;
    double cost;
    bool operator>(const Merge& other) const {
      return loss != other.loss ? loss > other.loss : std::pair(begin, end) > std::pair(other.begin, other.end);
    }
  };
  Leaves leaves(cost, finest_partition(cost.samples(), options));
  const auto proposed = [&](std::size_t begin) -> Merge {  // with the leaf behind
    const auto& left = leaves[begin];
    const auto& right = leaves[left.end];
    const double together = cost(begin, right.end);
    const double loss = is_minus_infinity(together) ? 0 : together - (left.cost + right.cost);
    return {loss, begin, left.end, right.end, together};
  };
  std::vector<Merge> all;
  all.reserve(3 * leaves.count());  // each merge proposes two
  for (std::size_t begin = 0; !leaves.is_last(begin); begin = leaves[begin].end) all.push_back(proposed(begin));
  std::priority_queue merges(std::greater<Merge>(), std::move(all));
  while (!merges.empty()) {
    const Merge merge = merges.top();
    merges.pop();
    if (leaves[merge.begin].end != merge.middle || leaves[merge.middle].end != merge.end) continue;  // one is no more
    const bool goes_on = end.number    ? leaves.count() > *end.number + 1
                         : end.penalty ? merge.loss < *end.penalty
                                       : leaves.cost() < *end.residual;
    if (!goes_on) break;
    leaves.merge(merge.begin, merge.cost);
    if (merge.begin > 0) merges.push(proposed(leaves[merge.begin].before));
    if (!leaves.is_last(merge.begin)) merges.push(proposed(merge.begin));
  }
  return leaves.ends();
}

Ends search_dynamic(const SegmentCost& cost, const SearchOptions& options, std::size_t number) {
  const std::size_t samples = cost.samples();
  if (number == 0) return {samples};
  Ends places;
  for (std::size_t k = 0; k < samples; k += options.jump) places.push_back(k);
  places.push_back(samples);
  const std::size_t count = places.size();
  std::vector<double> before(count, std::numeric_limits<double>::quiet_NaN());  // one segment up to each place
  for (std::size_t i = 0; i < count; ++i)
    if (places[i] >= options.shortest) before[i] = cost(0, places[i]);
  std::vector<std::vector<std::size_t>> from;  // [changes - 1][place]
  // Costs of segments between two places, which every number of changes asks for.
  std::vector<double> costs(number > 1 ? count * count : 0, std::numeric_limits<double>::quiet_NaN());
  const auto cost_of = [&](std::size_t begin, std::size_t end) {
    if (costs.empty()) return cost(places[begin], places[end]);
    double& known = costs[begin * count + end];
    if (std::isnan(known)) known = cost(places[begin], places[end]);
    return known;
  };
  for (std::size_t changes = 1; changes <= number; ++changes) {
    std::vector<double> best(count, std::numeric_limits<double>::quiet_NaN());
    std::vector<std::size_t> last(count);
    for (std::size_t end = changes == number ? count - 1 : 0; end < count; ++end) {
      if (!fits(places[end], changes, options)) continue;
      for (std::size_t begin = 0; begin < end && places[begin] + options.shortest <= places[end]; ++begin) {
        if (!fits(places[begin], changes - 1, options)) continue;
        const double sum = before[begin] + cost_of(begin, end);
        if (std::isnan(best[end]) || sum < best[end]) {
          best[end] = sum;
          last[end] = begin;
        }
      }
    }
    before = std::move(best);
    from.push_back(std::move(last));
  }
  Ends ends;
  std::size_t place = count - 1;
  for (std::size_t changes = number; changes > 0; --changes) {
    ends.push_back(places[place]);
    place = from[changes - 1][place];
  }
  ends.push_back(places[place]);
  std::reverse(ends.begin(), ends.end());
  return ends;
}

void check(const SegmentCost& cost, const SearchOptions& options, const SearchEnd& end) {
  const int given = (end.number ? 1 : 0) + (end.penalty ? 1 : 0) + (end.residual ? 1 : 0);
  if (given != 1)
    throw std::invalid_argument("find_change_points: give one of the number, the penalty and the residual");
  if (options.algorithm == SearchAlgorithm::pelt && !end.penalty)
    throw std::invalid_argument("find_change_points: PELT is ended by a penalty");
  if (options.algorithm == SearchAlgorithm::dynamic && !end.number)
    throw std::invalid_argument("find_change_points: dynamic programming is ended by the number of change points");
  if (options.jump == 0) throw std::invalid_argument("find_change_points: the jump is at least 1");
  if (options.algorithm == SearchAlgorithm::window && options.width / 2 < cost.shortest())
    throw std::invalid_argument(
        fmt::format("find_change_points: windows of {} frames are too short for the cost", options.width));
  if (!fits(cost.samples(), end.number.value_or(0), options))
    throw std::invalid_argument(fmt::format(
        "find_change_points: {} frames do not hold {} change points with segments of {} frames and steps of {}",
        cost.samples(), end.number.value_or(0), options.shortest, options.jump));
}

}  // namespace

std::optional<std::size_t> most_change_points(const SegmentCost& cost, const SearchOptions& given) {
  const SearchOptions options = with_shortest(given, cost);
  if (cost.samples() < std::max(options.shortest, cost.shortest())) return {};
  return std::min(cost.samples() / options.jump, (cost.samples() - options.shortest) / step_of(options));
}

std::vector<std::size_t> find_change_points(const SegmentCost& cost, const SearchOptions& given, const SearchEnd& end) {
  const SearchOptions options = with_shortest(given, cost);
  check(cost, options, end);
  const auto search = [&] {
    switch (options.algorithm) {
      case SearchAlgorithm::window:
        return search_windows(cost, options, end);
      case SearchAlgorithm::pelt:
        return search_pelt(cost, options, *end.penalty);
      case SearchAlgorithm::binary:
        return search_binary(cost, options, end);
      case SearchAlgorithm::bottom_up:
        return search_bottom_up(cost, options, end);
      case SearchAlgorithm::dynamic:
        return search_dynamic(cost, options, *end.number);
    }
    return Ends{cost.samples()};
  };
  Ends changes = search();
  changes.pop_back();
  return changes;
}

}  // namespace an::segmentation
