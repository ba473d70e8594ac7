// SPDX-License-Identifier: MIT
#include "simulation/fov_video.hpp"

#include <algorithm>
#include <cmath>

#include "simulation/poisson.hpp"

namespace an::simulation {

namespace {

// Beyond this distance an Airy pattern holds 4 % of its light, some 1e-4 of the peak a pixel; the challenge's videos
// show as much light within it (2.02 photons a photon of brightness).
constexpr std::size_t reach = 10;

// The light of a frame, photons a pixel.
class Image {
 public:
  explicit Image(std::size_t side) : side_(static_cast<std::ptrdiff_t>(side)), light_(side * side) {}

  void clear() { std::fill(light_.begin(), light_.end(), 0.0F); }
  std::span<const float> light() const { return light_; }

  void add_point(Point place, double brightness, const PointSpread& spread) {
    const double row = std::floor(place.x), column = std::floor(place.y);
    const double down = place.x - row, right = place.y - column;
    const auto i = static_cast<std::ptrdiff_t>(row), j = static_cast<std::ptrdiff_t>(column);
    add_spread(i, j, brightness * (1 - down) * (1 - right), spread);
    add_spread(i, j + 1, brightness * (1 - down) * right, spread);
    add_spread(i + 1, j, brightness * down * (1 - right), spread);
    add_spread(i + 1, j + 1, brightness * down * right, spread);
  }

 private:
  void add_spread(std::ptrdiff_t row, std::ptrdiff_t column, double brightness, const PointSpread& spread) {
    const auto r = static_cast<std::ptrdiff_t>(spread.reach);
    const auto light = static_cast<float>(brightness);
    const std::ptrdiff_t left = std::max<std::ptrdiff_t>(column - r, 0), right = std::min(column + r + 1, side_);
    for (std::ptrdiff_t i = std::max<std::ptrdiff_t>(row - r, 0); i < std::min(row + r + 1, side_); ++i) {
      const float* const from =
          &spread.values[static_cast<std::size_t>((i - row + r) * (2 * r + 1) + left - column + r)];
      float* const to = &light_[static_cast<std::size_t>(i * side_ + left)];
      for (std::ptrdiff_t j = 0; j < right - left; ++j) to[j] += light * from[j];
    }
  }

  std::ptrdiff_t side_;
  std::vector<float> light_;
};

// Brightness of one particle, frame after frame.
class Brightness {
 public:
  Brightness(const VideoParameters& parameters, const RandomKey& key)
      : parameters_(parameters),
        random_(key),
        mean_(std::max(0.0, parameters.intensity + parameters.intensity_sd * random_.normal())) {}

  double next() {
    if (parameters_.blink_off > 0)
      dark_ = dark_ ? !random_.coin(parameters_.blink_on) : random_.coin(parameters_.blink_off);
    if (dark_) return 0;
    return parameters_.flicker > 0 ? std::max(0.0, mean_ * (1 + parameters_.flicker * random_.normal())) : mean_;
  }

 private:
  const VideoParameters& parameters_;
  Random random_;
  double mean_;
  bool dark_ = false;
};

class Camera {
 public:
  Camera(std::size_t side, double background, const RandomKey& key)
      : pixels_(side * side), random_(key), background_(background > 0 ? background : 1), dark_(background <= 0) {}

  std::vector<std::uint8_t> take(std::span<const float> light) {
    std::uint32_t most = 1;
    for (std::size_t i = 0; i < pixels_.size(); ++i) {
      pixels_[i] = dark_ ? 0 : background_.draw(random_);
      pixels_[i] += light[i] < dim ? dim_photons(static_cast<double>(light[i]))
                                   : signal_.draw(static_cast<double>(light[i]), random_);
      most = std::max(most, pixels_[i]);
    }
    std::vector<std::uint8_t> grey(most + 1);
    for (std::uint32_t n = 0; n <= most; ++n) grey[n] = static_cast<std::uint8_t>(static_cast<double>(n) / most * 255);
    std::vector<std::uint8_t> page(pixels_.size());
    for (std::size_t i = 0; i < pixels_.size(); ++i) page[i] = grey[pixels_[i]];
    return page;
  }

