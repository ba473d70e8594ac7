// SPDX-License-Identifier: MIT
#pragma once

#include <Kokkos_Macros.hpp>
#include <cstddef>
#include <cstdint>

#include "kernels/lanes.hpp"

namespace an::kernels {

/// Cells stand in groups of this many.
inline constexpr std::size_t cell_lanes = lane_count;
/// Earlier displacements that predict one: the order of the autoregressive model.
inline constexpr std::size_t whitening_order = 16;
/// The same of cells that remember longer: slow motion shows through localisation noise only after many displacements.
inline constexpr std::size_t longest_order = 48;
/// Rows of a table of likelihoods: predictions of a displacement from 0, 1, … `whitening_order` earlier ones, then from
/// multiples of `whitening_order`, if some cells remember so long.
inline constexpr std::size_t usual_rows = whitening_order + 1;
inline constexpr std::size_t most_rows = usual_rows + longest_order / whitening_order - 1;

/// The row for a displacement of a segment that began `m` displacements before.
KOKKOS_FORCEINLINE_FUNCTION constexpr std::size_t row_of(std::size_t m, std::size_t rows) {
  if (m <= whitening_order) return m;
  const std::size_t row = whitening_order + m / whitening_order - 1;
  return row < rows ? row : rows - 1;
}

/// Coefficients of the lattice filters that whiten displacements, `cell_lanes` cells side by side.
struct CellCoefficients {
  const float* reflection;   ///< [group][order 1 … longest_order][lane]
  const float* precision;    ///< [group][row][lane]: 1 / (2 variance of the prediction error)
  const float* log_norm;     ///< [group][row][lane]: -ln(2 pi variance), for two axes
  const std::size_t* order;  ///< [group]: whitening_order or longest_order
  std::size_t rows;          ///< usual_rows if all orders are whitening_order, else most_rows
};

/// Logarithms of the likelihood of each displacement given the earlier ones of its segment, for every cell (alpha, K):
/// out[row_of(m)][t][cell] is that of displacement t in a segment that began m displacements before. Item: a group of
/// cells. The lattice recursion (Itakura and Saito, 1971) yields the errors of all orders at once: f_m(t) = f_(m-1)(t)
/// - kappa_m b_(m-1)(t-1), b_m(t) = b_(m-1)(t-1) - kappa_m f_(m-1)(t). Displacements are done some at a time, in order,
/// so that RelativeLikelihood finds their rows in the cache.
struct DisplacementLikelihood {
  CellCoefficients cells;
  const float* dx;
  const float* dy;
  const std::uint8_t* known;  ///< a displacement that is not has likelihood 1
  std::size_t displacements;
  std::size_t groups;
  std::size_t begin, end;  ///< those done now
  float* backward;         ///< [group][axis][order][lane]: errors b of the last displacement done
  float* out;              ///< [row][t][groups * cell_lanes]; of orders greater than t nothing is written
  float* greatest;         ///< [t][groups * cell_lanes]: of all rows

  static constexpr std::size_t backward_size = 2 * (longest_order + 1) * cell_lanes;  ///< of a group

  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::size_t group) const {
    constexpr std::size_t many = 4;
    const std::size_t order = cells.order[group];
    std::size_t t = begin;
    for (; t < end && t < order; ++t) advance<1>(group, t, t);
    for (; t + many <= end; t += many) advance<many>(group, t, order);
    for (; t < end; ++t) advance<1>(group, t, order);
  }

