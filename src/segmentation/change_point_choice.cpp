// SPDX-License-Identifier: MIT
#include "segmentation/change_point_choice.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <limits>
#include <span>
#include <utility>

namespace an::segmentation {

namespace {

constexpr int gate = 10;  // frames; the challenge's
constexpr std::size_t candidates = 16;
constexpr double least = 1e-12;  // of worth that is more and not rounding

// The assignment of all points of a list to those of a longer one with the least sum of distances, in order.
// row[k]: the first i points of the shorter list assigned, k points of the longer one passed over; at first of zeros.
// \param paired what row[k] becomes with one more pair at a distance \param passed told whether, after point i's own,
// one more is passed over to make k
template <class Best, class Paired, class Passed>
void assign_in_order(std::span<const int> shorter, std::span<const int> longer, Best* row, Paired paired,
                     Passed passed) {
  const std::size_t spare = longer.size() - shorter.size();
  for (std::size_t i = 0; i < shorter.size(); ++i)
    for (std::size_t k = 0; k <= spare; ++k) {
      Best next = paired(row[k], std::abs(shorter[i] - longer[i + k]));
      const bool passes = k > 0 && row[k - 1].distance < next.distance;
      if (passes) next = row[k - 1];
      row[k] = next;
      passed(i, k, passes);
    }
}

// What choices are worth by some rules: a number for each pair of points by its error, less expected_jaccard for each
// point of either list (TP + FP + FN are the points less the pairs that are found).
class Worth {
 public:
  explicit Worth(const ChoiceRules& rules) : point_(rules.expected_jaccard) {
    for (int error = 0; error < gate; ++error)
      pair_[static_cast<std::size_t>(error)] =
          1 + point_ -
          rules.error_weight * (static_cast<double>(error * error) - rules.usual_error * rules.usual_error);
  }

  double of(std::span<const int> choice, std::span<const int> truth) const {
    if (choice.empty() && truth.empty()) return 1 - point_;
    return of_points(choice, truth);
  }

  // The same of points alone: nothing for rightly none.
  double of_points(std::span<const int> choice, std::span<const int> truth) const {
    const double pairs = choice.size() < truth.size() ? of_pairs(choice, truth) : of_pairs(truth, choice);
    return pairs - point_ * static_cast<double>(choice.size() + truth.size());
  }

  // No less than that: as if every point of the shorter list were found where it is.
  double at_most(const std::vector<int>& choice, const std::vector<int>& truth) const {
    if (choice.empty() && truth.empty()) return 1 - point_;
    return pair_[0] * static_cast<double>(std::min(choice.size(), truth.size())) -
           point_ * static_cast<double>(choice.size() + truth.size());
  }

  // Over possible truths; less than `wanted` where it is less.
  double expected(const std::vector<int>& choice, const std::vector<PossibleChanges>& possible, double wanted) const {
    double hoped = 0;
    for (const PossibleChanges& one : possible) hoped += one.probability * at_most(choice, one.frames);
    double sum = 0;
    for (const PossibleChanges& one : possible) {
      constexpr double rounding = 1e-9;
      if (sum + hoped < wanted - rounding) return sum + hoped;
      hoped -= one.probability * at_most(choice, one.frames);
      sum += one.probability * of(choice, one.frames);
    }
    return sum;
  }

  double of_pair(int error) const { return pair_[static_cast<std::size_t>(std::min(std::abs(error), gate))]; }
  double of_point() const { return point_; }

 private:
  double of_pairs(std::span<const int> shorter, std::span<const int> longer) const {
    struct Best {
      int distance;
      double pairs;
    };
    const std::size_t spare = longer.size() - shorter.size();
    constexpr std::size_t usual = 16;
    std::array<Best, usual> few;
    std::vector<Best> many(spare < usual ? 0 : spare + 1);
    Best* row = spare < usual ? few.data() : many.data();
    std::fill_n(row, spare + 1, Best{0, 0});
    assign_in_order(
        shorter, longer, row,
        [&](const Best& before, int error) {
          return Best{before.distance + error, before.pairs + of_pair(error)};
        },
        [](std::size_t, std::size_t, bool) {});
    return row[spare].pairs;
  }

  double point_;
  std::array<double, gate + 1> pair_{};  // by error; 0 from the gate on
};

// Which points of the longer list those of the shorter one are paired with.
class Pairing {
 public:
  const std::vector<std::size_t>& of(const std::vector<int>& shorter, const std::vector<int>& longer) {
    const std::size_t width = longer.size() - shorter.size() + 1;
    row_.assign(width, {0});
    passes_.resize(shorter.size() * width);
    assign_in_order(
        shorter, longer, row_.data(), [](const Best& before, int error) { return Best{before.distance + error}; },
        [&](std::size_t i, std::size_t k, bool passes) { passes_[i * width + k] = passes ? 1 : 0; });
    partner_.resize(shorter.size());
    std::size_t k = width - 1;
    for (std::size_t i = shorter.size(); i-- > 0;) {
      while (passes_[i * width + k] != 0) --k;
      partner_[i] = i + k;
    }
    return partner_;
  }

