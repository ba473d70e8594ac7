// SPDX-License-Identifier: MIT
#include "segmentation/state_population.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <optional>
#include <utility>

namespace an::segmentation {

namespace {

constexpr double widest = 3.2;  // standard deviations that a grid reaches from the mean

double phi(double x) { return std::exp(-0.5 * x * x) / std::sqrt(2 * std::numbers::pi); }

// Mass of the standard normal distribution between a < b, accurate in both tails.
double normal_mass(double a, double b) {
  if (a > 0) return 0.5 * (std::erfc(a / std::numbers::sqrt2) - std::erfc(b / std::numbers::sqrt2));
  return 0.5 * (std::erfc(-b / std::numbers::sqrt2) - std::erfc(-a / std::numbers::sqrt2));
}

// Shares of a normal distribution in bins.
std::vector<double> bin_shares(const std::vector<double>& edges, double mean, double sd) {
  std::vector<double> shares;
  double total = 0;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    shares.push_back(normal_mass((edges[i] - mean) / sd, (edges[i + 1] - mean) / sd));
    total += shares.back();
  }
  if (!(total > 1e-200)) {  // the bounds cut nearly all of it
    shares.assign(shares.size(), 1.0 / static_cast<double>(shares.size()));
    return shares;
  }
  for (double& share : shares) share /= total;
  return shares;
}

// The bins' middles, drawn together so that their variance is not greater than that of the distribution in the bins;
// where K spans decades, which would move the slowest far, the means in the bins.
std::vector<double> bin_values(const std::vector<double>& edges, const std::vector<double>& shares, bool logarithmic,
                               double mean, double sd) {
  constexpr double far = 200;
  const bool spans_decades = logarithmic && edges.back() > far * edges.front();
  std::vector<double> values;
  double first = 0;
  double second = 0;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    values.push_back(spans_decades ? cut_moments(mean, sd, {edges[i], edges[i + 1]}).mean
                     : logarithmic ? std::sqrt(edges[i] * edges[i + 1])
                                   : 0.5 * (edges[i] + edges[i + 1]));
    first += shares[i] * values[i];
    second += shares[i] * values[i] * values[i];
  }
  const Moments wanted = cut_moments(mean, sd, {edges.front(), edges.back()});
  const double variance = second - first * first;
  if (variance > wanted.variance && !spans_decades)
    for (double& value : values)
      value = std::clamp(wanted.mean + (value - first) * std::sqrt(wanted.variance / variance), edges.front(),
                         edges.back());
  return values;
}

std::size_t bins(double width, double finest, std::size_t least, std::size_t most) {
  return std::clamp(static_cast<std::size_t>(std::ceil(width / finest)), least, most);
}

std::vector<double> alpha_edges(const StatePopulation& p) {
  double low = std::max(0.01, p.alpha_mean - widest * p.alpha_sd);
  double high = std::min(alpha_bounds.high, p.alpha_mean + widest * p.alpha_sd);
  if (high - low < 0.01) {
    high = std::clamp(p.alpha_mean + 0.005, 0.02, alpha_bounds.high);
    low = high - 0.01;
  }
  // Nearer to 2 each step says more of the next one: what is left to chance, and how well alpha is told, depends on
  // 2 - alpha.
  constexpr double bend = 1.7;
  std::vector<double> edges;
  if (low < bend) {
    const double end = std::min(high, bend);
    const std::size_t count = bins(end - low, 0.1, high > bend ? 1 : 3, 16);
    for (std::size_t i = 0; i < count; ++i)
      edges.push_back(low + (end - low) * static_cast<double>(i) / static_cast<double>(count));
  }
  if (high > bend) {
    const double begin = std::max(low, bend), ratio = (2 - high) / (2 - begin);
    const std::size_t count = bins(-std::log(ratio), 0.12, 3, 12);
    for (std::size_t i = 0; i < count; ++i)
      edges.push_back(2 - (2 - begin) * std::pow(ratio, static_cast<double>(i) / static_cast<double>(count)));
  }
  edges.push_back(high);
  // No cell is on both sides of where directed motion begins.
  if (low < directed_from && directed_from < high)
    *std::min_element(edges.begin() + 1, edges.end() - 1, [](double a, double b) {
      return std::abs(a - directed_from) < std::abs(b - directed_from);
    }) = directed_from;
  return edges;
}

std::vector<double> k_edges(const StatePopulation& p, double noise) {
  const double high = std::max(p.k_mean + widest * p.k_sd, 1e-5);
  const double floor = std::min(0.5 * high, 3e-3 * noise * noise);
  const double low = std::min(0.98 * high, std::max(p.k_mean - widest * p.k_sd, floor));
  // Fine bins over the decade and a half that holds most particles, coarse ones below it.
  const double fine = std::max(low, 0.03 * high);
  std::vector<double> edges;
  const auto divide = [&edges](double from, double to, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      edges.push_back(from * std::exp(std::log(to / from) * static_cast<double>(i) / static_cast<double>(count)));
  };
  if (low < fine) divide(low, fine, bins(std::log(fine / low), 1.0, 1, 12));
  divide(fine, high, bins(std::log(high / fine), 0.4, 3, 9));
  edges.push_back(high);
  return edges;
}

