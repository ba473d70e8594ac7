// SPDX-License-Identifier: MIT
#include "network/training_group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "core/error.hpp"
#include "network/trajectory_features.hpp"

namespace an::network {

namespace {

using simulation::FieldOfView;
using simulation::FovTrajectory;
using simulation::Point;

constexpr std::uint32_t most_boxes = 8;  // of one experiment
constexpr int most_attempts = 100;       // to draw an experiment that can be simulated
constexpr std::uint32_t experiment_bits = 24;

// The mixing of SplitMix64 (Steele, Lea and Flood, 2014): near numbers become unlike.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111eb;
  return x ^ (x >> 31U);
}

// The names of an experiment's random numbers: another seed than that of `simulate` with the same one.
RandomKey experiment_key(const TrainingSet& set, std::uint64_t group, int attempt) {
  const std::uint64_t rest = (group >> experiment_bits) * most_attempts + static_cast<std::uint64_t>(attempt);
  return {mixed(mixed(set.seed) ^ mixed(rest)), static_cast<std::uint32_t>(group & ((1U << experiment_bits) - 1)), 0, 0,
          RandomStream::training};
}

Random random_of(RandomKey key, RandomStream stream, std::uint32_t fov) {
  key.stream = stream;
  key.fov = fov;
  return Random(key);
}

const simulation::ExperimentSpec& draw_spec(const TrainingSet& set, Random& random) {
  std::uint64_t sum = 0;
  for (const auto& spec : set.specs) sum += spec.repeat;
  double rest = random.uniform() * static_cast<double>(sum);
  for (const auto& spec : set.specs) {
    rest -= spec.repeat;
    if (rest < 0) return spec;
  }
  return set.specs.back();
}

double draw_noise(const TrainingSet& set, Random& random) {
  const bool other = random.coin(set.other_noise);
  const double sd = simulation::Distribution::log_uniform(set.other_noise_sd.low, set.other_noise_sd.high).draw(random);
  return other ? sd : set.fov.localisation_noise;
}

// One experiment with its fields of view; a box gives several.
class Experiment {
 public:
  Experiment(const TrainingSet& set, const RandomKey& key) : set_(set), key_(key) {
    Random random(key);
    const simulation::ExperimentSpec& spec = draw_spec(set, random);
    noise_ = draw_noise(set, random);
    group_.experiment = simulation::draw_experiment(spec, set.frames, set.quirks, key.seed, key.experiment);
    origins_ = spread_origins(group_.experiment.box, set.fov.side);
  }

  TrainingGroup group(std::size_t rows) {
    for (std::uint32_t box = 0; box < most_boxes && group_.rows.size() < rows; ++box) add_box(box, rows);
    mix_rows(rows);
    return std::move(group_);
  }

 private:
  void add_box(std::uint32_t number, std::size_t rows) {
    const simulation::ModelParameters& experiment = group_.experiment;
    Random layout_random = random_of(key_, RandomStream::layout, experiment.shared_layout ? 0 : number);
    const simulation::Layout layout = simulation::draw_layout(experiment, layout_random);
    RandomKey box_key = key_;
    box_key.fov = number;
    const simulation::BoxPaths box = simulation::simulate_box(experiment, layout, box_key);
    for (std::size_t i = 0; i < origins_.size() && group_.rows.size() < rows; ++i) add_fov(box, origins_[i]);
  }

  void add_fov(const simulation::BoxPaths& box, Point origin) {
    const auto number = static_cast<std::uint32_t>(group_.fovs.size());
    FieldOfView fov = simulation::cut_field_of_view(box, origin, set_.fov);
    Random noise_random = random_of(key_, RandomStream::localisation, number);
    simulation::add_localisation_noise(fov, noise_, noise_random);
    Random turn_random = random_of(key_, RandomStream::fov, number);
    const double angle = 2 * std::numbers::pi * turn_random.uniform();
    turn_field_of_view(fov, set_.fov.side, angle, turn_random.coin(0.5));
    for (std::size_t i = 0; i < fov.trajectories.size(); ++i) group_.rows.push_back({number, i});
    group_.fovs.push_back(std::move(fov));
  }

  // Shuffled (Fisher and Yates), and as many as asked for.
  void mix_rows(std::size_t rows) {
    Random random = random_of(key_, RandomStream::training, 1);
    std::vector<TrainingGroup::Row>& all = group_.rows;
    for (std::size_t i = all.size(); i > 1; --i)
      std::swap(all[i - 1], all[random.below(static_cast<std::uint32_t>(i))]);
    const std::size_t found = all.size();
    if (found == 0) return;
    all.resize(rows);
    for (std::size_t i = found; i < rows; ++i) all[i] = all[i - found];
  }