 private:
  struct Best {
    int distance;
  };
  std::vector<Best> row_;
  std::vector<std::uint8_t> passes_;  // [point][k] over one more point of the longer list
  std::vector<std::size_t> partner_;
};

// The search for the choice of the greatest expected worth.
class Search {
 public:
  Search(const std::vector<PossibleChanges>& possible, const ChoiceRules& rules, int frames, int shortest)
      : possible_(possible), worth_(rules), frames_(frames), shortest_(shortest) {
    best_worth_ = all_of(best_);
  }

  // From no points on. Many that lie close may be out of reach, since a choice of some of them alone is paired wrongly:
  // where all of them are better than none, from these on, too.
  void run() {
    find();
    const double none = best_worth_;
    for (const int apart : {gate, gate / 2})
      for (const double share : {1.0, 0.75, 0.5}) {
        std::vector<int> often = worth_adding(share, apart);
        std::sort(often.begin(), often.end());
        keep_if_better(often);
      }
    const bool has_often = best_worth_ > none;
    while (improve()) {
    }
    if (!has_often) return;
    std::vector<int> other;
    std::swap(best_, other);
    const double other_worth = std::exchange(best_worth_, none);
    while (improve()) {
    }
    if (other_worth > best_worth_) std::swap(best_, other);
  }

  const std::vector<int>& best() const { return best_; }

 private:
  static constexpr int near = 10 * gate;      // frames, of which what happens at one hardly ever matters beyond
  static constexpr int reach = 2 * gate - 1;  // frames that a point in their middle may be paired with
  static constexpr double slack = 0.02;       // worth that other pairs may bring a point that is moved

  bool is_long() const { return frames_ > 3 * near; }
  double all_of(const std::vector<int>& choice) const {
    return worth_.expected(choice, possible_, -std::numeric_limits<double>::infinity());
  }

  // Tries what is found and missed suggests, all at once; then points one by one; then the likeliest of the possible
  // choices. Whether anything was better.
  bool improve() {
    find();
    if (keep_if_better(suggested())) return true;
    const std::vector<int> before = best_;
    const double worth_before = best_worth_;
    bool better = improve_one_by_one();
    if (better && is_long()) {
      best_worth_ = all_of(best_);
      better = best_worth_ > worth_before + least;
      if (!better) {
        best_ = before;
        best_worth_ = worth_before;
      }
    }
    for (std::size_t i = 0; !better && i < std::min(candidates, possible_.size()); ++i)
      better = keep_if_better(possible_[i].frames);
    return better;
  }

  bool improve_one_by_one() {
    bool better = false;
    for (std::size_t i = 0; i < best_.size(); ++i) {
      const int at = best_[i];
      if (change_near(at, {without(i)})) {
        better = true;
        found_.erase(found_.begin() + static_cast<std::ptrdiff_t>(i--));
        continue;
      }
      std::vector<std::vector<int>> moved;
      const double stays = worth_finding(i, at);
      for (int step = 1; step < gate; ++step)
        for (const int to : {at - step, at + step}) {
          if (worth_finding(i, to) < stays - slack) continue;
          moved.push_back(best_);
          moved.back()[i] = to;
        }
      better = change_near(at, moved) || better;
    }
    for (const int at : worth_adding(0.5, shortest_)) better = change_near(at, {with(best_, at)}) || better;
    return better;
  }

  bool keep_if_better(const std::vector<int>& choice) {
    if (!fits(choice)) return false;
    const double value = worth_.expected(choice, possible_, best_worth_);
    if (!(value > best_worth_ + least)) return false;
    best_ = choice;
    best_worth_ = value;
    return true;
  }

  bool fits(const std::vector<int>& choice) const {
    int before = 0;
    for (const int point : choice) {
      if (point - before < shortest_) return false;
      before = point;
    }
    return choice.empty() || frames_ - before >= shortest_;
  }

  // Keeps the best of choices that differ from it near a frame. Of a long trajectory only the points near there are
  // looked at, and best_worth_ stays.
  bool change_near(int at, const std::vector<std::vector<int>>& choices) {
    double now = is_long() ? expected_near(at, best_) : 0;
    bool better = false;
    for (const std::vector<int>& choice : choices) {
      if (!is_long()) {
        better = keep_if_better(choice) || better;
        continue;
      }
      if (!fits(choice)) continue;
      const double then = expected_near(at, choice);
      if (!(then > now + least)) continue;
      best_ = choice;
      now = then;
      better = true;
    }
    return better;
  }

  double expected_near(int at, const std::vector<int>& choice) const {
    const auto part = [&](const std::vector<int>& points) {
      const auto begin = std::lower_bound(points.begin(), points.end(), at - near);
      return std::span(begin, std::upper_bound(begin, points.end(), at + near));
    };
    const std::span<const int> mine = part(choice);
    double sum = 0;
    for (const PossibleChanges& one : possible_) sum += one.probability * worth_.of_points(mine, part(one.frames));
    return sum;
  }