 private:
  // Most pixels have next to no signal. Their photons are the events of a Poisson process along the sum of their light:
  // one number a photon is drawn instead of one a pixel.
  std::uint32_t dim_photons(double light) {
    std::uint32_t photons = 0;
    for (to_next_ -= light; to_next_ < 0; ++photons) to_next_ -= std::log(random_.uniform());
    return photons;
  }

  static constexpr float dim = 2;
  std::vector<std::uint32_t> pixels_;
  Random random_;
  double to_next_ = -std::log(random_.uniform());  // light until the next photon of dim pixels
  PoissonTable background_;
  Poisson signal_;
  bool dark_;
};

// Where a particle is at each moment of an exposure: evenly along the line to its next position.
void expose(Image& image, const FovTrajectory& trajectory, std::size_t t, Point origin, double brightness,
            const VideoParameters& parameters, const PointSpread& spread) {
  const Point here{trajectory.x[t] - origin.x, trajectory.y[t] - origin.y};
  if (parameters.exposure <= 0 || t + 1 >= trajectory.size()) {
    image.add_point(here, brightness, spread);
    return;
  }
  constexpr int moments = 8;
  const Point step{trajectory.x[t + 1] - trajectory.x[t], trajectory.y[t + 1] - trajectory.y[t]};
  for (int i = 0; i < moments; ++i) {
    const double part = parameters.exposure * (i + 0.5) / moments;
    image.add_point({here.x + part * step.x, here.y + part * step.y}, brightness / moments, spread);
  }
}

}  // namespace

std::vector<std::uint8_t> vip_map(std::span<const Point> places, std::size_t side) {
  std::vector<std::uint8_t> map(side * side, 255);  // -1: the sum of nothing, minus 1
  for (std::size_t vip = 0; vip < places.size(); ++vip)
    for (std::size_t i = 0; i < 4; ++i) {
      const double row = std::floor(places[vip].x) + static_cast<double>(i / 2);
      const double column = std::floor(places[vip].y) + static_cast<double>(i % 2);
      const auto limit = static_cast<double>(side);
      if (row < 0 || column < 0 || row >= limit || column >= limit) continue;
      std::uint8_t& pixel = map[static_cast<std::size_t>(row) * side + static_cast<std::size_t>(column)];
      pixel = static_cast<std::uint8_t>(pixel + vip + 1);
    }
  return map;
}

Video render_video(const FieldOfView& fov, double side, std::size_t frames, const VideoParameters& parameters,
                   const RandomKey& key) {
  Video video;
  video.side = static_cast<std::size_t>(std::ceil(side));
  std::vector<Point> vips;
  for (std::size_t i = 0; i < fov.vips; ++i)
    vips.push_back({fov.trajectories[i].x[0] - fov.origin.x, fov.trajectories[i].y[0] - fov.origin.y});
  video.pages.push_back(vip_map(vips, video.side));
  const auto named = [&key](std::size_t particle) {
    return RandomKey{key.seed, key.experiment, key.fov, static_cast<std::uint32_t>(particle), RandomStream::video};
  };
  Camera camera(video.side, parameters.background, named(0));
  std::vector<Brightness> brightness;
  for (std::size_t i = 0; i < fov.trajectories.size(); ++i) brightness.emplace_back(parameters, named(i + 2));
  PointSpread spread = airy_pattern(parameters.optics, reach);
  Random focus(named(1));
  double defocus_nm = 0;
  Image image(video.side);
  for (std::size_t frame = 0; frame < frames; ++frame) {
    image.clear();
    if (parameters.focus_drift_nm > 0) {
      defocus_nm += parameters.focus_drift_nm * focus.normal();
      spread = defocused_pattern(parameters.optics, reach, defocus_nm);
    }
    for (std::size_t i = 0; i < fov.trajectories.size(); ++i) {
      const FovTrajectory& trajectory = fov.trajectories[i];
      if (frame < trajectory.first_frame || frame >= trajectory.first_frame + trajectory.size()) continue;
      expose(image, trajectory, frame - trajectory.first_frame, fov.origin, brightness[i].next(), parameters, spread);
    }
    video.pages.push_back(camera.take(image.light()));
  }
  return video;
}

}  // namespace an::simulation
