// SPDX-License-Identifier: MIT
// The mass-preserving ensemble metric. W1 = ∫ |F - G| dx is summed in closed form between the roots of F - G: the
// antiderivative of a truncated normal distribution function is elementary, so the only numerical step is finding the
// roots.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/bounds.hpp"
#include "evaluation/ensemble_metrics.hpp"

namespace an::evaluation {

namespace {

constexpr Bounds paper_alpha_bounds{0, 2};

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }
double normal_density(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi); }

// One truncated normal mode; far outside its interval's reach all its mass is at the nearer bound.
class TruncatedMode {
 public:
  TruncatedMode(const Mode& mode, Bounds bounds)
      : weight_(mode.weight),
        bounds_(bounds),
        sigma_(std::sqrt(std::max(mode.variance, smallest_variance))),
        mean_(std::clamp(mode.mean, bounds.low - reach * sigma_, bounds.high + reach * sigma_)),
        low_cdf_(normal_cdf((bounds.low - mean_) / sigma_)),
        mass_(normal_cdf((bounds.high - mean_) / sigma_) - low_cdf_) {}

  double cdf(double x) const {
    return std::clamp(weight_ * (normal_cdf((x - mean_) / sigma_) - low_cdf_) / mass_, 0.0, weight_);
  }

  /// ∫ cdf from a to b.
  double cdf_integral(double a, double b) const {
    const auto antiderivative = [](double z) { return z * normal_cdf(z) + normal_density(z); };
    const double za = (a - mean_) / sigma_;
    const double zb = (b - mean_) / sigma_;
    if (za > far) return weight_ * (b - a);  // without the cancellation of what follows
    const double area = antiderivative(zb) - antiderivative(za);
    return weight_ * (sigma_ * area - low_cdf_ * (b - a)) / mass_;
  }

  void add_nodes(std::vector<double>& nodes) const {
    constexpr int steps = 400;
    for (int i = 0; i <= steps; ++i)
      nodes.push_back(std::clamp(mean_ + (2.0 * i / steps - 1) * far * sigma_, bounds_.low, bounds_.high));
  }

 private:
  static constexpr double far = 9;
  static constexpr double reach = 6;  ///< further out the mass is within sigma/6 of the bound anyhow

  double weight_;
  Bounds bounds_;
  double sigma_, mean_, low_cdf_, mass_;
};

using Mixture = std::vector<TruncatedMode>;

double cdf(const Mixture& mixture, double x) {
  double sum = 0;
  for (const TruncatedMode& mode : mixture) sum += mode.cdf(x);
  return sum;
}

double cdf_integral(const Mixture& mixture, double a, double b) {
  double sum = 0;
  for (const TruncatedMode& mode : mixture) sum += mode.cdf_integral(a, b);
  return sum;
}

double difference(const Mixture& f, const Mixture& g, double x) { return cdf(f, x) - cdf(g, x); }

double difference_integral(const Mixture& f, const Mixture& g, double a, double b) {
  return cdf_integral(f, a, b) - cdf_integral(g, a, b);
}

double root_between(const Mixture& f, const Mixture& g, double a, double b, double at_a) {
  for (int i = 0; i < 100 && a < b; ++i) {
    const double middle = 0.5 * (a + b);
    if (middle == a || middle == b) break;
    const double at_middle = difference(f, g, middle);
    if ((at_middle > 0) == (at_a > 0))
      a = middle;
    else
      b = middle;
  }
  return a;
}

double distance(const Mixture& f, const Mixture& g, Bounds bounds) {
  std::vector<double> nodes{bounds.low, bounds.high};
  for (const TruncatedMode& mode : f) mode.add_nodes(nodes);
  for (const TruncatedMode& mode : g) mode.add_nodes(nodes);
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
  double sum = 0;
  double before = difference(f, g, nodes.front());
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    const double after = difference(f, g, nodes[i]);
    if (before * after < 0) {
      const double root = root_between(f, g, nodes[i - 1], nodes[i], before);
      sum += std::fabs(difference_integral(f, g, nodes[i - 1], root)) +
             std::fabs(difference_integral(f, g, root, nodes[i]));
    } else {
      sum += std::fabs(difference_integral(f, g, nodes[i - 1], nodes[i]));
    }
    before = after;
  }
  return sum;
}

Mixture mixture_of(const EnsembleLabels& labels, Quantity quantity, Bounds bounds, const char* owner,
                   std::string& failure) {
  std::vector<Mode> modes = modes_of(labels, quantity);
  double total = 0;
  for (const Mode& mode : modes) {
    if (!std::isfinite(mode.mean) || !std::isfinite(mode.variance) || !std::isfinite(mode.weight) || mode.weight < 0)
      failure =
          fmt::format("the {} has a mean, variance or weight that is no finite number, or a negative weight", owner);
    total += mode.weight;
  }
  if (failure.empty() && !(total > 0)) failure = fmt::format("the {}'s weights sum to {}", owner, total);
  if (!failure.empty()) return {};
  Mixture mixture;
  for (Mode& mode : modes) {
    mode.weight /= total;
    mixture.emplace_back(mode, bounds);
  }
  return mixture;
}

}  // namespace

EnsembleOutcome paper_ensemble_distance(const EnsembleLabels& truth, const EnsembleLabels& prediction) {
  EnsembleOutcome outcome;
  EnsembleScores scores{};
  for (const Quantity quantity : {Quantity::alpha, Quantity::k}) {
    const Bounds bounds = quantity == Quantity::alpha ? paper_alpha_bounds : k_bounds;
    const Mixture f = mixture_of(truth, quantity, bounds, "reference", outcome.failure);
    outcome.of_truth = !outcome.failure.empty();
    if (outcome.of_truth) return outcome;
    const Mixture g = mixture_of(prediction, quantity, bounds, "submission", outcome.failure);
    if (!outcome.failure.empty()) return outcome;
    scores[static_cast<std::size_t>(quantity)] = distance(f, g, bounds);
  }
  outcome.scores = scores;
  return outcome;
}

}  // namespace an::evaluation
