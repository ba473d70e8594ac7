// SPDX-License-Identifier: MIT
#include "tracking/spot_detector.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "kernels/image_filters.hpp"
#include "kernels/processor_kernel.hpp"
#include "kernels/spot_fit.hpp"
#include "tracking/frame_background.hpp"
#include "tracking/place_grid.hpp"
#include "tracking/spot_groups.hpp"
#include "tracking/spot_shape.hpp"

namespace an::tracking {

namespace {

using kernels::FitSetting;
using kernels::GroupFit;
using kernels::Image;
using kernels::Spot;
using kernels::SpotErrors;

constexpr float settled_move = 2e-3F;       // px; what moves less in a fit is settled
constexpr float settled_light = 2e-3F;      // relative
constexpr double assumed_background = 100;  // photons, where noise does not tell
constexpr int searches = 3;
constexpr int sweeps = 2;

AN_KERNEL(fit_groups, kernels::FitGroups)
AN_KERNEL(render_rows, kernels::RenderRows)
AN_KERNEL(filter_columns, kernels::CorrelateColumns<float>)
AN_KERNEL(filter_rows, kernels::CorrelateRows<float>)
AN_KERNEL(find_maxima, kernels::LocalMaxima<float>)
AN_VECTORISED double fit_spots(GroupFit& fit, Spot* spots, int count) { return fit.fit(spots, count); }
double fit_spots(GroupFit& fit, std::vector<Spot>& spots) {
  return fit_spots(fit, spots.data(), static_cast<int>(spots.size()));
}

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

struct SpotDetector::Work {
  SpotDetectorParameters parameters;
  double background = 0;  // photons a pixel, of all frames
  double brightness = 0, brightness_sd = 0;
  ShapeTable table;
  FitSetting setting;
  Image<float> data, model, residual, filtered_columns, filtered;
  Image<float>::HostMirror host_data, host_model, host_residual, host_filtered;
  Image<int> found;
  Image<int>::HostMirror host_found;
  kernels::SymmetricTaps filter;
  double filter_noise = 1, filter_gain = 1;  // of the matched filter: noise for one photon a pixel, answer to a photon
  std::vector<Fitted> spots;
  std::vector<Place> vanished;  // places of spots that were removed since the last fit

  explicit Work(const SpotDetectorParameters& given) : parameters(given), background(given.background) {
    kernels::start_kernels();
    set_shape(parameters.spot == SpotKind::airy ? airy_table(parameters.optics)
                                                : gaussian_table(parameters.spot_sigma));
  }

  void set_shape(const ShapeTable& new_table) {
    table = new_table;
    const auto side = static_cast<std::size_t>(table.side());
    Image<float> samples("spot", side, side);
    const auto host = Kokkos::create_mirror_view(samples);
    std::copy(table.samples.begin(), table.samples.end(), host.data());
    Kokkos::deep_copy(samples, host);
    setting.shape = {samples, table.reach, table.per_pixel};
    const std::vector<double> profile = table.mean_profile();
    filter.reach = std::min<std::size_t>(4, profile.size() - 1);
    double squares = 0;
    for (std::size_t q = 0; q <= filter.reach; ++q) {
      filter.taps[q] = profile[q];
      squares += (q == 0 ? 1 : 2) * profile[q] * profile[q];
    }
    filter_noise = squares;  // the square root of the sum of the squared two-dimensional weights
    filter_gain = table.answer_to(filter.taps, filter.reach);
  }

  std::size_t rows() const { return data.extent(0); }
  std::size_t columns() const { return data.extent(1); }

