// SPDX-License-Identifier: MIT
#pragma once

#include <Kokkos_Core.hpp>
#include <cstddef>
#include <cstdint>

#include "kernels/lanes.hpp"
#include "kernels/parallel.hpp"

namespace an::kernels {

/// Cells stand in groups of this many.
inline constexpr std::size_t cell_lanes = lane_count;
/// Earlier displacements that predict one: the order of the autoregressive model.
inline constexpr std::size_t whitening_order = 16;
/// Predictions of a displacement from 0, 1, … `whitening_order` earlier ones.
inline constexpr std::size_t prediction_orders = whitening_order + 1;

/// Coefficients of the lattice filters that whiten displacements, `cell_lanes` cells side by side.
struct CellCoefficients {
  const float* reflection;  ///< [group][order 1 … whitening_order][lane]
  const float* precision;   ///< [group][order 0 … ][lane]: 1 / (2 variance of the prediction error)
  const float* log_norm;    ///< [group][order 0 … ][lane]: -ln(2 pi variance), for two axes
};

/// Logarithms of the likelihood of each displacement given the earlier ones of its segment, for every cell (alpha, K):
/// out[t][m][cell] is that of displacement t in a segment that began m displacements before, or `whitening_order` and
/// more. Item: a group of cells. The lattice recursion (Itakura and Saito, 1971) yields the errors of all orders at
/// once: f_m(t) = f_(m-1)(t) - kappa_m b_(m-1)(t-1), b_m(t) = b_(m-1)(t-1) - kappa_m f_(m-1)(t).
struct DisplacementLikelihood {
  CellCoefficients cells;
  const float* dx;
  const float* dy;
  const std::uint8_t* known;  ///< a displacement that is not has likelihood 1
  std::size_t displacements;
  std::size_t groups;
  float* out;  ///< [t][m][groups * cell_lanes]; entries of m > t are not written

  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::size_t group) const {
    Lanes backward_x[prediction_orders];
    Lanes backward_y[prediction_orders];
    const float* kappa = cells.reflection + group * whitening_order * cell_lanes;
    const float* precision = cells.precision + group * prediction_orders * cell_lanes;
    const float* norm = cells.log_norm + group * prediction_orders * cell_lanes;
    for (std::size_t t = 0; t < displacements; ++t) {
      Lanes forward_x = all_lanes(dx[t]);
      Lanes forward_y = all_lanes(dy[t]);
      Lanes carry_x = forward_x;
      Lanes carry_y = forward_y;
      const std::size_t last = t < whitening_order ? t : whitening_order;
      float* row = out + (t * prediction_orders * groups + group) * cell_lanes;
      for (std::size_t m = 0;; ++m) {
        const Lanes square = forward_x * forward_x + forward_y * forward_y;
        const Lanes value = load(norm + m * cell_lanes) - load(precision + m * cell_lanes) * square;
        store(row + m * groups * cell_lanes, known[t] != 0 ? value : all_lanes(0));
        const Lanes before_x = m < last ? backward_x[m] : carry_x;
        const Lanes before_y = m < last ? backward_y[m] : carry_y;
        backward_x[m] = carry_x;
        backward_y[m] = carry_y;
        if (m == last) break;
        const Lanes k = load(kappa + m * cell_lanes);
        carry_x = before_x - k * forward_x;
        carry_y = before_y - k * forward_y;
        forward_x = forward_x - k * before_x;
        forward_y = forward_y - k * before_y;
      }
    }
  }
};

/// Makes likelihoods of their logarithms, each displacement's relative to its greatest: exp(value - greatest), at least
/// `smallest`, so that one impossible displacement cannot rule out every cell. Item: a displacement.
struct RelativeLikelihood {
  static constexpr float smallest_logarithm = -40.0F;

  std::size_t cells;  ///< groups * cell_lanes
  float* table;       ///< [t][m][cells]
  float* offset;      ///< [t]: ln of what the likelihoods were divided by

  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::size_t t) const {
    float* row = table + t * prediction_orders * cells;
    const std::size_t size = (t < whitening_order ? t + 1 : prediction_orders) * cells;
    Lanes greatest = load(row);
    for (std::size_t at = cell_lanes; at < size; at += cell_lanes) greatest = larger(greatest, load(row + at));
    offset[t] = greatest_of(greatest);
    const Lanes top = all_lanes(offset[t]);
    const Lanes smallest = all_lanes(smallest_logarithm);
    for (std::size_t at = 0; at < size; at += cell_lanes)
      store(row + at, exp_of_negative(larger(smallest, load(row + at) - top)));
  }
};

/// Logarithms of the evidence of every segment for every state: ln sum over the state's cells of prior times product
/// of likelihoods. Item: the segment's first displacement i. The running product makes all n²/2 segments cheap.
struct SegmentEvidence {
  const float* table;        ///< [t][m][cells], from RelativeLikelihood
  const float* prior;        ///< [cells]
  const std::size_t* begin;  ///< [states + 1]: first cell of each state, multiples of cell_lanes
  std::size_t states;
  std::size_t displacements;
  float* scratch;  ///< [displacements][cells], one row an item
  float* out;      ///< [state][last displacement j][i]

  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::size_t i) const {
    const std::size_t cells = begin[states];
    float* product = scratch + i * cells;
    for (std::size_t s = 0; s < states; ++s) {
      for (std::size_t c = begin[s]; c < begin[s + 1]; ++c) product[c] = prior[c];
      float* to = out + s * displacements * displacements + i;
      float logarithm = 0;
      float sums[cell_lanes];  // of these many segments ln is taken at once
      float logarithms[cell_lanes];
      for (std::size_t j = i; j < displacements; ++j) {
        const std::size_t m = j - i < whitening_order ? j - i : whitening_order;
        const float* row = table + (j * prediction_orders + m) * cells;
        Lanes lanes = all_lanes(0);
        for (std::size_t at = begin[s]; at < begin[s + 1]; at += cell_lanes) {
          const Lanes next = load(product + at) * load(row + at);
          store(product + at, next);
          lanes = lanes + next;
        }
        const std::size_t waiting = (j - i) % cell_lanes;
        sums[waiting] = sum_of(lanes);
        logarithms[waiting] = logarithm;
        if (sums[waiting] < 0x1p-30F) {
          logarithm -= 60 * 0.693147181F;
          const Lanes factor = all_lanes(0x1p60F);
          for (std::size_t at = begin[s]; at < begin[s + 1]; at += cell_lanes)
            store(product + at, load(product + at) * factor);
        }
        if (waiting + 1 < cell_lanes && j + 1 < displacements) continue;
        for (std::size_t k = waiting + 1; k < cell_lanes; ++k) sums[k] = logarithms[k] = 1;
        store(sums, log_of_positive(load(sums)) + load(logarithms));
        for (std::size_t k = 0; k <= waiting; ++k) to[(j - waiting + k) * displacements] = sums[k];
      }
    }
  }
};

}  // namespace an::kernels
