// SPDX-License-Identifier: MIT
#include "tracking/spot_number.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "core/vectorised.hpp"

namespace an::tracking {

using kernels::GroupFit;
using kernels::Spot;

namespace {

AN_VECTORISED double fit_spots(GroupFit& fit, Spot* spots, int count) { return fit.fit(spots, count); }
double fit_spots(GroupFit& fit, std::vector<Spot>& spots) {
  return fit_spots(fit, spots.data(), static_cast<int>(spots.size()));
}

}  // namespace

bool SpotNumber::too_bright(const std::vector<Spot>& own) const {
  return std::any_of(own.begin(), own.end(), [&](const Spot& spot) {
    const double noise = std::sqrt(brightness_.sd * brightness_.sd + brightness_.noise * brightness_.noise);
    return static_cast<double>(spot.photons) > brightness_.mean + 3 * noise;
  });
}

void SpotNumber::choose(std::vector<Spot>& own) const {
  const bool known = setting_.prior_precision > 0;
  if (own.size() == 1 && !(known && too_bright(own))) return;
  const kernels::FitWindow window = GroupFit::window_of(setting_, own.data(), static_cast<int>(own.size()));
  const auto group = std::make_unique<GroupFit>(setting_, window, true);  // too large for the stack of a thread
  group->set_base(own.data(), static_cast<int>(own.size()));
  double cost = fit_spots(*group, own);
  while (take_one(*group, own, cost)) {
  }
  while (known && add_one(*group, own, cost)) {
  }
}

// Gives a spot's light to its nearest neighbour, the first spot where that costs too little. \param cost of the fit
bool SpotNumber::take_one(GroupFit& group, std::vector<Spot>& own, double& cost) const {
  for (std::size_t k = 0; own.size() > 1 && k < own.size(); ++k) {
    std::vector<Spot> fewer = own;
    const Spot removed = fewer[k];
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(k));
    Spot& nearest = *std::min_element(fewer.begin(), fewer.end(), [&](const Spot& a, const Spot& b) {
      return std::hypot(a.y - removed.y, a.x - removed.x) < std::hypot(b.y - removed.y, b.x - removed.x);
    });
    const float share = removed.photons / (removed.photons + nearest.photons);
    nearest.y += share * (removed.y - nearest.y);
    nearest.x += share * (removed.x - nearest.x);
    nearest.photons += removed.photons;
    const double new_cost = fit_spots(group, fewer);
    if (new_cost - cost >= evidence_) continue;
    own = fewer;
    cost = new_cost;
    return true;
  }
  return false;
}

// Splits the brightest spot, if one is too bright, along or across what it leaves over.
bool SpotNumber::add_one(GroupFit& group, std::vector<Spot>& own, double& cost) const {
  if (own.size() >= static_cast<std::size_t>(kernels::most_joint_spots) || !too_bright(own)) return false;
  const auto bright =
      std::max_element(own.begin(), own.end(), [](const Spot& a, const Spot& b) { return a.photons < b.photons; });
  const Spot whole = *bright;
  const auto index = static_cast<std::size_t>(bright - own.begin());
  std::vector<Spot> best;
  double best_cost = cost - evidence_;
  const double angle = elongation(whole);
  for (const double turn : {0.0, 0.5 * std::numbers::pi}) {
    const auto dy = static_cast<float>(0.5 * std::sin(angle + turn));
    const auto dx = static_cast<float>(0.5 * std::cos(angle + turn));
    std::vector<Spot> more = own;
    more[index] = {whole.y + dy, whole.x + dx, whole.photons / 2};
    more.push_back({whole.y - dy, whole.x - dx, whole.photons / 2});
    const double new_cost = fit_spots(group, more);
    if (new_cost < best_cost) {
      best_cost = new_cost;
      best = more;
    }
  }
  if (best.empty()) return false;
  own = best;
  cost = best_cost;
  return true;
}

// Direction in which light is left over around a spot, from second moments.
double SpotNumber::elongation(const Spot& spot) const {
  double yy = 0;
  double xx = 0;
  double xy = 0;
  for_each_pixel_around(spot, 2, data_.extent(0), data_.extent(1),
                        [&](std::size_t row, std::size_t column, double y, double x) {
                          const auto left = static_cast<double>(data_(row, column) - model_(row, column));
                          yy += left * y * y;
                          xx += left * x * x;
                          xy += left * x * y;
                        });
  return 0.5 * std::atan2(2 * xy, xx - yy);
}

}  // namespace an::tracking
