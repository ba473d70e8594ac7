// SPDX-License-Identifier: MIT
// Rendered videos against the challenge's own (deeptrack 2.0.1): each is rendered again from its true positions, with
// other random numbers, and compared in photons (gain = median / background): light around isolated particles,
// background pixels, frame maxima. A renderer with one fault each has to fail.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "simulation/fov_video.hpp"
#include "video_pages.hpp"

namespace an::simulation {
namespace {

namespace fs = std::filesystem;
using Pages = std::vector<std::vector<std::uint8_t>>;
constexpr std::size_t side = 128;

fs::path oracle(const std::string& name) {
  const char* oracles = std::getenv("AN_ORACLES");
  return fs::path(oracles != nullptr ? oracles : AN_FIXTURES) / "tracking" / name;
}

/// The true positions of a video: traj_idx,frame,row,col,….
FieldOfView truth(const fs::path& csv) {
  std::ifstream file(csv);
  std::string line;
  std::getline(file, line);
  std::map<int, FovTrajectory> trajectories;
  while (std::getline(file, line)) {
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream values(line);
    double index = 0, frame = 0, x = 0, y = 0;
    values >> index >> frame >> x >> y;
    FovTrajectory& trajectory = trajectories[static_cast<int>(index)];
    if (trajectory.x.empty()) trajectory.first_frame = static_cast<std::size_t>(frame);
    trajectory.x.push_back(x);
    trajectory.y.push_back(y);
  }
  FieldOfView fov;
  for (auto& [index, trajectory] : trajectories) fov.trajectories.push_back(std::move(trajectory));
  return fov;
}

struct Sample {
  std::vector<double> values;
  double mean() const {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
  }
  double variance() const {
    const double centre = mean();
    double sum = 0;
    for (const double value : values) sum += (value - centre) * (value - centre);
    return sum / static_cast<double>(values.size() - 1);
  }
};

struct Seen {
  /// Light less background by rounded distance from isolated particles, a value a trajectory: brightness varies by 4 %
  /// between particles, so that the frames of one are not independent.
  std::vector<Sample> rings;
  Sample background;          ///< pixels far from all particles, in photons
  Sample background_squares;  ///< squared deviations of the same from their frame's median
  Sample maxima;              ///< of frames, in photons
};

/// What a video shows at known positions. \param pages frames only
Seen look(const Pages& pages, const FieldOfView& fov, double background) {
  constexpr std::size_t rings = 6;
  Seen seen;
  seen.rings.resize(rings);
  std::vector<std::vector<Sample>> of_trajectories(fov.trajectories.size(), std::vector<Sample>(rings));
  for (std::size_t frame = 0; frame < pages.size(); ++frame) {
    const auto& page = pages[frame];
    std::vector<std::uint8_t> sorted(page);
    std::nth_element(sorted.begin(), sorted.begin() + side * side / 2, sorted.end());
    // Grey values are cut: half a step is lost on average, and the median of the few particles' light hardly matters.
    const double gain = (sorted[side * side / 2] + 0.5) / background;
    const auto photons = [&](std::size_t i) { return (page[i] + 0.5) / gain; };
    seen.maxima.values.push_back(
        photons(static_cast<std::size_t>(std::max_element(page.begin(), page.end()) - page.begin())));
    std::vector<Point> places;
    std::vector<std::size_t> whose;
    for (std::size_t i = 0; i < fov.trajectories.size(); ++i) {
      const FovTrajectory& trajectory = fov.trajectories[i];
      if (frame < trajectory.first_frame || frame >= trajectory.first_frame + trajectory.size()) continue;
      places.push_back({trajectory.x[frame - trajectory.first_frame], trajectory.y[frame - trajectory.first_frame]});
      whose.push_back(i);
    }
    for (std::size_t n = 0; n < places.size(); ++n) {
      bool isolated = places[n].x > 8 && places[n].y > 8 && places[n].x < side - 9 && places[n].y < side - 9;
      for (std::size_t m = 0; m < places.size(); ++m)
        isolated = isolated && (m == n || distance(places[n], places[m]) > 16);
      if (!isolated) continue;
      std::vector<double> sum(rings), count(rings);
      const auto row = static_cast<std::size_t>(std::lround(places[n].x)),
                 column = static_cast<std::size_t>(std::lround(places[n].y));
      for (std::size_t i = row - 6; i <= row + 6; ++i)
        for (std::size_t j = column - 6; j <= column + 6; ++j) {
          const auto ring = static_cast<std::size_t>(
              std::lround(distance(places[n], {static_cast<double>(i), static_cast<double>(j)})));
          if (ring >= rings) continue;
          sum[ring] += photons(i * side + j) - background;
          ++count[ring];
        }
      for (std::size_t ring = 0; ring < rings; ++ring)
        if (count[ring] > 0) of_trajectories[whose[n]][ring].values.push_back(sum[ring] / count[ring]);
    }
    for (std::size_t i = 3; i < side; i += 9)  // some pixels: neighbouring frames are independent
      for (std::size_t j = 3; j < side; j += 9) {
        const Point pixel{static_cast<double>(i), static_cast<double>(j)};
        if (std::any_of(places.begin(), places.end(), [&](Point p) { return distance(p, pixel) < 20; })) continue;
        const double value = photons(i * side + j);
        seen.background.values.push_back(value);
        seen.background_squares.values.push_back((value - background) * (value - background));
      }
  }
  constexpr std::size_t fewest = 10;  // frames
  for (const auto& trajectory : of_trajectories)
    for (std::size_t ring = 0; ring < rings; ++ring)
      if (trajectory[ring].values.size() >= fewest) seen.rings[ring].values.push_back(trajectory[ring].mean());
  return seen;
}

/// Largest difference of two videos, in standard errors. A step of grey values is coarse: what rounding alone may do to
/// a mean, 0.3 photons, is no difference. Nor are 2 % of a frame's maximum, which belongs to one of the brightest
/// particles.
double largest_z(const Seen& a, const Seen& b) {
  double largest = 0;
  const auto compare = [&](const Sample& one, const Sample& other, double allowed) {
    if (one.values.size() < 8) return;
    const double error = std::sqrt(one.variance() / static_cast<double>(one.values.size()) +
                                   other.variance() / static_cast<double>(other.values.size()));
    largest = std::max(largest, (std::fabs(one.mean() - other.mean()) - allowed) / error);
  };
  for (std::size_t ring = 0; ring < a.rings.size(); ++ring) compare(a.rings[ring], b.rings[ring], 0.3);
  compare(a.background, b.background, 0.3);
  compare(a.background_squares, b.background_squares, 0);
  compare(a.maxima, b.maxima, 0.02 * a.maxima.mean());
  return largest;
}

Pages frames_of(Pages pages) {
  pages.erase(pages.begin());
  return pages;
}

Seen rendered(const FieldOfView& fov, const VideoParameters& parameters, double background = 100) {
  return look(frames_of(render_video(fov, side, 200, parameters, {5, 1, 0, 0, RandomStream::video}).pages), fov,
              background);
}

class VideoStatistics : public ::testing::TestWithParam<const char*> {};

TEST_P(VideoStatistics, AreThoseOfTheChallengesVideos) {
  const std::string name = GetParam();
  if (std::getenv("AN_ORACLES") == nullptr && !fs::exists(oracle(name + ".tif")))
    GTEST_SKIP() << name << " is not in the selection of reference data; set AN_ORACLES to all of them";
  const testing::Pages official = testing::pages_of(oracle(name + ".tif"));
  ASSERT_EQ(official.size(), 201U);
  const FieldOfView fov = truth(oracle(name + "_gt.csv"));
  const Seen expected = look(frames_of(official), fov, 100);
  ASSERT_GE(expected.rings[0].values.size(), 8U);
  const VideoParameters parameters;
  const double z = largest_z(expected, rendered(fov, parameters));
  RecordProperty("largest_z", std::to_string(z));
  EXPECT_LT(z, 4.5);
  // Each fault alone is seen.
  VideoParameters blurred = parameters;
  blurred.optics.numerical_aperture *= 0.9;
  EXPECT_GT(largest_z(expected, rendered(fov, blurred)), 4.5) << "numerical aperture";
  VideoParameters dim = parameters;
  dim.intensity *= 0.9;
  EXPECT_GT(largest_z(expected, rendered(fov, dim)), 4.5) << "intensity";
  VideoParameters bright = parameters;
  bright.background = 115;
  EXPECT_GT(largest_z(expected, rendered(fov, bright)), 4.5) << "background";
  FieldOfView shifted = fov;
  for (FovTrajectory& trajectory : shifted.trajectories) std::swap(trajectory.x, trajectory.y);
  EXPECT_GT(
      largest_z(expected,
                look(frames_of(render_video(shifted, side, 200, parameters, {5, 1, 0, 0, RandomStream::video}).pages),
                     fov, 100)),
      4.5)
      << "rows and columns";
}

INSTANTIATE_TEST_SUITE_P(Videos, VideoStatistics,
                         ::testing::Values("v1_single", "v2_multi", "v3_immob", "v4_dimer", "v5_conf"));

// Of the benchmark's videos the truth has localisation noise and lies in the box: the VIP map tells where the field of
// view is. Background and frame maxima only; the spot would be blurred by the noise.
TEST(BenchmarkVideos, BackgroundAndMaximaAreTheSame) {
  const char* oracles = std::getenv("AN_ORACLES");
  if (oracles == nullptr)
    GTEST_SKIP() << "the benchmark's videos are not in the selection of reference data; set AN_ORACLES";
  const fs::path benchmark = fs::path(oracles) / "benchmark";
  for (const int experiment : {1, 3, 4, 6, 7, 8, 9}) {
    const std::string folder = "track_1/exp_" + std::to_string(experiment);
    const testing::Pages official = testing::pages_of(benchmark / "public" / folder / "videos_fov_0.tiff");
    ASSERT_EQ(official.size(), 201U);
    FieldOfView fov = truth(benchmark / "ref" / folder / "trajs_fov_0.csv");
    Point origin;
    double vips = 0;
    for (std::size_t k = 0; k < 10; ++k) {  // trajectory k is VIP k
      double row = 0, column = 0, pixels = 0;
      for (std::size_t i = 0; i < side * side; ++i)
        if (official[0][i] == k) {
          row += static_cast<double>(i / side);
          column += static_cast<double>(i % side);
          ++pixels;
        }
      if (pixels != 4) continue;
      origin.x += fov.trajectories[k].x[0] - row / 4;
      origin.y += fov.trajectories[k].y[0] - column / 4;
      ++vips;
    }
    ASSERT_GE(vips, 5);
    origin = {std::round(origin.x / vips), std::round(origin.y / vips)};
    for (FovTrajectory& trajectory : fov.trajectories) {
      for (double& x : trajectory.x) x = std::clamp(x - origin.x, 0.0, 127.999);
      for (double& y : trajectory.y) y = std::clamp(y - origin.y, 0.0, 127.999);
    }
    const auto without_rings = [](Seen seen) {
      for (Sample& ring : seen.rings) ring.values.clear();
      return seen;
    };
    const Seen expected = without_rings(look(frames_of(official), fov, 100));
    EXPECT_LT(largest_z(expected, without_rings(rendered(fov, {}))), 4.5) << experiment;
    VideoParameters bright;
    bright.background = 115;
    EXPECT_GT(largest_z(expected, without_rings(rendered(fov, bright))), 4.5) << experiment;
  }
}

}  // namespace
}  // namespace an::simulation