 private:
  // Does `count` displacements at a time up to an order: errors are kept in registers from one to the next.
  template <std::size_t count>
  KOKKOS_FORCEINLINE_FUNCTION void advance(std::size_t group, std::size_t t, std::size_t order) const {
    float* backward_x = backward + group * backward_size;
    float* backward_y = backward_x + (longest_order + 1) * cell_lanes;
    const float* kappa = cells.reflection + group * longest_order * cell_lanes;
    const float* precision = cells.precision + group * most_rows * cell_lanes;
    const float* norm = cells.log_norm + group * most_rows * cell_lanes;
    const std::size_t stride = displacements * groups * cell_lanes;
    float* to = out + (t * groups + group) * cell_lanes;
    Lanes forward_x[count], forward_y[count], carry_x[count], carry_y[count], top[count];
    for (std::size_t k = 0; k < count; ++k) {
      forward_x[k] = carry_x[k] = all_lanes(dx[t + k]);
      forward_y[k] = carry_y[k] = all_lanes(dy[t + k]);
    }
    for (std::size_t m = 0;; ++m) {
      const std::size_t at = m * cell_lanes;
      if (m <= whitening_order || m % whitening_order == 0) {
        const std::size_t row = row_of(m, most_rows);
        // What a group does not remember adds nothing in later rows.
        const std::size_t end_row = m == cells.order[group] ? cells.rows : row + 1;
        const Lanes norm_m = load(norm + row * cell_lanes);
        const Lanes precision_m = load(precision + row * cell_lanes);
        for (std::size_t k = 0; k < count; ++k) {
          const Lanes square = forward_x[k] * forward_x[k] + forward_y[k] * forward_y[k];
          const Lanes value = known[t + k] != 0 ? norm_m - precision_m * square : all_lanes(0);
          top[k] = m == 0 ? value : larger(top[k], value);
          for (std::size_t r = row; r < end_row; ++r) store(to + r * stride + k * groups * cell_lanes, value);
        }
      }
      const Lanes last_x = carry_x[count - 1];
      const Lanes last_y = carry_y[count - 1];
      if (m < order) {
        Lanes before_x = load(backward_x + at);
        Lanes before_y = load(backward_y + at);
        const Lanes kappa_m = load(kappa + at);
        for (std::size_t k = 0; k < count; ++k) {
          const Lanes this_x = carry_x[k];
          const Lanes this_y = carry_y[k];
          carry_x[k] = before_x - kappa_m * forward_x[k];
          carry_y[k] = before_y - kappa_m * forward_y[k];
          forward_x[k] = forward_x[k] - kappa_m * before_x;
          forward_y[k] = forward_y[k] - kappa_m * before_y;
          before_x = this_x;
          before_y = this_y;
        }
      }
      store(backward_x + at, last_x);
      store(backward_y + at, last_y);
      if (m == order) break;
    }
    for (std::size_t k = 0; k < count; ++k) store(greatest + ((t + k) * groups + group) * cell_lanes, top[k]);
  }
};

/// Makes likelihoods of their logarithms, each displacement's relative to the greatest of all cells, but at least
/// exp(smallest), so that one impossible displacement cannot rule out every cell; then relative to the greatest of the
/// cell's state, so that products of many are not too small even where another state is far likelier. Item: a
/// displacement, from `begin` on.
struct RelativeLikelihood {
  static constexpr float smallest = -40;

  const std::size_t* first;  ///< [states + 1]: first cell of each state
  std::size_t states;
  std::size_t displacements;
  std::size_t rows;
  std::size_t begin;
  float* table;           ///< [row][t][cells]
  const float* greatest;  ///< [t][cells]
  float* offset;          ///< [t]: ln of the greatest likelihood
  float* of_state;        ///< [state][t]: ln of the state's greatest, relative to that

  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::size_t item) const {
    const std::size_t t = begin + item;
    const std::size_t cells = first[states];
    const std::size_t known_rows = row_of(t, rows) + 1;
    float top = -1e30F;
    for (std::size_t s = 0; s < states; ++s) {
      Lanes largest = load(greatest + t * cells + first[s]);
      for (std::size_t c = first[s]; c < first[s + 1]; c += cell_lanes)
        largest = larger(largest, load(greatest + t * cells + c));
      of_state[s * displacements + t] = greatest_of(largest);
      top = top < of_state[s * displacements + t] ? of_state[s * displacements + t] : top;
    }
    offset[t] = top;
    for (std::size_t s = 0; s < states; ++s) {
      float& state_top = of_state[s * displacements + t];
      state_top = state_top - top < smallest ? smallest : state_top - top;
      const Lanes divisor = all_lanes(top + state_top);
      const Lanes least = all_lanes(smallest - state_top);
      for (std::size_t r = 0; r < known_rows; ++r) {
        float* row = table + (r * displacements + t) * cells;
        for (std::size_t c = first[s]; c < first[s + 1]; c += cell_lanes)
          store(row + c, exp_of_negative(larger(least, load(row + c) - divisor)));
      }
    }
  }
};