  void make_room(std::size_t new_rows, std::size_t new_columns) {
    if (data.extent(0) == new_rows && data.extent(1) == new_columns) return;
    data = Image<float>("photons", new_rows, new_columns);
    model = Image<float>("model", new_rows, new_columns);
    residual = Image<float>("residual", new_rows, new_columns);
    filtered_columns = Image<float>("filtered columns", new_rows, new_columns);
    filtered = Image<float>("filtered", new_rows, new_columns);
    found = Image<int>("maxima", new_rows, new_columns + 1);
    host_data = Kokkos::create_mirror_view(data);
    host_model = Kokkos::create_mirror_view(model);
    host_residual = Kokkos::create_mirror_view(residual);
    host_filtered = Kokkos::create_mirror_view(filtered);
    host_found = Kokkos::create_mirror_view(found);
    setting.data = data;
    setting.model = model;
  }

  // The frame in photons, so that the background has the same brightness in all frames.
  void take(const Frame& frame) {
    make_room(frame.rows, frame.columns);
    const FrameBackground ground = background_of(frame);
    const double photons = background > 0 ? background : assumed_background;
    // Shot noise alone: the background's level gives the gain. Else its noise does.
    const bool by_level = ground.level > 4 * ground.noise || parameters.background > 0;
    const double gain = by_level ? photons / ground.level : std::sqrt(photons) / std::max(ground.noise, 1e-30);
    const auto scale = static_cast<float>(gain);
    const auto shift = static_cast<float>(photons - ground.level * gain + (frame.whole() ? 0.5 * gain : 0));
    float* to = host_data.data();
    for (std::size_t i = 0; i < frame.pixels.size(); ++i) to[i] = frame.pixels[i] * scale + shift;
    Kokkos::deep_copy(data, host_data);
    level_ = photons;
    spots.clear();
    vanished.clear();
    render();
  }

  void render() { paint({spots.begin(), spots.end()}, false); }

  // Paints the model anew, or adds spots to it.
  void paint(const std::vector<Spot>& list, bool add) {
    // Sorted by rows, by counting.
    const auto row_of = [&](const Spot& spot) {
      return static_cast<std::size_t>(std::clamp(spot.y, 0.0F, static_cast<float>(rows() - 1)));
    };
    const Kokkos::View<int*> first("first spots", rows() + 1);
    const auto host_first = Kokkos::create_mirror_view(first);
    for (const Spot& spot : list) ++host_first(row_of(spot) + 1);
    for (std::size_t row = 0; row < rows(); ++row) host_first(row + 1) += host_first(row);
    std::vector<Spot> sorted(list.size());
    std::vector<int> next(host_first.data(), host_first.data() + rows());
    for (const Spot& spot : list) sorted[static_cast<std::size_t>(next[row_of(spot)]++)] = spot;
    Kokkos::deep_copy(first, host_first);
    // The analyzer does not see that Kokkos counts references.
    // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks)
    render_rows({model, setting.shape, to_device(sorted), first, static_cast<float>(level_), add}, rows());
  }

  static Kokkos::View<Spot*> to_device(const std::vector<Spot>& list) {
    Kokkos::View<Spot*> device(Kokkos::view_alloc(Kokkos::WithoutInitializing, "spots"), list.size());
    const auto host = Kokkos::create_mirror_view(device);
    std::copy(list.begin(), list.end(), host.data());
    Kokkos::deep_copy(device, host);
    return device;
  }

