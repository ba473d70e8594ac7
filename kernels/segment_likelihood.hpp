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
/// out[m][t][cell] is that of displacement t in a segment that began m displacements before, or `whitening_order` and
/// more. Item: a group of cells. The lattice recursion (Itakura and Saito, 1971) yields the errors of all orders at
/// once: f_m(t) = f_(m-1)(t) - kappa_m b_(m-1)(t-1), b_m(t) = b_(m-1)(t-1) - kappa_m f_(m-1)(t). Displacements are done
/// some at a time, in order, so that RelativeLikelihood finds their rows in the cache.
struct DisplacementLikelihood {
  CellCoefficients cells;
  const float* dx;
  const float* dy;
  const std::uint8_t* known;  ///< a displacement that is not has likelihood 1
  std::size_t displacements;
  std::size_t groups;
  std::size_t begin, end;  ///< those done now
  float* backward;         ///< [group][axis][order][lane]: errors b of the last displacement done
  float* out;              ///< [m][t][groups * cell_lanes]; entries of m > t are not written

  static constexpr std::size_t backward_size = 2 * prediction_orders * cell_lanes;  ///< of a group

  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::size_t group) const {
    float* backward_x = backward + group * backward_size;
    float* backward_y = backward_x + prediction_orders * cell_lanes;
    const float* kappa = cells.reflection + group * whitening_order * cell_lanes;
    const float* precision = cells.precision + group * prediction_orders * cell_lanes;
    const float* norm = cells.log_norm + group * prediction_orders * cell_lanes;
    for (std::size_t t = begin; t < end; ++t) {
      Lanes forward_x = all_lanes(dx[t]);
      Lanes forward_y = all_lanes(dy[t]);
      Lanes carry_x = forward_x;
      Lanes carry_y = forward_y;
      const std::size_t last = t < whitening_order ? t : whitening_order;
      float* to = out + (t * groups + group) * cell_lanes;
      for (std::size_t m = 0;; ++m) {
        const std::size_t at = m * cell_lanes;
        const Lanes square = forward_x * forward_x + forward_y * forward_y;
        const Lanes value = load(norm + at) - load(precision + at) * square;
        store(to + m * displacements * groups * cell_lanes, known[t] != 0 ? value : all_lanes(0));
        const Lanes before_x = m < last ? load(backward_x + at) : carry_x;
        const Lanes before_y = m < last ? load(backward_y + at) : carry_y;
        store(backward_x + at, carry_x);
        store(backward_y + at, carry_y);
        if (m == last) break;
        const Lanes k = load(kappa + at);
        carry_x = before_x - k * forward_x;
        carry_y = before_y - k * forward_y;
        forward_x = forward_x - k * before_x;
        forward_y = forward_y - k * before_y;
      }
    }
  }
};

/// Makes likelihoods of their logarithms, each displacement's relative to its greatest: exp(value - greatest), at least
/// exp(smallest), so that one impossible displacement cannot rule out every cell. Item: a displacement, from `begin`
/// on.
struct RelativeLikelihood {
  static constexpr float smallest = -40;

  std::size_t displacements;
  std::size_t cells;  ///< groups * cell_lanes
  std::size_t begin;
  float* table;   ///< [m][t][cells]
  float* offset;  ///< [t]: ln of what the likelihoods were divided by

  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::size_t item) const {
    const std::size_t t = begin + item;
    const std::size_t orders = t < whitening_order ? t + 1 : prediction_orders;
    const std::size_t stride = displacements * cells;
    float* rows = table + t * cells;
    Lanes greatest = load(rows);
    for (std::size_t m = 0; m < orders; ++m)
      for (std::size_t c = 0; c < cells; c += cell_lanes) greatest = larger(greatest, load(rows + m * stride + c));
    offset[t] = greatest_of(greatest);
    const Lanes top = all_lanes(offset[t]);
    const Lanes least = all_lanes(smallest);
    for (std::size_t m = 0; m < orders; ++m)
      for (std::size_t c = 0; c < cells; c += cell_lanes) {
        float* at = rows + m * stride + c;
        store(at, exp_of_negative(larger(least, load(at) - top)));
      }
  }
};

