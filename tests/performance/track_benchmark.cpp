// SPDX-License-Identifier: MIT
// Times of tracking, a video of 200 frames an iteration. usage: track_benchmark [VIDEO.tif] [--benchmark_…]
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <optional>

#include "app/track/tracked_video.hpp"
#include "core/random.hpp"
#include "io/video_reader.hpp"
#include "simulation/fov_video.hpp"
#include "tracking/crocker_grier.hpp"
#include "tracking/distance_linker.hpp"
#include "tracking/track_linker.hpp"

namespace {

using namespace an;
using namespace an::tracking;

std::filesystem::path video_path = std::filesystem::path(AN_FIXTURES) / "tracking" / "v2_multi.tif";

const std::vector<Frame>& video_frames() {
  static const std::vector<Frame> frames = [] {
    io::VideoReader reader(video_path);
    reader.next();  // the map of VIPs
    std::vector<Frame> all;
    while (std::optional<Frame> frame = reader.next()) all.push_back(std::move(*frame));
    return all;
  }();
  return frames;
}

std::vector<std::vector<Feature>> features_of(const std::vector<Frame>& frames) {
  CrockerGrier locator({});
  std::vector<std::vector<Feature>> features;
  for (const Frame& frame : frames) features.push_back(locator.locate(frame));
  return features;
}

void crocker_grier_locate(benchmark::State& state) {
  const std::vector<Frame>& frames = video_frames();
  for (auto _ : state) benchmark::DoNotOptimize(features_of(frames));
}

void crocker_grier_link(benchmark::State& state) {
  std::vector<std::vector<Place>> places;
  for (const auto& frame : features_of(video_frames())) {
    places.emplace_back();
    for (const Feature& feature : frame) places.back().push_back({feature.y, feature.x});
  }
  for (auto _ : state) {
    DistanceLinker linker({});
    for (const auto& frame : places) benchmark::DoNotOptimize(linker.link(frame));
  }
}

std::vector<std::vector<Localisation>> localise(const std::vector<Frame>& frames, TrackLinkerParameters& parameters) {
  SpotDetector detector({});
  detector.calibrate(std::span(frames).first(std::min<std::size_t>(10, frames.size())));
  std::vector<std::vector<Localisation>> found;
  for (const Frame& frame : frames) found.push_back(detector.locate(frame));
  parameters.prior = {static_cast<double>(frames[0].rows), static_cast<double>(frames[0].columns), 20,
                      detector.brightness(), detector.brightness_sd()};
  return found;
}

void likelihood_locate(benchmark::State& state) {
  const std::vector<Frame>& frames = video_frames();
  TrackLinkerParameters parameters;
  for (auto _ : state) benchmark::DoNotOptimize(localise(frames, parameters));
}

void likelihood_link(benchmark::State& state) {
  TrackLinkerParameters parameters;
  const auto found = localise(video_frames(), parameters);
  for (auto _ : state) benchmark::DoNotOptimize(link_tracks(found, parameters));
}

void likelihood_whole_file(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(app::track_video(video_path, {}));
}

// Particles at the density of the challenge's densest videos on frames up to 512 x 512.
std::vector<Frame> scattered_frames(std::size_t particles) {
  constexpr std::size_t count = 20;
  const auto side = static_cast<std::size_t>(std::lround(512 * std::sqrt(static_cast<double>(particles) / 5000.0)));
  Random random({1, 0, 0, 0, RandomStream::particle});
  simulation::FieldOfView fov;
  for (std::size_t k = 0; k < particles; ++k) {
    simulation::FovTrajectory trajectory{};
    double x = static_cast<double>(side) * random.uniform();
    double y = static_cast<double>(side) * random.uniform();
    for (std::size_t f = 0; f < count; ++f) {
      const auto inside = [side](double value) { return std::clamp(value, 0.0, static_cast<double>(side) - 0.01); };
      x = inside(x + random.normal());
      y = inside(y + random.normal());
      trajectory.x.push_back(x);
      trajectory.y.push_back(y);
    }
    fov.trajectories.push_back(trajectory);
  }
  const simulation::Video video =
      simulation::render_video(fov, static_cast<double>(side), count, {}, {1, 0, 0, 0, RandomStream::video});
  std::vector<Frame> frames;
  for (std::size_t page = 1; page < video.pages.size(); ++page)
    frames.push_back(
        {side, side, PixelType::uint8, std::vector<float>(video.pages[page].begin(), video.pages[page].end())});
  return frames;
}

void likelihood_by_particles(benchmark::State& state) {
  const auto particles = static_cast<std::size_t>(state.range(0));
  const std::vector<Frame> frames = scattered_frames(particles);
  TrackLinkerParameters parameters;
  for (auto _ : state) benchmark::DoNotOptimize(link_tracks(localise(frames, parameters), parameters));
  state.counters["us_per_localisation"] =
      benchmark::Counter(static_cast<double>(particles * frames.size()) * 1e-6,
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

BENCHMARK(crocker_grier_locate)->Unit(benchmark::kMillisecond);
BENCHMARK(crocker_grier_link)->Unit(benchmark::kMillisecond);
BENCHMARK(likelihood_locate)->Unit(benchmark::kMillisecond);
BENCHMARK(likelihood_link)->Unit(benchmark::kMillisecond);
BENCHMARK(likelihood_whole_file)->Unit(benchmark::kMillisecond);
BENCHMARK(likelihood_by_particles)->Arg(50)->Arg(500)->Arg(5000)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc > 1) video_path = argv[1];
  benchmark::RunSpecifiedBenchmarks();
}
