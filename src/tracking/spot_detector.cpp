// SPDX-License-Identifier: MIT
#include "tracking/spot_detector.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/processor_kernel.hpp"
#include "kernels/spot_fit.hpp"
#include "tracking/frame_background.hpp"
#include "tracking/frame_model.hpp"
#include "tracking/matched_filter.hpp"
#include "tracking/place_grid.hpp"
#include "tracking/spot_groups.hpp"
#include "tracking/spot_number.hpp"
#include "tracking/spot_shape.hpp"

namespace an::tracking {

namespace {

using kernels::FitSetting;
using kernels::Spot;
using kernels::SpotErrors;

constexpr float settled_move = 2e-3F;   // px; what moves less in a fit is settled
constexpr float settled_light = 2e-3F;  // relative
constexpr int searches = 3;
constexpr int sweeps = 2;

AN_KERNEL(fit_groups, kernels::FitGroups)

// The upper one of the two middle values of an even count.
double upper_median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// ln of how far apart some values are.
double log_range(const std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return std::log(*high / *low);
}

// The scale of a video, from some of its frames. \param known photons of background a pixel, or 0
PhotonScale scale_of(std::span<const Frame> sample, double known) {
  using Kind = PhotonScale::Kind;
  constexpr double assumed = 100;  // photons a pixel, where noise does not tell
  constexpr double fading = 0.4;   // of ln photons
  // Shot noise makes a level of its own square root's, one that was subtracted does not.
  const double least = known > 0 ? 0.5 * std::sqrt(known) : 4;
  std::vector<double> photons, gains;
  for (const Frame& frame : sample) {
    const FrameBackground ground = background_of(frame);
    if (!(ground.level > least * ground.noise)) continue;
    photons.push_back(ground.level * ground.level / (ground.noise * ground.noise));
    gains.push_back(photons.back() / ground.level);
  }
  const bool level_tells = 2 * photons.size() > sample.size();
  if (known > 0) return {level_tells ? Kind::level : Kind::noise, known};
  if (!level_tells) return {Kind::noise, assumed};
  // A camera that does not change sees a background that fades; else frames were scaled one by one, as the challenge's.
  if (log_range(photons) > std::max(fading, 2 * log_range(gains))) return {Kind::gain, upper_median(gains)};
  return {Kind::level, upper_median(photons)};
}

}  // namespace

struct SpotDetector::Work {
  SpotDetectorParameters parameters;
  PhotonScale scale;
  Brightness brightness;
  ShapeTable table;
  FrameModel frame;
  MatchedFilter filter;
  float prior_photons = 0, prior_precision = 0;  // of brightness, as FitSetting has them
  std::vector<Fitted> spots;
  std::vector<Place> vanished;  // places of spots that were removed since the last fit

  explicit Work(const SpotDetectorParameters& given) : parameters(given) {
    kernels::start_kernels();
    set_shape(parameters.spot == SpotKind::airy ? airy_table(parameters.optics)
                                                : gaussian_table(parameters.spot_sigma));
  }

  void set_shape(const ShapeTable& new_table) {
    table = new_table;
    frame.set_shape(table);
    filter.set_shape(table);
  }

  void take(const Frame& given) {
    if (scale.value == 0) scale = scale_of(std::span(&given, 1), parameters.background);
    frame.take(given, scale);
    spots.clear();
    vanished.clear();
  }

  void render() { frame.paint_anew({spots.begin(), spots.end()}); }

  // Adds maxima of what the model does not explain. False where there are none.
  bool search(double threshold) {
    const std::vector<Spot> found = filter.search(frame, threshold);
    for (const Spot& spot : found) static_cast<Spot&>(spots.emplace_back()) = spot;
    if (!found.empty()) frame.add(found);
    return !found.empty();
  }

  void set_prior(bool on) {
    const bool known = on && parameters.brightness_prior && brightness.mean > 0;
    prior_photons = known ? static_cast<float>(brightness.mean) : 0;
    prior_precision = known ? static_cast<float>(1 / (brightness.sd * brightness.sd)) : 0;
  }

  FitSetting fit_setting() const {
    return {frame.data(), frame.model(), frame.shape(), prior_photons, prior_precision};
  }

  // Fits the groups near which anything has changed, beside the others' light; as often as asked for.
  void fit(int times) {
    for (int sweep = 0; sweep < times; ++sweep) {
      const SpotGroups groups = groups_of(spots);
      const std::vector<std::size_t> disturbed = disturbed_groups(groups, spots, vanished, prior_precision);
      vanished.clear();
      for (Fitted& spot : spots) spot.changed = false;
      if (disturbed.empty()) return;
      const std::vector<Spot> moves = fit_anew(groups, disturbed);
      if (moves.size() < spots.size())
        frame.add(moves);
      else
        render();
    }
  }

