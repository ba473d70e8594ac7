// SPDX-License-Identifier: MIT
// The detector on frames rendered for it: is it as exact as theory allows, and does it tell two particles from one?
#include "tracking/spot_detector.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <utility>

#include "core/random.hpp"
#include "simulation/fov_video.hpp"
#include "tracking/crocker_grier.hpp"

namespace an::tracking {
namespace {

struct Particle {
  double y, x;
};

// Every frame shows the same number of particles at other places.
std::vector<std::vector<Particle>> scattered(std::size_t frames, std::size_t count, double apart, double side,
                                             std::uint64_t seed) {
  Random random({seed, 0, 0, 0, RandomStream::particle});
  std::vector<std::vector<Particle>> all;
  for (std::size_t f = 0; f < frames; ++f) {
    std::vector<Particle> particles;
    while (particles.size() < count) {
      const Particle particle{6 + (side - 12) * random.uniform(), 6 + (side - 12) * random.uniform()};
      bool far = true;
      for (const Particle& other : particles)
        far = far && std::hypot(other.y - particle.y, other.x - particle.x) > apart;
      if (far) particles.push_back(particle);
    }
    all.push_back(particles);
  }
  return all;
}

std::vector<Frame> render(const std::vector<std::vector<Particle>>& frames, std::size_t side, double intensity,
                          std::uint64_t seed) {
  simulation::FieldOfView fov;
  for (std::size_t k = 0; k < frames[0].size(); ++k) {
    simulation::FovTrajectory trajectory{};
    for (const auto& particles : frames) {
      trajectory.x.push_back(particles[k].y);
      trajectory.y.push_back(particles[k].x);
    }
    fov.trajectories.push_back(trajectory);
  }
  simulation::VideoParameters parameters;
  parameters.intensity = intensity;
  parameters.intensity_sd = 0.04 * intensity;
  const simulation::Video video = simulation::render_video(fov, static_cast<double>(side), frames.size(), parameters,
                                                           {seed, 0, 0, 0, RandomStream::video});
  std::vector<Frame> rendered;
  for (std::size_t page = 1; page < video.pages.size(); ++page)
    rendered.push_back(
        {side, side, PixelType::uint8, std::vector<float>(video.pages[page].begin(), video.pages[page].end())});
  return rendered;
}

struct Found {
  std::size_t right = 0, wrong = 0, missed = 0;
  double z_squared = 0, error_squared = 0, bound_squared = 0;
};

Found detect(const std::vector<std::vector<Particle>>& truth, const std::vector<Frame>& frames, double near) {
  SpotDetector detector({});
  detector.calibrate(std::span(frames).first(std::min<std::size_t>(16, frames.size())));
  Found found;
  for (std::size_t f = 0; f < frames.size(); ++f) {
    const auto localisations = detector.locate(frames[f]);
    std::size_t right = 0;
    for (const Particle& particle : truth[f])
      for (const Localisation& l : localisations) {
        const double dy = l.y - particle.y;
        const double dx = l.x - particle.x;
        if (std::hypot(dy, dx) > near) continue;
        ++right;
        found.z_squared += dy * dy / (l.sd_y * l.sd_y) + dx * dx / (l.sd_x * l.sd_x);
        found.error_squared += dy * dy + dx * dx;
        found.bound_squared += l.sd_y * l.sd_y + l.sd_x * l.sd_x;
        break;
      }
    found.right += right;
    found.missed += truth[f].size() - right;
    found.wrong += localisations.size() > right ? localisations.size() - right : 0;
  }
  return found;
}

TEST(SpotDetector, ReachesTheBoundForIsolatedParticles) {
  for (const double intensity : {500.0, 250.0, 150.0}) {
    const auto truth = scattered(60, 20, 9, 128, 11);
    const Found found = detect(truth, render(truth, 128, intensity, 5), 1);
    SCOPED_TRACE(intensity);
    EXPECT_GE(found.right, 1190U);
    EXPECT_LE(found.wrong, 3U);
    EXPECT_LT(std::sqrt(found.error_squared / found.bound_squared), 1.15);
    EXPECT_GT(std::sqrt(found.error_squared / found.bound_squared), 0.9);
    EXPECT_NEAR(found.z_squared / (2 * static_cast<double>(found.right)), 1, 0.3);
  }
}

TEST(SpotDetector, TellsTwoFromOne) {
  // Pairs 1 to 2 px apart, among single particles from which the brightness is learnt.
  auto truth = scattered(60, 12, 12, 128, 3);
  Random random({4, 0, 0, 0, RandomStream::particle});
  for (auto& particles : truth)
    for (std::size_t k = 0; k < 4; ++k) {
      const double angle = 6.283 * random.uniform();
      const double distance = 1 + random.uniform();
      particles.push_back({particles[k].y + distance * std::sin(angle), particles[k].x + distance * std::cos(angle)});
    }
  const Found found = detect(truth, render(truth, 128, 500, 6), 0.7);
  EXPECT_GE(static_cast<double>(found.right), 0.985 * 60 * 16);
  EXPECT_LE(static_cast<double>(found.wrong), 0.015 * 60 * 16);
}

TEST(SpotDetector, SeesNoParticlesInNoise) {
  Random random({9, 0, 0, 0, RandomStream::video});
  std::vector<Frame> frames(20, {128, 128, PixelType::uint16, std::vector<float>(128 * 128)});
  for (Frame& frame : frames)
    for (float& pixel : frame.pixels) pixel = static_cast<float>(std::lround(400 + 20 * random.normal()));
  SpotDetector detector({});
  detector.calibrate(std::span(frames).first(10));
  std::size_t found = 0;
  for (const Frame& frame : frames) found += detector.locate(frame).size();
  EXPECT_LE(found, 2U);
}

TEST(SpotDetector, DoesNotDependOnTheGreyScale) {
  const auto truth = scattered(12, 20, 8, 96, 2);
  const std::vector<Frame> bytes = render(truth, 96, 500, 8);
  std::vector<Frame> words = bytes;
  for (Frame& frame : words) {
    frame.type = PixelType::float32;
    for (float& pixel : frame.pixels) pixel = (pixel + 0.5F) * 3.25F;
  }
  SpotDetector of_bytes({}), of_words({});
  of_bytes.calibrate(bytes);
  of_words.calibrate(words);
  for (std::size_t f = 0; f < bytes.size(); ++f) {
    const auto a = of_bytes.locate(bytes[f]);
    const auto b = of_words.locate(words[f]);
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t k = 0; k < a.size(); ++k) {
      EXPECT_NEAR(a[k].y, b[k].y, 0.02);
      EXPECT_NEAR(a[k].x, b[k].x, 0.02);
      EXPECT_NEAR(a[k].photons, b[k].photons, 0.05 * a[k].photons);
    }
  }
}

// Spots of a normal distribution, on other frames than the challenge's.
std::vector<Frame> gaussian_frames(const std::vector<std::vector<Particle>>& truth, std::size_t rows,
                                   std::size_t columns, double sigma) {
  Random random({21, 0, 0, 0, RandomStream::video});
  std::vector<Frame> frames;
  for (const auto& particles : truth) {
    Frame frame{rows, columns, PixelType::uint16, std::vector<float>(rows * columns)};
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < columns; ++c) {
        double mean = 50;
        for (const Particle& p : particles) {
          const double squared = std::pow(static_cast<double>(r) - p.y, 2) + std::pow(static_cast<double>(c) - p.x, 2);
          if (squared < 25 * sigma * sigma) mean += 300 * std::exp(-squared / (2 * sigma * sigma));
        }
        frame.pixels[r * columns + c] =
            static_cast<float>(std::lround(std::max(0.0, mean + std::sqrt(mean) * random.normal())));
      }
    frames.push_back(frame);
  }
  return frames;
}

