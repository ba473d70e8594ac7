// SPDX-License-Identifier: MIT
#include "evaluation/ensemble_metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/bounds.hpp"
#include "core/number_text.hpp"
#include "core/vectorised.hpp"

namespace an::evaluation {

namespace {

const char* name_of(Quantity quantity) { return quantity == Quantity::alpha ? "alpha" : "K"; }

// Continues the cumulative sums of both arrays, each in order: the official result has the roundings of numpy's
// `cumsum` in it, which show where a curve is flat. Two chains of additions take no longer than one.
void accumulate(std::span<double> a, double& a_sum, std::span<double> b, double& b_sum) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = a_sum += a[i];
    b[i] = b_sum += b[i];
  }
}

// What is wrong with the parameters, for which the official densities come out as NaN. A variance of -inf is below the
// smallest, to which it is raised.
std::string bad_parameter(const std::vector<Mode>& modes) {
  for (const Mode& mode : modes) {
    if (!std::isfinite(mode.mean)) return fmt::format("a mean is {}", shortest_text(mode.mean));
    if (!(mode.variance < INFINITY)) return fmt::format("a variance is {}", shortest_text(mode.variance));
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
      sums[p - i] += std::fabs(f[p] / f_total - g[p] / g_total) * (x[p + 1] - x[p]);
  for (; i < size; ++i) sums[0] += std::fabs(f[i] / f_total - g[i] / g_total) * (x[i + 1] - x[i]);
  for (std::size_t lane = 0; lane < 8; ++lane) result[lane] = sums[lane];
}

// Integral of |F - G| over the grid, in eight interleaved sums; f and g are F and G times their totals. Each is divided
// by its total, as the official scorer does it: where a curve is flat, a last digit of F - G counts for the whole flat
// stretch, up to 10⁶ wide, so that any other way to round it shows in the result.
double integrate(std::span<const double> x, std::span<const double> f, std::span<const double> g) {
  const std::size_t size = x.size() - 1;
  std::array<double, 8> sums{};
  integrate_loop(x.data(), f.data(), g.data(), size, f.back(), g.back(), sums.data());
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
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

OfficialEnsembleScorer::OfficialEnsembleScorer(std::size_t grid_size)
    : grids_{linear_grid(alpha_bounds.low, alpha_bounds.high, grid_size),
             logarithmic_grid(std::log10(k_bounds.low), std::log10(k_bounds.high), grid_size)} {}

void OfficialEnsembleScorer::compute(const EnsembleLabels& labels, const char* owner, Curves& curves) const {
  const auto fail = [&](Quantity quantity, const std::string& why) {
    curves[static_cast<std::size_t>(quantity)].failure =
        fmt::format("{} distribution of the {}: {}", name_of(quantity), owner, why);
  };
  const std::array<std::vector<Mode>, 2> modes{modes_of(labels, Quantity::alpha), modes_of(labels, Quantity::k)};
  const auto is_negative = [](const Mode& mode) { return mode.weight < 0; };
  const std::array<bool, 2> any_negative{std::any_of(modes[0].begin(), modes[0].end(), is_negative),
                                         std::any_of(modes[1].begin(), modes[1].end(), is_negative)};
  std::array<double, 2> smallest{};
  std::array<double, 2> sums{};
  const std::size_t size = grids_[0].size();
  for (Curve& curve : curves) curve.cumulative.resize(size);
  // A piece of the grid at a time, which stays in the processor's cache until it is summed.
  constexpr std::size_t piece = 16384;
  for (std::size_t begin = 0; begin < size; begin += piece) {
    std::array<std::span<double>, 2> mass;
    for (const std::size_t q : {0U, 1U}) {
      const std::span<const double> x = std::span(grids_[q]).subspan(begin, std::min(piece, size - begin));
      mass[q] = std::span(curves[q].cumulative).subspan(begin, x.size());
      std::fill(mass[q].begin(), mass[q].end(), 0.0);
      if (q == 0)
        add_mixture_density_evenly(x, modes[q], alpha_bounds, mass[q]);
      else
        add_mixture_density_ascending(x, modes[q], k_bounds, mass[q]);
      if (any_negative[q]) smallest[q] = std::min(smallest[q], *std::min_element(mass[q].begin(), mass[q].end()));
    }
    accumulate(mass[0], sums[0], mass[1], sums[1]);
  }
  for (const Quantity quantity : {Quantity::alpha, Quantity::k}) {
    const auto q = static_cast<std::size_t>(quantity);
    curves[q].failure.clear();
    if (const std::string why = bad_parameter(modes[q]); !why.empty())
      fail(quantity, why + " (expected a finite number)");
    else if (smallest[q] < 0)
      fail(quantity, "negative weights make the density negative somewhere");
    else if (!(sums[q] > 0 && std::isfinite(sums[q])))
      fail(quantity,
           fmt::format("its total mass on the scoring grid is {} (weights of zero, or modes too narrow or too far "
                       "out for the grid)",
                       shortest_text(sums[q])));
  }
}

void OfficialEnsembleScorer::set_truth(const EnsembleLabels& truth) { compute(truth, "reference", truth_); }

EnsembleOutcome OfficialEnsembleScorer::score(const EnsembleLabels& prediction) {
  compute(prediction, "submission", prediction_);
  EnsembleScores scores{};
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (const Curve* curve : {&truth_[i], &prediction_[i]})
      if (!curve->failure.empty()) return {std::nullopt, curve->failure, curve == &truth_[i]};
    scores[i] = integrate(grids_[i], truth_[i].cumulative, prediction_[i].cumulative);
  }
  return {scores, {}, false};
}

std::string OfficialEnsembleScorer::failure_of(const EnsembleLabels& prediction) {
  compute(prediction, "submission", prediction_);
  return prediction_[0].failure.empty() ? prediction_[1].failure : prediction_[0].failure;
}

}  // namespace an::evaluation