  // Fits some groups. Returns what the fits change: light that goes, and light that comes.
  std::vector<Spot> fit_anew(const SpotGroups& groups, const std::vector<std::size_t>& chosen) {
    std::vector<Spot> ordered;
    std::vector<int> begins;
    for (const std::size_t group : chosen) {
      begins.push_back(static_cast<int>(ordered.size()));
      for (const std::size_t k : groups.members(group)) ordered.push_back(spots[k]);
    }
    begins.push_back(static_cast<int>(ordered.size()));
    const Kokkos::View<Spot*> device = to_device(ordered);
    // The analyzer does not see that Kokkos counts references.
    // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks)
    const Kokkos::View<SpotErrors*> device_errors("errors", ordered.size());
    const Kokkos::View<int*> first("groups", begins.size());
    const auto host_first = Kokkos::create_mirror_view(first);
    std::copy(begins.begin(), begins.end(), host_first.data());
    Kokkos::deep_copy(first, host_first);
    fit_groups({fit_setting(), first, device, device_errors}, chosen.size());
    const auto host = Kokkos::create_mirror_view(device);
    const auto host_errors = Kokkos::create_mirror_view(device_errors);
    Kokkos::deep_copy(host, device);
    Kokkos::deep_copy(host_errors, device_errors);
    std::vector<Spot> moves;
    std::size_t at = 0;
    for (const std::size_t group : chosen) {
      const std::span<const std::size_t> members = groups.members(group);
      for (const std::size_t k : members) {
        take_fit(spots[k], host(at), members.size() > 1, moves);
        spots[k].errors = host_errors(at);
        ++at;
      }
    }
    return moves;
  }

  // What a fit made of a spot. \param moves gets what it changed
  void take_fit(Fitted& spot, const Spot& moved, bool joint, std::vector<Spot>& moves) const {
    spot.changed = std::max(std::abs(moved.y - spot.y), std::abs(moved.x - spot.x)) > settled_move ||
                   std::abs(moved.photons - spot.photons) > settled_light * moved.photons;
    if (spot.changed) {
      moves.push_back({spot.y, spot.x, -spot.photons});
      moves.push_back(moved);
      static_cast<Spot&>(spot) = moved;
    }
    spot.fitted = true;
    spot.joint = joint;
    spot.precision = joint ? prior_precision : 0;
  }

  // Half the deviance that a spot alone explains, less what its unlikely brightness costs.
  double evidence(std::size_t k) const {
    const auto photons = static_cast<double>(spots[k].photons);
    const auto variance = static_cast<double>(spots[k].errors.var_photons);
    double gain = 0.5 * photons * photons / variance;
    if (parameters.brightness_prior && brightness.mean > 0) {
      const double off = photons - brightness.mean;
      gain -= 0.5 * off * off / (brightness.sd * brightness.sd + variance);
    }
    return gain;
  }

  // Spots that lie alone and explain too little are noise.
  void prune() {
    std::vector<Fitted> kept;
    for (std::size_t k = 0; k < spots.size(); ++k) {
      if (spots[k].joint || evidence(k) > parameters.evidence)
        kept.push_back(spots[k]);
      else
        vanished.push_back(spots[k].place());
    }
    if (kept.size() == spots.size()) return;
    spots = std::move(kept);
    render();
    fit(1);
  }

  // One spot more or less in a group of overlapping ones, if the evidence asks for it.
  void choose_numbers() {
    const SpotGroups groups = groups_of(spots);
    const FitSetting setting = fit_setting();
    const SpotNumber number(frame, setting, brightness, parameters.evidence);
    std::vector<Fitted> chosen;
    for (std::size_t group = 0; group < groups.size(); ++group) {
      const std::span<const std::size_t> members = groups.members(group);
      std::vector<Spot> own;
      for (const std::size_t k : members) own.push_back(spots[k]);
      number.choose(own);
      if (own.size() == members.size()) {
        for (const std::size_t k : members) chosen.push_back(spots[k]);
        continue;
      }
      for (const std::size_t k : members) vanished.push_back(spots[k].place());
      for (const Spot& spot : own) static_cast<Spot&>(chosen.emplace_back()) = spot;
    }
    spots = std::move(chosen);
    render();
  }

  // Everything but the brightness prior's help; then, with it, how many spots there are.
  void find(const Frame& given) {
    take(given);
    set_prior(false);
    for (int time = 0; time < searches; ++time) {
      if (!search(parameters.threshold)) break;
      set_prior(time > 0);
      fit(1);
    }
    if (spots.empty()) return;
    prune();
    set_prior(true);
    choose_numbers();
    fit(sweeps);
    prune();
  }