constexpr int broad_alphas = 18;
constexpr double broad_log_step = 0.47;  // of ln K

std::vector<Cell> broad_cells() {
  constexpr int ks = 30;
  std::vector<Cell> cells;
  for (int a = 0; a < broad_alphas; ++a)
    for (int k = 0; k < ks; ++k)
      cells.push_back({alpha_bounds.high * (a + 0.5) / broad_alphas, 1e-4 * std::exp(broad_log_step * k),
                       1.0 / (broad_alphas * ks)});
  return cells;
}

}  // namespace

void PiecewiseNormal::add(double weight, double low, double high, double mean, double sd) {
  if (!(weight > 0)) return;
  pieces_.push_back({weight, low, high, mean, sd});
  total_ += weight;
}

namespace {

// The share of a piece that lies below x, for x in it: what needs the piece alone is computed once.
class PartBelow {
 public:
  PartBelow(double low, double high, double mean, double sd)
      : low_(low), high_(high), mean_(mean), sd_(low > mean ? sd : -sd), below_(tail(low)), all_(below_ - tail(high)) {}

  double operator()(double x) const {
    return std::abs(all_) > 1e-200 ? (below_ - tail(x)) / all_ : (x - low_) / (high_ - low_);
  }

 private:
  // Twice the normal distribution's mass beyond x, on the side where it is small.
  double tail(double x) const { return std::erfc((x - mean_) / (sd_ * std::numbers::sqrt2)); }

  double low_, high_, mean_, sd_, below_, all_;
};

}  // namespace

double PiecewiseNormal::quantile(double share) const {
  constexpr int halvings = 40;
  double low = pieces_.front().low;
  double high = pieces_.front().high;
  double left = share * total_;  // weight wanted of the pieces that are neither below `low` nor above `high`
  for (const Piece& p : pieces_) {
    low = std::min(low, p.low);
    high = std::max(high, p.high);
  }
  std::vector<std::pair<Piece, std::optional<PartBelow>>> pieces;
  for (const Piece& p : pieces_) {
    if (p.high == low)
      left -= p.weight;
    else
      pieces.emplace_back(p, std::nullopt);
  }
  if (left <= 0) return low;
  for (int i = 0; i < halvings; ++i) {
    const double middle = 0.5 * (low + high);
    double below = 0;
    for (auto& [p, part] : pieces) {
      if (middle < p.low) continue;
      if (middle >= p.high) {
        below += p.weight;
        continue;
      }
      if (!part) part.emplace(p.low, p.high, p.mean, p.sd);
      below += p.weight * (*part)(middle);
    }
    (below < left ? low : high) = middle;
    std::erase_if(pieces, [&](const auto& piece) {
      const Piece& p = piece.first;
      if (p.high > low) return p.low > high;
      left -= p.weight;
      return true;
    });
  }
  return high;
}

PopulationGrid::PopulationGrid(const StatePopulation& population, double noise) : population_(population) {
  if (population.immobile) {
    cells_ = {{0, 0, 1}};
    // Motion of alpha = 0 is white noise of variance K.
    if (population.k_sd > 0)
      cells_ = {{0, 0, 0.4},
                {0.01, 0.3 * population.k_sd, 0.3},
                {0.01, population.k_sd, 0.2},
                {0.01, 3 * population.k_sd, 0.1}};
  } else if (population.stray) {
    cells_ = {{population.alpha_mean, population.k_mean, 1}};
  } else if (population.broad) {
    cells_ = broad_cells();
  } else {
    alpha_edges_ = alpha_edges(population);
    k_edges_ = k_edges(population, noise);
    const std::vector<double> alphas = bin_shares(alpha_edges_, population.alpha_mean, population.alpha_sd);
    const std::vector<double> ks = bin_shares(k_edges_, population.k_mean, population.k_sd);
    const std::vector<double> alpha =
        bin_values(alpha_edges_, alphas, false, population.alpha_mean, population.alpha_sd);
    const std::vector<double> k = bin_values(k_edges_, ks, true, population.k_mean, population.k_sd);
    constexpr double rare = 1e-4;
    constexpr double hardly = 1e-9;
    double total = 0;
    for (std::size_t b = 0; b < ks.size(); ++b)
      for (std::size_t a = 0; a < alphas.size(); ++a) {
        const double share = alphas[a] * ks[b];
        // Of rare ones some are enough, but for every K: no other cell explains a slower particle.
        if (share < rare && (a % 3 != 1 || share < hardly)) continue;
        cells_.push_back({alpha[a], k[b], share});
        bins_.emplace_back(a, b);
        total += share;
      }
    for (Cell& cell : cells_) cell.share /= total;
  }
}

