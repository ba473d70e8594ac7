// SPDX-License-Identifier: MIT
#include "app/paper/frame_tally.hpp"

#include <algorithm>
#include <cmath>

namespace an::app {

FrameLabels FrameLabels::of(const LabelRow& row) {
  FrameLabels frames;
  for (std::size_t s = 0; s < row.segments(); ++s) {
    const auto end = static_cast<std::size_t>(std::max(0.0, row.change_point(s)));
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