  std::vector<Localisation> localisations() const {
    std::vector<Localisation> list;
    for (const Fitted& spot : spots) {
      Localisation found_here;
      found_here.y = static_cast<double>(spot.y);
      found_here.x = static_cast<double>(spot.x);
      found_here.photons = static_cast<double>(spot.photons);
      double variance = static_cast<double>(spot.errors.var_photons);
      // What the measurement alone says: the prior's information is taken out again.
      if (spot.joint && prior_precision > 0) {
        const auto prior = static_cast<double>(prior_precision);
        const double own = 1 / variance - prior;
        const auto expected = static_cast<double>(prior_photons);
        // Where the prior says most, the measurement is worth nothing.
        const bool told = own > 0.25 * prior;
        found_here.photons = told ? (found_here.photons / variance - expected * prior) / own : expected;
        variance = told ? 1 / own : 100 / prior;
      }
      found_here.sd_y = std::sqrt(static_cast<double>(spot.errors.var_y));
      found_here.sd_x = std::sqrt(static_cast<double>(spot.errors.var_x));
      found_here.sd_photons = std::sqrt(variance);
      found_here.score = found_here.photons / found_here.sd_photons;
      found_here.joint = spot.joint;
      list.push_back(found_here);
    }
    std::sort(list.begin(), list.end(),
              [](const Localisation& a, const Localisation& b) { return a.y != b.y ? a.y < b.y : a.x < b.x; });
    return list;
  }

  // Learns the spots' profile from isolated ones: the light of their pixels by distance from the fitted centre.
  void learn_shape(std::span<const Frame> sample) {
    constexpr int repetitions = 4;
    constexpr int reach = 5;
    for (int repetition = 0; repetition < repetitions; ++repetition) {
      RadialProfile profile(reach);
      for (const Frame& given : sample) {
        // What a wrong shape leaves over is not looked for.
        take(given);
        set_prior(false);
        if (!search(2 * parameters.threshold)) continue;
        fit(sweeps);
        for (const std::size_t k : isolated_spots(spots, frame.rows(), frame.columns())) {
          const Spot& spot = spots[k];
          for_each_pixel_around(
              spot, reach, frame.rows(), frame.columns(), [&](std::size_t row, std::size_t column, double y, double x) {
                const double light = static_cast<double>(frame.host_data()(row, column)) - frame.level();
                profile.add(std::hypot(y, x), light, static_cast<double>(spot.photons));
              });
        }
      }
      if (const auto learnt = profile.table()) set_shape(*learnt);
    }
  }

  void calibrate(std::span<const Frame> sample) {
    scale = scale_of(sample, parameters.background);
    brightness = {};
    if (parameters.spot == SpotKind::estimated) learn_shape(sample);
    std::vector<double> photons, variances;
    for (const Frame& given : sample) {
      find(given);
      for (const std::size_t k : isolated_spots(spots, frame.rows(), frame.columns())) {
        photons.push_back(static_cast<double>(spots[k].photons));
        variances.push_back(static_cast<double>(spots[k].errors.var_photons));
      }
    }
    if (photons.size() < 10) return;
    brightness.mean = upper_median(photons);
    brightness.noise = std::sqrt(upper_median(variances));
    std::vector<double> distances;
    for (const double value : photons) distances.push_back(std::abs(value - brightness.mean));
    const double spread = 1.4826 * upper_median(distances);
    const double least = 0.02 * brightness.mean;
    brightness.sd = std::sqrt(std::max(spread * spread - brightness.noise * brightness.noise, least * least));
  }
};

SpotDetector::SpotDetector(const SpotDetectorParameters& parameters) : work_(std::make_unique<Work>(parameters)) {}
SpotDetector::~SpotDetector() = default;
SpotDetector::SpotDetector(SpotDetector&&) noexcept = default;
SpotDetector& SpotDetector::operator=(SpotDetector&&) noexcept = default;

void SpotDetector::calibrate(std::span<const Frame> sample) { work_->calibrate(sample); }

std::vector<Localisation> SpotDetector::locate(const Frame& frame) {
  work_->find(frame);
  return work_->localisations();
}

double SpotDetector::brightness() const { return work_->brightness.mean; }
double SpotDetector::brightness_sd() const { return work_->brightness.sd; }
double SpotDetector::light_per_photon() const { return work_->table.light(); }
double SpotDetector::peak_per_photon() const { return work_->table.at(0, 0, 0, 0); }

}  // namespace an::tracking
