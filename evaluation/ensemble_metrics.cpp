// SPDX-License-Identifier: MIT
#include "evaluation/ensemble_metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/number_text.hpp"
#include "evaluation/vectorised.hpp"

namespace an::evaluation {

namespace {

constexpr Bounds alpha_bounds{0, 1.999};
constexpr Bounds k_bounds{1e-12, 1e6};

const char* name_of(Quantity quantity) { return quantity == Quantity::alpha ? "alpha" : "K"; }

// Cumulative sums of both arrays, each in order: the official result has the roundings of numpy's `cumsum` in it, which
// show where a curve is flat. Two chains of additions take no longer than one.
void accumulate(std::vector<double>& a, std::vector<double>& b) {
  double a_sum = 0;
  double b_sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = a_sum += a[i];
    b[i] = b_sum += b[i];
  }
}

// What is wrong with the parameters, for which the official densities come out as NaN.
std::string bad_parameter(const std::vector<Mode>& modes) {
  for (const Mode& mode : modes) {
    if (!std::isfinite(mode.mean)) return fmt::format("a mean is {}", shortest_text(mode.mean));
    if (!std::isfinite(mode.variance)) return fmt::format("a variance is {}", shortest_text(mode.variance));
    if (!std::isfinite(mode.weight)) return fmt::format("a weight is {}", shortest_text(mode.weight));
  }
  return {};
}

AN_VECTORISED void integrate_loop(const double* x, const double* f, const double* g, std::size_t size, double f_total,
                                  double g_total, double* result) {
  double sums[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8)
    for (std::size_t p = i; p < i + 8; ++p)
      sums[p - i] += std::fabs(f[p] * g_total - g[p] * f_total) * (x[p + 1] - x[p]);
  for (; i < size; ++i) sums[0] += std::fabs(f[i] * g_total - g[i] * f_total) * (x[i + 1] - x[i]);
  for (std::size_t lane = 0; lane < 8; ++lane) result[lane] = sums[lane];
}

// Integral of |F - G| over the grid, in eight interleaved sums; f and g are F and G times their totals. The common
// denominator is taken out of the sum: where both have reached their totals the difference is then exactly 0, which
// matters as the grid's spacing grows to 40.
double integrate(std::span<const double> x, std::span<const double> f, std::span<const double> g) {
  const std::size_t size = x.size() - 1;
  std::array<double, 8> sums{};
  integrate_loop(x.data(), f.data(), g.data(), size, f.back(), g.back(), sums.data());
  const double sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  return sum / f.back() / g.back();
}

}  // namespace

std::vector<Mode> modes_of(const EnsembleLabels& labels, Quantity quantity) {
  const double total = std::accumulate(labels.weight.begin(), labels.weight.end(), 0.0);
  const double divisor = total > 1 ? total : 1;
  const auto& mean = quantity == Quantity::alpha ? labels.alpha_mean : labels.k_mean;
  const auto& variance = quantity == Quantity::alpha ? labels.alpha_variance : labels.k_variance;
  std::vector<Mode> modes;
  for (std::size_t i = 0; i < labels.states(); ++i) modes.push_back({mean[i], variance[i], labels.weight[i] / divisor});
  return modes;
}

std::optional<double> wasserstein_of_atoms(std::span<const double> x, std::span<const double> p,
                                           std::span<const double> q) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
  const double p_total = std::accumulate(p.begin(), p.end(), 0.0);
  const double q_total = std::accumulate(q.begin(), q.end(), 0.0);
  const auto negative = [](double weight) { return weight < 0; };
  if (std::any_of(p.begin(), p.end(), negative) || std::any_of(q.begin(), q.end(), negative)) return std::nullopt;
  for (const double total : {p_total, q_total})
    if (!(total > 0 && std::isfinite(total))) return std::nullopt;
  double p_sum = 0;
  double q_sum = 0;
  double distance = 0;
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    p_sum += p[order[i]];
    q_sum += q[order[i]];
    distance += std::fabs(p_sum / p_total - q_sum / q_total) * (x[order[i + 1]] - x[order[i]]);
  }
  return distance;
}

OfficialEnsembleScorer::OfficialEnsembleScorer(std::size_t grid_size)
    : grids_{linear_grid(alpha_bounds.low, alpha_bounds.high, grid_size),
             logarithmic_grid(std::log10(k_bounds.low), std::log10(k_bounds.high), grid_size)} {}

void OfficialEnsembleScorer::compute(const EnsembleLabels& labels, const char* owner, Curves& curves) const {
  const auto fail = [&](Quantity quantity, const std::string& why) {
    curves[static_cast<std::size_t>(quantity)].failure =
        fmt::format("{} distribution of the {}: {}", name_of(quantity), owner, why);
  };
  for (const Quantity quantity : {Quantity::alpha, Quantity::k}) {
    const std::vector<Mode> modes = modes_of(labels, quantity);
    const std::vector<double>& x = grids_[static_cast<std::size_t>(quantity)];
    Curve& curve = curves[static_cast<std::size_t>(quantity)];
    curve.failure.clear();
    curve.cumulative.assign(x.size(), 0);
    if (const std::string why = bad_parameter(modes); !why.empty()) {
      fail(quantity, why + " (expected a finite number)");
      continue;
    }
    if (quantity == Quantity::alpha)
      add_mixture_density_evenly(x, modes, alpha_bounds, curve.cumulative);
    else
      add_mixture_density(x, modes, k_bounds, curve.cumulative);
    const bool any_negative = std::any_of(modes.begin(), modes.end(), [](const Mode& m) { return m.weight < 0; });
    if (any_negative && *std::min_element(curve.cumulative.begin(), curve.cumulative.end()) < 0)
      fail(quantity, "negative weights make the density negative somewhere");
  }
  accumulate(curves[0].cumulative, curves[1].cumulative);
  for (const Quantity quantity : {Quantity::alpha, Quantity::k}) {
    const Curve& curve = curves[static_cast<std::size_t>(quantity)];
    const double total = curve.cumulative.back();
    if (curve.failure.empty() && !(total > 0 && std::isfinite(total)))
      fail(quantity,
           fmt::format(
               "its total mass on the scoring grid is {} (weights of zero, or modes too narrow or too far out for "
               "the grid)",
               shortest_text(total)));
  }
}

void OfficialEnsembleScorer::set_truth(const EnsembleLabels& truth) { compute(truth, "reference", truth_); }

EnsembleOutcome OfficialEnsembleScorer::score(const EnsembleLabels& prediction) {
  compute(prediction, "submission", prediction_);
  EnsembleScores scores{};
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (const Curve* curve : {&truth_[i], &prediction_[i]})
      if (!curve->failure.empty()) return {std::nullopt, curve->failure};
    scores[i] = integrate(grids_[i], truth_[i].cumulative, prediction_[i].cumulative);
  }
  return {scores, {}};
}

}  // namespace an::evaluation
