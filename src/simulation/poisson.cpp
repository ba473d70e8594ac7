// SPDX-License-Identifier: MIT
#include "simulation/poisson.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace an::simulation {

PoissonTable::PoissonTable(double mean) {
  constexpr double standard_deviations = 10;
  const double reach = standard_deviations * std::sqrt(mean) + 40;
  const auto first = static_cast<std::uint32_t>(std::max(0.0, std::floor(mean - reach)));
  const auto last = static_cast<std::uint32_t>(std::ceil(mean + reach));
  const std::size_t size = std::bit_ceil(std::size_t{last - first + 1});
  std::vector<double> share(size, 0.0);  // times the table's size
  for (std::uint32_t n = first; n <= last; ++n)
    share[n - first] = static_cast<double>(size) * std::exp(n * std::log(mean) - mean - std::lgamma(n + 1.0));
  shift_ = 32U - static_cast<std::uint32_t>(std::bit_width(size) - 1);
  mask_ = (shift_ == 32U ? 0U : 1U << shift_) - 1U;
  const double whole = static_cast<double>(mask_) + 1;
  std::vector<std::uint32_t> small, large;
  entries_.resize(size);
  for (std::uint32_t i = 0; i < size; ++i) (share[i] < 1 ? small : large).push_back(i);
  const auto set = [&](std::uint32_t i, double own_share, std::uint32_t other) {
    const double scaled = std::min(std::round(own_share * whole), whole);
    entries_[i] = {static_cast<std::uint32_t>(std::min(scaled, 4294967295.0)), first + i, other - i};
  };
  while (!small.empty() && !large.empty()) {
    const std::uint32_t below = small.back(), above = large.back();
    small.pop_back();
    set(below, share[below], above);
    share[above] -= 1 - share[below];
    if (share[above] >= 1) continue;
    large.pop_back();
    small.push_back(above);
  }
  for (const std::uint32_t i : small) set(i, 1, i);
  for (const std::uint32_t i : large) set(i, 1, i);
}

std::uint32_t Poisson::draw(double mean, Random& random) const {
  std::uint32_t sum = 0;
  const auto steps = static_cast<int>(mean / step);
  for (int i = 0; i < steps; ++i) sum += table_.draw(random);
  mean -= steps * step;
  // Inversion from above: the largest numbers belong to the smallest u, so most draws of a small mean end here.
  double u = random.uniform();
  if (u >= mean) return sum;  // 1 - exp(-mean) <= mean
  u = 1 - u;
  double probability = std::exp(-mean);
  for (std::uint32_t n = 1; u > probability && n < 200; ++n, ++sum) {
    u -= probability;
    probability *= mean / n;
  }
  return sum;
}

}  // namespace an::simulation