void PopulationGrid::add_to(PiecewiseNormal& alpha, PiecewiseNormal& k, std::span<const double> posterior,
                            double weight) const {
  const StatePopulation& p = population_;
  if (p.immobile) {
    alpha.add(weight, 0, 0, 0, 1);
    k.add(weight, 0, 0, 0, 1);
    return;
  }
  if (bins_.empty()) {
    // Even between neighbouring points.
    const double half_step = 0.5 * alpha_bounds.high / broad_alphas;
    const double half_ratio = std::exp(0.5 * broad_log_step);
    for (std::size_t c = 0; c < cells_.size(); ++c) {
      const auto [a, b, share] = cells_[c];
      alpha.add(weight * posterior[c], a - half_step, a + half_step, a, 100);
      k.add(weight * posterior[c], b / half_ratio, b * half_ratio, b, 100 * b);
    }
    return;
  }
  std::vector<double> of_alpha(alpha_edges_.size() - 1);
  std::vector<double> of_k(k_edges_.size() - 1);
  for (std::size_t c = 0; c < bins_.size(); ++c) {
    of_alpha[bins_[c].first] += weight * posterior[c];
    of_k[bins_[c].second] += weight * posterior[c];
  }
  for (std::size_t i = 0; i < of_alpha.size(); ++i)
    alpha.add(of_alpha[i], alpha_edges_[i], alpha_edges_[i + 1], p.alpha_mean, p.alpha_sd);
  for (std::size_t i = 0; i < of_k.size(); ++i) k.add(of_k[i], k_edges_[i], k_edges_[i + 1], p.k_mean, p.k_sd);
}

std::vector<double> PopulationGrid::shares(const StatePopulation& population) const {
  std::vector<double> out;
  if (bins_.empty()) {
    for (const Cell& cell : cells_) out.push_back(cell.share);
    return out;
  }
  const std::vector<double> alphas = bin_shares(alpha_edges_, population.alpha_mean, population.alpha_sd);
  const std::vector<double> ks = bin_shares(k_edges_, population.k_mean, population.k_sd);
  double total = 0;
  for (const auto& [a, k] : bins_) {
    out.push_back(alphas[a] * ks[k]);
    total += out.back();
  }
  for (double& share : out) share /= total;
  return out;
}

std::vector<Cell> general_cells(double immobile_share, int k_count, double fastest) {
  std::vector<double> alphas;
  for (int i = 0; i < 13; ++i) alphas.push_back(0.06 + 0.14 * i);
  alphas.insert(alphas.end(), {1.86, 1.97});
  const double k_step = 0.79 * 17 / k_count;  // of ln K
  std::vector<double> ks;
  for (int i = 0; i < k_count || ks.back() < fastest; ++i) ks.push_back(2e-4 * std::exp(k_step * i));
  std::vector<Cell> cells;
  const double share = (1 - immobile_share) / static_cast<double>(alphas.size() * ks.size());
  for (const double alpha : alphas)
    for (const double k : ks) cells.push_back({alpha, k, share});
  cells.push_back({0, 0, immobile_share});
  return cells;
}

Moments cut_moments(double mean, double sd, const Bounds& bounds) {
  const auto [low, high] = bounds;
  const double a = (low - mean) / sd;
  const double b = (high - mean) / sd;
  const double mass = normal_mass(a, b);
  if (!(mass > 1e-250)) {  // all in one tail: exponential from the nearer bound
    const double rate = std::max(std::abs(a), std::abs(b)) / sd;
    const double from = mean < low ? low + 1 / rate : high - 1 / rate;
    return {std::clamp(from, low, high), 1 / (rate * rate)};
  }
  const double first = (phi(a) - phi(b)) / mass;
  const double second = (a * phi(a) - b * phi(b)) / mass;
  return {mean + sd * first, sd * sd * std::max(1e-12, 1 + second - first * first)};
}

std::pair<double, double> fit_cut_normal(const Moments& moments, const Bounds& bounds, double smallest_sd) {
  const double target_sd = std::sqrt(std::max(moments.variance, smallest_sd * smallest_sd));
  const double widest_sd = 12 * target_sd;
  double mean = moments.mean;
  double sd = target_sd;
  for (int round = 0; round < 400; ++round) {
    const Moments now = cut_moments(mean, sd, bounds);
    const double shift = moments.mean - now.mean;
    const double stretch = target_sd / std::sqrt(now.variance);
    if (std::abs(shift) < 1e-7 * target_sd && std::abs(stretch - 1) < 1e-7) break;
    mean = std::clamp(mean + shift, bounds.low, bounds.high);
    sd = std::clamp(sd * std::sqrt(stretch), smallest_sd, widest_sd);
  }
  return {mean, sd};
}

}  // namespace an::segmentation