/// Logarithms of the evidence of every segment for every state: ln sum over the state's cells of prior times product
/// of likelihoods. Item: the segment's first displacement i. The running product makes all n²/2 segments cheap: it is
/// kept in a register for a group of cells and `cell_lanes` displacements.
struct SegmentEvidence {
  const float* table;        ///< [m][t][cells], from RelativeLikelihood; cell_lanes rows more are read, but not used
  const float* prior;        ///< [cells]
  const std::size_t* begin;  ///< [states + 1]: first cell of each state, multiples of cell_lanes
  std::size_t states;
  std::size_t displacements;
  float* scratch;  ///< [displacements][2][cells], two rows an item
  float* out;      ///< [state][last displacement j][i]

  // Products are scaled by powers of two, which rounds nothing.
  static constexpr float large = 0x1p60F;
  static constexpr float log_large = 60 * 0.693147181F;

  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::size_t i) const {
    float* product = scratch + 2 * i * begin[states];
    float* next = product + begin[states];
    for (std::size_t s = 0; s < states; ++s) {
      for (std::size_t c = begin[s]; c < begin[s + 1]; ++c) product[c] = prior[c] * large;
      float logarithm = -log_large;
      for (std::size_t j = i; j < displacements; j += cell_lanes) {
        float sums[cell_lanes];
        float logarithms[cell_lanes];
        const std::size_t count = displacements - j < cell_lanes ? displacements - j : cell_lanes;
        if (multiply_block(s, row(i, j), j == i, count, product, next, sums)) {
          for (float& one : logarithms) one = logarithm;
          float* const before = product;
          product = next;
          next = before;
        } else {
          multiply_steps(s, i, j, count, product, logarithm, sums, logarithms);
        }
        store(sums, log_of_positive(load(sums)) + load(logarithms));
        float* to = out + (s * displacements + j) * displacements + i;
        for (std::size_t k = 0; k < count; ++k) to[k * displacements] = sums[k];
        if (sums[count - 1] - logarithm < 0) scale(s, product, logarithm);
      }
    }
  }

 private:
  KOKKOS_FORCEINLINE_FUNCTION const float* row(std::size_t i, std::size_t j) const {
    const std::size_t m = j - i < whitening_order ? j - i : whitening_order;
    return table + (m * displacements + j) * begin[states];
  }

  KOKKOS_FORCEINLINE_FUNCTION void scale(std::size_t s, float* product, float& logarithm) const {
    const Lanes factor = all_lanes(large);
    for (std::size_t c = begin[s]; c < begin[s + 1]; c += cell_lanes) store(product + c, load(product + c) * factor);
    logarithm -= log_large;
  }

  // Sums for `count` segments, the first of which ends at the displacement of `rows`; false where numbers became too
  // small. The product goes to `next`.
  KOKKOS_FORCEINLINE_FUNCTION bool multiply_block(std::size_t s, const float* rows, bool is_first, std::size_t count,
                                                  const float* product, float* next, float* sums) const {
    const std::size_t stride = (is_first ? displacements + 1 : 1) * begin[states];
    Lanes of_ends[cell_lanes];
    for (Lanes& sum : of_ends) sum = all_lanes(0);
    for (std::size_t c = begin[s]; c < begin[s + 1]; c += cell_lanes) {
      Lanes running = load(product + c);
      const float* from = rows + c;
      for (Lanes& sum : of_ends) {
        running = running * load(from);
        sum = sum + running;
        from += stride;
      }
      store(next + c, running);
    }
    store(sums, sums_of(of_ends));
    for (std::size_t k = 0; k < count; ++k)
      if (!(sums[k] > 0x1p-90F)) return false;
    return true;
  }

  // Sums for `count` segments, scaled after each displacement; the others are 1.
  KOKKOS_FORCEINLINE_FUNCTION void multiply_steps(std::size_t s, std::size_t i, std::size_t j, std::size_t count,
                                                  float* product, float& logarithm, float* sums,
                                                  float* logarithms) const {
    for (std::size_t k = 0; k < cell_lanes; ++k) {
      sums[k] = 1;
      logarithms[k] = 0;
      if (k >= count) continue;
      const float* from = row(i, j + k);
      Lanes lanes = all_lanes(0);
      for (std::size_t c = begin[s]; c < begin[s + 1]; c += cell_lanes) {
        const Lanes next = load(product + c) * load(from + c);
        store(product + c, next);
        lanes = lanes + next;
      }
      sums[k] = sum_of(lanes);
      logarithms[k] = logarithm;
      if (sums[k] < 0x1p-30F) scale(s, product, logarithm);
    }
  }
};

}  // namespace an::kernels