double rmse_of(SpotDetector& detector, const std::vector<std::vector<Particle>>& truth,
               const std::vector<Frame>& frames) {
  detector.calibrate(std::span(frames).first(16));
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t f = 0; f < frames.size(); ++f)
    for (const Localisation& l : detector.locate(frames[f]))
      for (const Particle& p : truth[f]) {
        const double squared = std::pow(l.y - p.y, 2) + std::pow(l.x - p.x, 2);
        if (squared > 1) continue;
        sum += squared;
        ++count;
      }
  EXPECT_GE(count, truth.size() * truth[0].size() * 98 / 100);
  return std::sqrt(sum / (2 * static_cast<double>(count)));
}

// Shot noise of a ground of `background(frame)` photons and four spots of 60 that stand still, and what `process` makes
// of a pixel's count. Returns how many spots are found in all frames.
std::size_t found_in(std::size_t frames, const std::function<double(std::size_t)>& background,
                     const std::function<double(double)>& process, PixelType type, double known = 0) {
  constexpr std::size_t side = 64;
  std::vector<Frame> video;
  Random random({21, 0, 0, 0, RandomStream::video});
  for (std::size_t f = 0; f < frames; ++f) {
    Frame& frame = video.emplace_back(Frame{side, side, type, {}});
    for (std::size_t row = 0; row < side; ++row)
      for (std::size_t column = 0; column < side; ++column) {
        double mean = background(f);
        for (const auto& [y, x] : {std::pair{10, 12}, {25, 40}, {45, 20}, {50, 50}})
          mean += 60 * std::exp(-0.5 * (std::pow(static_cast<double>(row) - y, 2) +
                                        std::pow(static_cast<double>(column) - x, 2)));
        frame.pixels.push_back(
            static_cast<float>(process(std::max(0.0, std::round(mean + std::sqrt(mean) * random.normal())))));
      }
  }
  SpotDetectorParameters parameters;
  parameters.spot = SpotKind::gaussian;
  parameters.background = known;
  SpotDetector detector(parameters);
  detector.calibrate(video);
  std::size_t found = 0;
  for (const Frame& frame : video) found += detector.locate(frame).size();
  return found;
}