/// Logarithms of the evidence of every segment for every state: ln sum over the state's cells of prior times product
/// of likelihoods. Item: the segment's first displacement i. The running product makes all n²/2 segments cheap: it is
/// kept in a register for a group of cells and `cell_lanes` displacements.
struct SegmentEvidence {
  const float* table;        ///< [row][t][cells], from RelativeLikelihood; cell_lanes rows more are read, but not used
  const float* prior;        ///< [cells]
  const std::size_t* begin;  ///< [states + 1]: first cell of each state, multiples of cell_lanes
  std::size_t states;
  std::size_t displacements;
  std::size_t rows;
  const float* of_state;  ///< [state][t = 0 … displacements]: sum before t of RelativeLikelihood's; cell_lanes more are
                          ///< read, but not used
  float* scratch;  ///< [displacements][2][cells], two rows an item
  float* out;      ///< [state][last displacement j][i]

  // Products are scaled by powers of two, which rounds nothing: their sums begin between 2^40 and 2^100.
  static constexpr float large = 0x1p100F;
  static constexpr float step = 0x1p60F;
  static constexpr float log_2 = 0.693147181F;

  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::size_t i) const {
    float* product = scratch + 2 * i * begin[states];
    float* next = product + begin[states];
    for (std::size_t s = 0; s < states; ++s) {
      for (std::size_t c = begin[s]; c < begin[s + 1]; ++c) product[c] = prior[c] * large;
      float logarithm = -100 * log_2;
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
          multiply_pairs(s, i, j, product, logarithm, sums, logarithms);
        }
        const Lanes relative = log_of_positive(load(sums)) + load(logarithms);
        const float* before_state = of_state + s * (displacements + 1);
        store(sums, relative);
        const float last = sums[count - 1];
        store(sums, relative + (load(before_state + j + 1) - before_state[i]));
        float* to = out + (s * displacements + j) * displacements + i;
        for (std::size_t k = 0; k < count; ++k) to[k * displacements] = sums[k];
        while (last < logarithm + 40 * log_2) scale(s, product, logarithm);
      }
    }
  }

 private:
  KOKKOS_FORCEINLINE_FUNCTION const float* row(std::size_t i, std::size_t j) const {
    return table + (row_of(j - i, rows) * displacements + j) * begin[states];
  }

  KOKKOS_FORCEINLINE_FUNCTION void scale(std::size_t s, float* product, float& logarithm) const {
    const Lanes factor = all_lanes(step);
    for (std::size_t c = begin[s]; c < begin[s + 1]; c += cell_lanes) store(product + c, load(product + c) * factor);
    logarithm -= 60 * log_2;
  }

  // Sums for `count` segments, the first of which ends at the displacement of `first_row`; false where numbers became
  // too small. The product goes to `next`.
  KOKKOS_FORCEINLINE_FUNCTION bool multiply_block(std::size_t s, const float* first_row, bool is_first,
                                                  std::size_t count, const float* product, float* next,
                                                  float* sums) const {
    const std::size_t stride = (is_first ? displacements + 1 : 1) * begin[states];
    Lanes of_ends[cell_lanes];
    for (Lanes& sum : of_ends) sum = all_lanes(0);
    for (std::size_t c = begin[s]; c < begin[s + 1]; c += cell_lanes) {
      Lanes running = load(product + c);
      const float* from = first_row + c;
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

  // The same in place, two displacements at a time, which are at least e^-80: scaled after them.
  KOKKOS_FORCEINLINE_FUNCTION void multiply_pairs(std::size_t s, std::size_t i, std::size_t j, float* product,
                                                  float& logarithm, float* sums, float* logarithms) const {
    for (std::size_t k = 0; k < cell_lanes; k += 2) {
      const bool is_last = j + k + 1 >= displacements;
      const float* one = row(i, j + k);
      const float* two = is_last ? one : row(i, j + k + 1);
      Lanes of_one = all_lanes(0);
      Lanes of_two = all_lanes(0);
      for (std::size_t c = begin[s]; c < begin[s + 1]; c += cell_lanes) {
        const Lanes running = load(product + c) * load(one + c);
        const Lanes next = running * load(two + c);
        store(product + c, next);
        of_one = of_one + running;
        of_two = of_two + next;
      }
      sums[k] = sum_of(of_one);
      sums[k + 1] = sum_of(of_two);
      logarithms[k] = logarithms[k + 1] = logarithm;
      if (is_last) continue;
      float last = sums[k + 1];
      while (last < 0x1p40F) {
        scale(s, product, logarithm);
        last *= step;
      }
    }
  }
};

}  // namespace an::kernels
