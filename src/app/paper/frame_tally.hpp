// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/byte_archive.hpp"
#include "core/labels.hpp"
#include "report/figures.hpp"

namespace an::app {

/// Axes of the pictures of the paper's training data, whose K goes from 0.01 to about 2, and 0 in traps.
inline const report::Axis alpha_axis{"alpha", 0, 2, false};
inline const report::Axis k_axis{"K [px²/frame^alpha]", 1e-3, 10, true};

/// What is true, or predicted, of each frame of a trajectory. A prediction may lack some of it.
struct FrameLabels {
  std::vector<double> alpha;
  std::vector<double> log_k;        ///< ln(1 + K)
  std::vector<std::int8_t> state;   ///< DiffusiveState
  std::vector<double> log_chances;  ///< 4 a frame: logarithm of each state's probability

  /// Of a row of labels. \param file that it is of \throws InputError for states and lengths that there are not
  static FrameLabels of(const LabelTable& table, std::size_t row, const std::filesystem::path& file);
  std::size_t size() const { return alpha.size(); }
};

/// What a predictor tells; the errors of the rest are unknown.
struct Told {
  bool alpha = true, k = true, state = true, chances = false, rest = false;
};

/// Errors of a predictor over one field of view, summed over frames.
struct FrameSums {
  double frames = 0;                                        ///< of particles
  double cells = 0;                                         ///< of tensors of 64 particles and 208 frames
  double alpha = 0, log_k = 0, entropy = 0;                 ///< |error|, squared error of ln(1 + K), -ln P(true state)
  double rest_alpha = 0, rest_log_k = 0, rest_entropy = 0;  ///< the same over cells without a particle: all is 0 there
  report::StateCounts states{};                             ///< [true][predicted]
};

/// Sums over one field of view, and counts for pictures.
struct FrameTally {
  FrameSums sums;
  report::HeatMap alpha{alpha_axis}, k{k_axis};

  /// \pre of equal length, what is told
  void add(const FrameLabels& truth, const FrameLabels& prediction, const Told& told);
};

void pack(ByteWriter& writer, const FrameTally& tally);
FrameTally unpack_tally(ByteReader& reader);

}  // namespace an::app
