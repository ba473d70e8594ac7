// SPDX-License-Identifier: MIT
#include "app/paper/frame_tally.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <utility>

#include "core/error.hpp"

namespace an::app {

namespace {

// What keeps a line of labels from telling every frame; empty where nothing does.
std::string problem_of(const LabelRow& row) {
  constexpr double most_frames = 1e6;
  if (row.change_points() < row.segments()) return "a trajectory without its length";
  for (std::size_t s = 0; s < row.segments(); ++s) {
    const double state = row.state(s), end = row.change_point(s);
    if (!(state >= 0 && state <= 3 && state == std::trunc(state)))
      return fmt::format("state {} (expected 0, 1, 2 or 3)", state);
    if (!(end >= 0 && end <= most_frames))
      return fmt::format("a segment that ends at frame {} (expected 0 to {})", end, most_frames);
  }
  return {};
}

}  // namespace

FrameLabels FrameLabels::of(const LabelTable& table, std::size_t place, const std::filesystem::path& file) {
  const LabelRow row = table[place];
  if (std::string problem = problem_of(row); !problem.empty())
    throw InputError({{file, table.line(place), 0, std::move(problem)}});
  FrameLabels frames;
  for (std::size_t s = 0; s < row.segments(); ++s) {
    const auto end = static_cast<std::size_t>(row.change_point(s));
    if (end <= frames.alpha.size()) continue;
    frames.alpha.resize(end, row.alpha(s));
    frames.log_k.resize(end, std::log1p(row.k(s)));
    frames.state.resize(end, static_cast<std::int8_t>(row.state(s)));
  }
  return frames;
}

void FrameTally::add(const FrameLabels& truth, const FrameLabels& prediction, const Told& told) {
  sums.frames += static_cast<double>(truth.size());
  for (std::size_t t = 0; t < truth.size(); ++t) {
    const std::size_t state = static_cast<std::uint8_t>(truth.state[t]);
    if (told.alpha) {
      sums.alpha += std::abs(truth.alpha[t] - prediction.alpha[t]);
      alpha.add(truth.alpha[t], prediction.alpha[t]);
    }
    if (told.k) {
      const double error = truth.log_k[t] - prediction.log_k[t];
      sums.log_k += error * error;
      k.add(std::expm1(truth.log_k[t]), std::expm1(prediction.log_k[t]));
    }
    if (told.state) ++sums.states[state][static_cast<std::uint8_t>(prediction.state[t])];
    if (told.chances) sums.entropy -= prediction.log_chances[4 * t + state];
  }
}

void pack(ByteWriter& writer, const FrameTally& tally) {
  writer.put(tally.sums);
  writer.put(tally.alpha.counts());
  writer.put(tally.k.counts());
}

FrameTally unpack_tally(ByteReader& reader) {
  FrameTally tally;
  tally.sums = reader.take<FrameSums>();
  tally.alpha.add(reader.take_vector<std::int64_t>());
  tally.k.add(reader.take_vector<std::int64_t>());
  return tally;
}

}  // namespace an::app