TEST(SpotDetector, FindsNoGhostsInBackgroundsThatFade) {
  const auto as_it_is = [](double count) { return count; };
  EXPECT_EQ(found_in(
                20, [](std::size_t f) { return 19 - 0.4 * static_cast<double>(f); }, as_it_is, PixelType::uint8),
            80U);
  EXPECT_EQ(found_in(
                20, [](std::size_t f) { return 40 - 1.5 * static_cast<double>(f); }, as_it_is, PixelType::uint8),
            80U);
  EXPECT_EQ(found_in(
                20, [](std::size_t) { return 15.2; }, as_it_is, PixelType::uint8),
            80U);
}

TEST(SpotDetector, TakesBackgroundsThatWereSubtracted) {
  const auto fifty = [](std::size_t) { return 50.0; };
  const auto subtracted = [](double count) { return count - 55; };
  for (const double known : {0.0, 50.0})
    EXPECT_EQ(found_in(10, fifty, subtracted, PixelType::float32, known), 40U) << known;
  const auto cut = [](double count) { return std::max(0.0, count - 55); };
  EXPECT_EQ(found_in(10, fifty, cut, PixelType::float32), 40U);
  EXPECT_EQ(found_in(10, fifty, cut, PixelType::uint8), 40U);
}

TEST(SpotDetector, LearnsTheShapeOfSpots) {
  const auto truth = scattered(30, 12, 12, 96, 31);
  const std::vector<Frame> frames = gaussian_frames(truth, 96, 111, 1.6);
  SpotDetectorParameters known;
  known.spot = SpotKind::gaussian;
  known.spot_sigma = 1.6;
  SpotDetectorParameters learnt;
  learnt.spot = SpotKind::estimated;
  learnt.spot_sigma = 1.1;
  SpotDetector with_known(known);
  SpotDetector with_learnt(learnt);
  const double best = rmse_of(with_known, truth, frames);
  EXPECT_LT(rmse_of(with_learnt, truth, frames), 1.1 * best);
}

TEST(SpotDetector, TakesFramesOfAnySize) {
  Random random({41, 0, 0, 0, RandomStream::video});
  for (std::size_t rows = 1; rows <= 12; ++rows)
    for (std::size_t columns = 1; columns <= 12; ++columns) {
      std::vector<Frame> frames(3, {rows, columns, PixelType::uint8, std::vector<float>(rows * columns)});
      for (Frame& frame : frames)
        for (float& pixel : frame.pixels) pixel = static_cast<float>(random.below(256));
      for (const SpotKind kind : {SpotKind::airy, SpotKind::gaussian, SpotKind::estimated}) {
        SpotDetectorParameters parameters;
        parameters.spot = kind;
        SpotDetector detector(parameters);
        detector.calibrate(frames);
        for (const Frame& frame : frames)
          for (const Localisation& l : detector.locate(frame)) {
            EXPECT_GE(l.y, -0.5);
            EXPECT_LE(l.y, static_cast<double>(rows));
            EXPECT_TRUE(std::isfinite(l.photons));
          }
      }
      CrockerGrierParameters parameters;
      for (const std::size_t border : {0U, 5U})
        for (const BorderFill fill : {BorderFill::zero, BorderFill::median, BorderFill::reflect})
          for (const Normalisation normalisation : {Normalisation::none, Normalisation::mad, Normalisation::zscore}) {
            parameters.border = border;
            parameters.border_fill = fill;
            parameters.normalisation = normalisation;
            parameters.noise_size = border == 0 ? 1 : 0;
            CrockerGrier locator(parameters);
            for (const Frame& frame : frames)
              for (const Feature& feature : locator.locate(frame)) EXPECT_TRUE(std::isfinite(feature.mass));
          }
    }
}

}  // namespace
}  // namespace an::tracking