  // Adds maxima of what the model does not explain. False where there are none.
  bool search(double threshold) {
    const Image<float> from = data;
    const Image<float> expected = model;
    const Image<float> rest = residual;
    const std::size_t width = columns();
    kernels::for_each_index(
        "residual", rows(), KOKKOS_LAMBDA(std::size_t row) {
          for (std::size_t c = 0; c < width; ++c) rest(row, c) = from(row, c) - expected(row, c);
        });
    filter_columns({residual, filtered_columns, filter}, rows());
    filter_rows({filtered_columns, filtered, filter}, rows());
    const double noise = filter_noise * std::sqrt(level_);
    find_maxima({filtered, found, threshold * noise, 1, 1, 0}, rows());
    Kokkos::deep_copy(host_found, found);
    Kokkos::deep_copy(host_filtered, filtered);
    Kokkos::deep_copy(host_model, model);
    const std::size_t before = spots.size();
    for (std::size_t row = 0; row < rows(); ++row)
      for (int i = 1; i <= host_found(row, 0); ++i) {
        const auto column = static_cast<std::size_t>(host_found(row, static_cast<std::size_t>(i)));
        // Where there is light of others, there is more noise.
        const double share = std::max(1.0, static_cast<double>(host_model(row, column)) / level_);
        const auto answer = static_cast<double>(host_filtered(row, column));
        if (!(answer > threshold * noise * std::sqrt(share))) continue;
        Fitted& added = spots.emplace_back();
        added.y = static_cast<float>(row) + offset(row, column, true);
        added.x = static_cast<float>(column) + offset(row, column, false);
        added.photons = static_cast<float>(answer / filter_gain);
      }
    if (spots.size() == before) return false;
    paint({spots.begin() + static_cast<std::ptrdiff_t>(before), spots.end()}, true);
    return true;
  }

  // Vertex of the parabola through a maximum and its neighbours.
  float offset(std::size_t row, std::size_t column, bool down) const {
    const std::size_t at = down ? row : column;
    const std::size_t last = (down ? rows() : columns()) - 1;
    if (at == 0 || at == last) return 0;
    const float before = down ? host_filtered(row - 1, column) : host_filtered(row, column - 1);
    const float after = down ? host_filtered(row + 1, column) : host_filtered(row, column + 1);
    const float bend = 2 * host_filtered(row, column) - before - after;
    return bend > 0 ? std::clamp(0.5F * (after - before) / bend, -0.5F, 0.5F) : 0;
  }

  void set_prior(bool on) {
    const bool known = on && parameters.brightness_prior && brightness > 0;
    setting.prior_photons = known ? static_cast<float>(brightness) : 0;
    setting.prior_precision = known ? static_cast<float>(1 / (brightness_sd * brightness_sd)) : 0;
  }

  // Fits the groups near which anything has changed, beside the others' light; as often as asked for.
  void fit(int times) {
    for (int sweep = 0; sweep < times; ++sweep) {
      const SpotGroups groups = groups_of(spots);
      const std::vector<std::size_t> disturbed = disturbed_groups(groups, spots, vanished, setting.prior_precision);
      vanished.clear();
      for (Fitted& spot : spots) spot.changed = false;
      if (disturbed.empty()) return;
      std::vector<Spot> ordered;
      std::vector<int> begins;
      for (const std::size_t group : disturbed) {
        begins.push_back(static_cast<int>(ordered.size()));
        for (const std::size_t k : groups.members(group)) ordered.push_back(spots[k]);
      }
      begins.push_back(static_cast<int>(ordered.size()));
      const Kokkos::View<Spot*> device = to_device(ordered);
      // NOLINTNEXTLINE(clang-analyzer-cplusplus.NewDeleteLeaks): as above
      const Kokkos::View<SpotErrors*> device_errors("errors", ordered.size());
      const Kokkos::View<int*> first("groups", begins.size());
      const auto host_first = Kokkos::create_mirror_view(first);
      std::copy(begins.begin(), begins.end(), host_first.data());
      Kokkos::deep_copy(first, host_first);
      fit_groups({setting, first, device, device_errors}, disturbed.size());
      const auto host = Kokkos::create_mirror_view(device);
      const auto host_errors = Kokkos::create_mirror_view(device_errors);
      Kokkos::deep_copy(host, device);
      Kokkos::deep_copy(host_errors, device_errors);
      std::size_t at = 0;
      std::vector<Spot> moves;  // light that goes, and light that comes
      for (const std::size_t group : disturbed) {
        const std::span<const std::size_t> members = groups.members(group);
        for (const std::size_t k : members) {
          Fitted& spot = spots[k];
          const Spot& moved = host(at);
          spot.changed = std::max(std::abs(moved.y - spot.y), std::abs(moved.x - spot.x)) > settled_move ||
                         std::abs(moved.photons - spot.photons) > settled_light * moved.photons;
          if (spot.changed) {
            moves.push_back({spot.y, spot.x, -spot.photons});
            moves.push_back(moved);
            static_cast<Spot&>(spot) = moved;
          }
          spot.fitted = true;
          spot.errors = host_errors(at);
          spot.joint = members.size() > 1;
          spot.precision = spot.joint ? setting.prior_precision : 0;
          ++at;
        }
      }
      if (moves.size() < spots.size())
        paint(moves, true);
      else
        render();
    }
  }