  const TrainingSet& set_;
  RandomKey key_;
  double noise_ = 0;
  std::vector<Point> origins_;
  TrainingGroup group_;
};

void write_targets(const FovTrajectory& trajectory, std::size_t begin, TrainingTiles& tiles) {
  for (std::size_t s = 0; s < trajectory.segments.size(); ++s) {
    const simulation::Segment& segment = trajectory.segments[s];
    const bool last = s + 1 == trajectory.segments.size();
    const std::size_t end = last ? trajectory.size() : trajectory.segments[s + 1].begin;
    const auto log_k = static_cast<float>(std::log(std::max(segment.k, smallest_k)));
    for (std::size_t t = begin + segment.begin; t < begin + end; ++t) {
      tiles.alpha[t] = static_cast<float>(segment.alpha);
      tiles.log_k[t] = log_k;
      tiles.state[t] = static_cast<std::uint8_t>(segment.state);
      tiles.valid[t] = 1;
    }
    if (s > 0) tiles.change[begin + segment.begin] = 1;
  }
}

FovFeatures features_of(const FieldOfView& fov) {
  std::vector<ParticlePath> paths;
  for (const FovTrajectory& trajectory : fov.trajectories)
    paths.push_back({trajectory.first_frame, trajectory.x, trajectory.y});
  return FovFeatures(paths);
}

template <class Value>
void copy_part(std::vector<Value>& to, std::size_t to_part, const std::vector<Value>& from, std::size_t part,
               std::size_t size) {
  std::copy_n(from.data() + part * size, size, to.data() + to_part * size);
}

}  // namespace

TrainingTiles::TrainingTiles(std::size_t tile_count, const TileShape& tile_shape)
    : tiles(tile_count),
      shape(tile_shape),
      features(tile_count * tile_size() * feature_count),
      alpha(tile_count * tile_size()),
      log_k(alpha.size()),
      state(alpha.size()),
      change(alpha.size()),
      valid(alpha.size()) {}

void TrainingTiles::copy(std::size_t to, const TrainingTiles& from, std::size_t tile) {
  AN_ASSERT(shape == from.shape && to < tiles && tile < from.tiles);
  copy_part(features, to, from.features, tile, tile_size() * feature_count);
  copy_part(alpha, to, from.alpha, tile, tile_size());
  copy_part(log_k, to, from.log_k, tile, tile_size());
  copy_part(state, to, from.state, tile, tile_size());
  copy_part(change, to, from.change, tile, tile_size());
  copy_part(valid, to, from.valid, tile, tile_size());
}

std::vector<Point> spread_origins(double box, double side) {
  constexpr double margin = 0.05;
  const double low = std::min(margin * box, 0.5 * (box - side));
  const double room = box - 2 * low;
  const auto along = static_cast<std::size_t>(std::max(1.0, std::floor(room / side + 0.5)));
  const auto place = [&](std::size_t i) {
    return along == 1 ? 0.5 * (box - side)
                      : low + (room - side) * static_cast<double>(i) / static_cast<double>(along - 1);
  };
  std::vector<Point> origins;
  for (std::size_t i = 0; i < along; ++i)
    for (std::size_t j = 0; j < along; ++j) origins.push_back({place(i), place(j)});
  return origins;
}

void turn_field_of_view(FieldOfView& fov, double side, double angle, bool mirrored) {
  const Point middle{fov.origin.x + 0.5 * side, fov.origin.y + 0.5 * side};
  const double cosine = std::cos(angle), sine = std::sin(angle);
  for (FovTrajectory& trajectory : fov.trajectories)
    for (std::size_t t = 0; t < trajectory.size(); ++t) {
      const double x = trajectory.x[t] - middle.x;
      const double y = mirrored ? middle.y - trajectory.y[t] : trajectory.y[t] - middle.y;
      trajectory.x[t] = middle.x + cosine * x - sine * y;
      trajectory.y[t] = middle.y + sine * x + cosine * y;
    }
}

TrainingGroup draw_group(const TrainingSet& set, std::uint64_t group, std::size_t rows) {
  AN_ASSERT(!set.specs.empty());
  std::string why = "no trajectory was long enough";
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    try {
      TrainingGroup drawn = Experiment(set, experiment_key(set, group, attempt)).group(rows);
      if (!drawn.rows.empty()) return drawn;
    } catch (const Error& error) {
      why = error.what();
    }
  }
  throw Error(fmt::format("training: none of {} experiments could be simulated; of the last: {}", most_attempts, why));
}

TrainingTiles make_tiles(const TrainingGroup& group, const TileShape& shape) {
  TrainingTiles tiles((group.rows.size() + shape.rows - 1) / shape.rows, shape);
  std::vector<std::optional<FovFeatures>> features(group.fovs.size());
  for (std::size_t row = 0; row < group.rows.size(); ++row) {
    const auto& [fov, number] = group.rows[row];
    if (!features[fov]) features[fov] = features_of(group.fovs[fov]);
    const std::size_t begin = row * shape.frames;
    const std::span<float> out(tiles.features);
    features[fov]->write(number, shape.frames, out.subspan(begin * feature_count, shape.frames * feature_count));
    write_targets(group.fovs[fov].trajectories[number], begin, tiles);
  }
  return tiles;
}

}  // namespace an::network