  std::vector<int> without(std::size_t i) const {
    std::vector<int> choice = best_;
    choice.erase(choice.begin() + static_cast<std::ptrdiff_t>(i));
    return choice;
  }

  static std::vector<int> with(std::vector<int> choice, int point) {
    choice.insert(std::upper_bound(choice.begin(), choice.end(), point), point);
    return choice;
  }

  // What the best choice finds and misses.
  void find() {
    found_.assign(best_.size(), {});
    missed_.assign(static_cast<std::size_t>(frames_) + 1, 0);
    for (const PossibleChanges& one : possible_) {
      for (const int point : one.frames) missed_[static_cast<std::size_t>(point)] += one.probability;
      const bool fewer = best_.size() < one.frames.size();
      const std::vector<std::size_t>& partner = fewer ? pairing_.of(best_, one.frames) : pairing_.of(one.frames, best_);
      for (std::size_t i = 0; i < partner.size(); ++i) {
        const std::size_t mine = fewer ? i : partner[i];
        const int truth = one.frames[fewer ? partner[i] : i];
        const int error = truth - best_[mine];
        if (std::abs(error) >= gate) continue;
        found_[mine][static_cast<std::size_t>(error + gate - 1)] += one.probability;
        missed_[static_cast<std::size_t>(truth)] -= one.probability;
      }
    }
  }

  // What a point of the best choice would find at a frame, if it were paired as it is.
  double worth_finding(std::size_t point, int at) const {
    double sum = 0;
    for (int e = 0; e < reach; ++e)
      sum += found_[point][static_cast<std::size_t>(e)] * worth_.of_pair(best_[point] + e - gate + 1 - at);
    return sum;
  }

  // Each point where what it finds is worth most, unless that is less than a point costs, and new ones where what is
  // missed is worth one.
  std::vector<int> suggested() const {
    std::vector<int> choice;
    for (std::size_t i = 0; i < best_.size(); ++i) {
      int to = best_[i];
      double most = worth_finding(i, to);
      for (int at = best_[i] - gate + 1; at < best_[i] + gate; ++at)
        if (const double value = worth_finding(i, at); value > most) {
          to = at;
          most = value;
        }
      if (most > worth_.of_point() && has_room(choice, to)) choice.push_back(to);
    }
    for (const int point : worth_adding(1, reach))
      if (has_room(choice, point)) choice = with(choice, point);
    return choice;
  }

  bool has_room(const std::vector<int>& choice, int point) const {
    return std::none_of(choice.begin(), choice.end(), [&](int other) { return std::abs(other - point) < shortest_; });
  }

  // Frames, best first and so many apart, where a point would find what is missed that is worth more than a share of a
  // point.
  std::vector<int> worth_adding(double share, int apart) const {
    std::vector<double> gain(missed_.size());
    for (int at = 0; at <= frames_; ++at) {
      const double probability = missed_[static_cast<std::size_t>(at)];
      if (!(probability > 1e-6)) continue;
      for (int to = std::max(0, at - gate + 1); to <= std::min(frames_, at + gate - 1); ++to)
        gain[static_cast<std::size_t>(to)] += probability * worth_.of_pair(to - at);
    }
    std::vector<int> points;
    for (;;) {
      const auto most = std::max_element(gain.begin(), gain.end());
      if (!(*most > share * worth_.of_point())) return points;
      const auto at = static_cast<int>(most - gain.begin());
      points.push_back(at);
      for (int t = std::max(0, at - apart + 1); t < std::min(frames_ + 1, at + apart); ++t)
        gain[static_cast<std::size_t>(t)] = 0;
    }
  }

  const std::vector<PossibleChanges>& possible_;
  Worth worth_;
  int frames_, shortest_;
  std::vector<int> best_;
  double best_worth_ = 0;
  Pairing pairing_;
  std::vector<std::array<double, reach>> found_;  // [point][frame around it] probability of what it is paired with
  std::vector<double> missed_;                    // [frame] probability of a change that no point is paired with
};

}  // namespace

std::vector<PossibleChanges> likeliest_first(const std::map<std::vector<int>, double>& probabilities) {
  std::vector<PossibleChanges> changes;
  for (const auto& [frames, probability] : probabilities) changes.push_back({frames, probability});
  std::ranges::stable_sort(changes, std::greater<>(), &PossibleChanges::probability);
  return changes;
}

double expected_worth(const std::vector<int>& choice, const std::vector<PossibleChanges>& possible,
                      const ChoiceRules& rules) {
  return Worth(rules).expected(choice, possible, -std::numeric_limits<double>::infinity());
}

std::vector<int> choose_change_points(const std::vector<PossibleChanges>& possible, const ChoiceRules& rules,
                                      int frames, int shortest) {
  ChoiceRules priced = rules;
  priced.error_weight = std::max(rules.error_weight, 1e-6);  // of equally good frames the middle one
  Search search(possible, priced, frames, shortest);
  search.run();
  return search.best();
}

}  // namespace an::segmentation