  // Half the deviance that a spot alone explains, less what its unlikely brightness costs.
  double evidence(std::size_t k) const {
    const auto photons = static_cast<double>(spots[k].photons);
    const auto variance = static_cast<double>(spots[k].errors.var_photons);
    double gain = 0.5 * photons * photons / variance;
    if (parameters.brightness_prior && brightness > 0) {
      const double off = photons - brightness;
      gain -= 0.5 * off * off / (brightness_sd * brightness_sd + variance);
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
    Kokkos::deep_copy(host_model, model);
    std::vector<Fitted> chosen;
    for (std::size_t group = 0; group < groups.size(); ++group) {
      const std::span<const std::size_t> members = groups.members(group);
      std::vector<Spot> own;
      for (const std::size_t k : members) own.push_back(spots[k]);
      choose_number(own);
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

  bool too_bright(const std::vector<Spot>& own) const {
    return std::any_of(own.begin(), own.end(), [&](const Spot& spot) {
      const double noise = std::sqrt(brightness_sd * brightness_sd + spot_noise_ * spot_noise_);
      return static_cast<double>(spot.photons) > brightness + 3 * noise;
    });
  }

  // Takes spots away, then adds some, as long as the evidence in one window, which has to hold every hypothesis, asks
  // for it.
  void choose_number(std::vector<Spot>& own) {
    const bool known = setting.prior_precision > 0;
    if (own.size() == 1 && !(known && too_bright(own))) return;
    const kernels::FitWindow window = GroupFit::window_of(setting, own.data(), static_cast<int>(own.size()));
    const auto group = std::make_unique<GroupFit>(setting, window, true);  // too large for the stack of a thread
    group->set_base(own.data(), static_cast<int>(own.size()));
    double cost = fit_spots(*group, own);
    while (take_one(*group, own, cost)) {
    }
    while (known && add_one(*group, own, cost)) {
    }
  }

  // Gives a spot's light to its nearest neighbour, the first spot where that costs too little. \param cost of the fit
  bool take_one(GroupFit& group, std::vector<Spot>& own, double& cost) const {
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
      if (new_cost - cost >= parameters.evidence) continue;
      own = fewer;
      cost = new_cost;
      return true;
    }
    return false;
  }

  // Splits the brightest spot, if one is too bright, along or across what it leaves over.
  bool add_one(GroupFit& group, std::vector<Spot>& own, double& cost) const {
    if (own.size() >= static_cast<std::size_t>(kernels::most_joint_spots) || !too_bright(own)) return false;
    const auto bright =
        std::max_element(own.begin(), own.end(), [](const Spot& a, const Spot& b) { return a.photons < b.photons; });
    const Spot whole = *bright;
    const auto index = static_cast<std::size_t>(bright - own.begin());
    std::vector<Spot> best;
    double best_cost = cost - parameters.evidence;
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
  double elongation(const Spot& spot) const {
    double yy = 0;
    double xx = 0;
    double xy = 0;
    const int row = static_cast<int>(std::lround(spot.y));
    const int column = static_cast<int>(std::lround(spot.x));
    for (int r = std::max(row - 2, 0); r <= std::min(row + 2, static_cast<int>(rows()) - 1); ++r)
      for (int c = std::max(column - 2, 0); c <= std::min(column + 2, static_cast<int>(columns()) - 1); ++c) {
        const auto i = static_cast<std::size_t>(r);
        const auto j = static_cast<std::size_t>(c);
        const auto left = static_cast<double>(host_data(i, j) - host_model(i, j));
        const double y = r - static_cast<double>(spot.y);
        const double x = c - static_cast<double>(spot.x);
        yy += left * y * y;
        xx += left * x * x;
        xy += left * x * y;
      }
    return 0.5 * std::atan2(2 * xy, xx - yy);
  }

  // Everything but the brightness prior's help; then, with it, how many spots there are.
  void find(const Frame& frame) {
    take(frame);
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
      if (spot.joint && setting.prior_precision > 0) {
        const auto prior = static_cast<double>(setting.prior_precision);
        const double own = 1 / variance - prior;
        const auto expected = static_cast<double>(setting.prior_photons);
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
      for (const Frame& frame : sample) {
        // What a wrong shape leaves over is not looked for.
        take(frame);
        set_prior(false);
        if (!search(2 * parameters.threshold)) continue;
        fit(sweeps);
        for (const std::size_t k : isolated_spots(spots, rows(), columns())) {
          const Spot& spot = spots[k];
          const auto row = static_cast<int>(std::lround(spot.y));
          const auto column = static_cast<int>(std::lround(spot.x));
          for (int r = std::max(row - reach, 0); r <= std::min(row + reach, static_cast<int>(rows()) - 1); ++r)
            for (int c = std::max(column - reach, 0); c <= std::min(column + reach, static_cast<int>(columns()) - 1);
                 ++c) {
              const double light =
                  static_cast<double>(host_data(static_cast<std::size_t>(r), static_cast<std::size_t>(c))) - level_;
              profile.add(std::hypot(r - static_cast<double>(spot.y), c - static_cast<double>(spot.x)), light,
                          static_cast<double>(spot.photons));
            }
        }
      }
      if (const auto learnt = profile.table()) set_shape(*learnt);
    }
  }

  void calibrate(std::span<const Frame> sample) {
    if (parameters.background <= 0) {
      std::vector<double> levels;
      for (const Frame& frame : sample) {
        const FrameBackground ground = background_of(frame);
        if (ground.noise > 0 && ground.level > 4 * ground.noise)
          levels.push_back(ground.level * ground.level / (ground.noise * ground.noise));
      }
      background = 2 * levels.size() > sample.size() ? median_of(levels) : assumed_background;
    }
    brightness = 0;
    if (parameters.spot == SpotKind::estimated) learn_shape(sample);
    std::vector<double> photons, variances;
    for (const Frame& frame : sample) {
      find(frame);
      for (const std::size_t k : isolated_spots(spots, rows(), columns())) {
        photons.push_back(static_cast<double>(spots[k].photons));
        variances.push_back(static_cast<double>(spots[k].errors.var_photons));
      }
    }
    if (photons.size() < 10) return;
    brightness = median_of(photons);
    spot_noise_ = std::sqrt(median_of(variances));
    std::vector<double> distances;
    for (const double value : photons) distances.push_back(std::abs(value - brightness));
    const double spread = 1.4826 * median_of(distances);
    const double least = 0.02 * brightness;
    brightness_sd = std::sqrt(std::max(spread * spread - spot_noise_ * spot_noise_, least * least));
  }

  double level_ = 0;       // photons of background in this frame
  double spot_noise_ = 0;  // typical standard deviation of an isolated spot's photons
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

double SpotDetector::brightness() const { return work_->brightness; }
double SpotDetector::brightness_sd() const { return work_->brightness_sd; }
double SpotDetector::light_per_photon() const { return work_->table.light(); }
double SpotDetector::peak_per_photon() const { return work_->table.at(0, 0, 0, 0); }

}  // namespace an::tracking
