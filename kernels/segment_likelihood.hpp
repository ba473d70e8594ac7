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
/// Whether displacements predicted from `m` earlier ones have a row of their own in a table of likelihoods. The more
/// there are, the less one more says: from the sixth on every second one has. Beyond `whitening_order` there are rows
/// only if some cells remember so long.
KOKKOS_FORCEINLINE_FUNCTION constexpr bool has_row(std::size_t m) {
  return m <= 6 || (m <= whitening_order && m % 2 == 0) || m % whitening_order == 0;
}

/// The row for a displacement of a segment that began `m` displacements before: the last one of not more.
KOKKOS_FORCEINLINE_FUNCTION constexpr std::size_t row_of(std::size_t m, std::size_t rows) {
  const std::size_t row = m <= 6 ? m : m <= whitening_order ? 3 + m / 2 : 2 + whitening_order / 2 + m / whitening_order;
  return row < rows ? row : rows - 1;
}

/// Rows of a table where no cell remembers more than `whitening_order` displacements, and where some do.
inline constexpr std::size_t usual_rows = row_of(whitening_order, whitening_order) + 1;
inline constexpr std::size_t most_rows = row_of(longest_order, longest_order) + 1;

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
  std::size_t first_group;  ///< that of the first item
  std::size_t begin, end;   ///< displacements done now
  float* backward;          ///< [group][axis][order][lane]: errors b of the last displacement done
  float* out;               ///< [row][t][groups * cell_lanes]; of orders greater than t nothing is written
  float* greatest;          ///< [t][groups * cell_lanes]: of all rows

  static constexpr std::size_t backward_size = 2 * (longest_order + 1) * cell_lanes;  ///< of a group

  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::size_t item) const {
    constexpr std::size_t many = 4;
    const std::size_t group = first_group + item;
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
    Lanes forward_x[count], forward_y[count], carry_x[count], carry_y[count], value[count], top[count];
    for (std::size_t k = 0; k < count; ++k) {
      forward_x[k] = carry_x[k] = all_lanes(dx[t + k]);
      forward_y[k] = carry_y[k] = all_lanes(dy[t + k]);
      value[k] = top[k] = all_lanes(-1e30F);
    }
    for (std::size_t m = 0;; ++m) {
      const std::size_t at = m * cell_lanes;
      if (has_row(m)) {
        const std::size_t row = row_of(m, most_rows);
        const Lanes norm_m = load(norm + row * cell_lanes);
        const Lanes precision_m = load(precision + row * cell_lanes);
        for (std::size_t k = 0; k < count; ++k) {
          value[k] = norm_m - precision_m * (forward_x[k] * forward_x[k] + forward_y[k] * forward_y[k]);
          top[k] = larger(top[k], value[k]);
          store(to + row * stride + k * groups * cell_lanes, value[k]);
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
    for (std::size_t k = 0; k < count; ++k) {
      float* of_displacement = to + k * groups * cell_lanes;
      // What a group does not remember adds nothing in later rows.
      for (std::size_t row = row_of(order, most_rows) + 1; order == cells.order[group] && row < cells.rows; ++row)
        store(of_displacement + row * stride, value[k]);
      if (known[t + k] == 0) {
        for (std::size_t row = 0; row < cells.rows; ++row) store(of_displacement + row * stride, all_lanes(0));
        top[k] = all_lanes(0);
      }
      store(greatest + ((t + k) * groups + group) * cell_lanes, top[k]);
    }
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
/// of likelihoods. Item: `cell_lanes` first displacements. Running products make all n²/2 segments cheap. Those of a
/// first displacement have cells side by side at first; where no displacement's likelihood depends on the first one
/// any more, the item's go on side by side, a cell at a time.
struct SegmentEvidence {
  const float* table;        ///< [row][t][cells], from RelativeLikelihood; cell_lanes rows more are read, but not used
  const float* prior;        ///< [cells]
  const std::size_t* begin;  ///< [states + 1]: first cell of each state, multiples of cell_lanes
  std::size_t states;
  std::size_t displacements;
  std::size_t rows;
  const float* of_state;  ///< [state][t = 0 … displacements]: sum before t of RelativeLikelihood's; cell_lanes more are
                          ///< read, but not used
  float* scratch;  ///< [item][scratch_rows][cells]
  float* out;      ///< [state][last displacement j][i]

  static constexpr std::size_t scratch_rows = 2 + 2 * cell_lanes;
  /// Of so many displacements.
  static constexpr std::size_t items(std::size_t displacements) {
    return (displacements + cell_lanes - 1) / cell_lanes;
  }

  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::size_t item) const {
    const std::size_t first = item * cell_lanes;
    const std::size_t count = displacements - first < cell_lanes ? displacements - first : cell_lanes;
    // From here on all have the table's last row.
    const std::size_t together = first + cell_lanes - 1 + (rows == usual_rows ? whitening_order : longest_order);
    const std::size_t apart = together < displacements ? together : displacements;
    float* space = scratch + item * scratch_rows * begin[states];
    for (std::size_t s = 0; s < states; ++s) {
      const std::size_t cells = begin[s + 1] - begin[s];
      Products<float> one{space, space + cells, 0};
      Products<Lanes> all{space + 2 * cells, space + (2 + cell_lanes) * cells, all_lanes(0)};
      for (std::size_t p = 0; p < count; ++p) {
        const std::size_t i = first + p;
        for (std::size_t c = 0; c < cells; ++c) one.now[c] = prior[begin[s] + c] * large;
        one.logarithm = log_of_large;
        for (std::size_t j = i; j < apart; j += cell_lanes) {
          const bool is_whole = j + cell_lanes <= apart;
          const std::size_t end = is_whole ? j + cell_lanes : apart;
          if (is_whole ? multiply_cells<cell_lanes, true>(s, i, j, end, one)
                       : multiply_cells<cell_lanes, false>(s, i, j, end, one))
            continue;
          for (std::size_t t = j; t < end; ++t) multiply_cells<1, true>(s, i, t, t + 1, one);
        }
        if (together >= displacements) continue;
        for (std::size_t c = 0; c < cells; ++c) all.now[c * cell_lanes + p] = one.now[c];
        all.logarithm[p] = one.logarithm;
      }
      constexpr std::size_t many = 8;
      for (std::size_t j = together; j < displacements; j += many) {
        const std::size_t end = j + many < displacements ? j + many : displacements;
        if (multiply_lanes<many>(s, first, j, end, all)) continue;
        for (std::size_t t = j; t < end; ++t) multiply_lanes<1>(s, first, t, t + 1, all);
      }
    }
  }

 private:
  // Products are scaled by powers of two, which rounds nothing: their sums begin between 2^40 and 2^100.
  static constexpr float large = 0x1p100F;
  static constexpr float step = 0x1p60F;
  static constexpr float log_2 = 0.693147181F;
  static constexpr float log_of_large = -100 * log_2, log_of_step = 60 * log_2;
  static constexpr float small = 0x1p40F;       // sums below it are scaled
  static constexpr float too_small = 0x1p-90F;  // products of sums below it may have lost digits

  template <class Value>
  struct Products {
    float* now;  // [cell], of as many first displacements as Value has numbers
    float* next;
    Value logarithm;  // of the factor that they lack

    KOKKOS_FORCEINLINE_FUNCTION void swap() {
      float* const before = now;
      now = next;
      next = before;
    }
  };

  KOKKOS_FORCEINLINE_FUNCTION const float* row(std::size_t s, std::size_t i, std::size_t j) const {
    return table + (row_of(j - i, rows) * displacements + j) * begin[states] + begin[s];
  }

  // Goes on by displacements [j, end), `most` of them or fewer, with cells side by side. Does nothing and returns false
  // where sums became too small; of one displacement, whose likelihood is at least e^-40, that is not asked.
  template <std::size_t most, bool whole>
  KOKKOS_FORCEINLINE_FUNCTION bool multiply_cells(std::size_t s, std::size_t i, std::size_t j, std::size_t end,
                                                  Products<float>& of) const {
    const std::size_t cells = begin[s + 1] - begin[s];
    const std::size_t count = end - j;
    const float* first_row = row(s, i, j);
    const std::size_t stride = begin[states];
    const std::size_t next_row = i == j ? (displacements + 1) * stride : stride;  // later ones share a row
    Lanes sums[most];
    for (Lanes& sum : sums) sum = all_lanes(0);
    for (std::size_t c = 0; c < cells; c += cell_lanes) {
      Lanes running = load(of.now + c);
      const float* from = first_row + c;
      for (std::size_t k = 0; k < most; ++k) {
        running = running * load(from);
        sums[k] = sums[k] + running;
        from += has_row(k + 1) ? next_row : stride;
        if (!whole && k + 1 == count) store(of.next + c, running);
      }
      if (whole) store(of.next + c, running);
    }
    float of_ends[cell_lanes];
    if constexpr (most == 1)
      store(of_ends, all_lanes(sum_of(sums[0])));
    else
      store(of_ends, sums_of(sums));
    float last = of_ends[count - 1];  // the least of them
    if (most > 1 && !(last > too_small)) return false;
    of.swap();
    const float* before_state = of_state + s * (displacements + 1);
    const Lanes relative = log_of_positive(load(of_ends)) + of.logarithm;
    store(of_ends, relative + (load(before_state + j + 1) - before_state[i]));
    float* to = out + (s * displacements + j) * displacements + i;
    for (std::size_t k = 0; k < count; ++k) to[k * displacements] = of_ends[k];
    while (last < small) {
      last *= step;
      for (std::size_t c = 0; c < cells; c += cell_lanes) store(of.now + c, load(of.now + c) * step);
      of.logarithm -= log_of_step;
    }
    return true;
  }

  // The same with first displacements side by side.
  template <std::size_t most>
  KOKKOS_FORCEINLINE_FUNCTION bool multiply_lanes(std::size_t s, std::size_t first, std::size_t j, std::size_t end,
                                                  Products<Lanes>& of) const {
    const std::size_t cells = begin[s + 1] - begin[s];
    const float* from = row(s, first, j);
    Lanes sums[most];
    for (Lanes& sum : sums) sum = all_lanes(0);
    for (std::size_t c = 0; c < cells; ++c) {
      Lanes running = load(of.now + c * cell_lanes);
      for (std::size_t k = 0; k < most; ++k) {
        running = running * from[k * begin[states] + c];
        sums[k] = sums[k] + running;
      }
      store(of.next + c * cell_lanes, running);
    }
    Lanes last = sums[end - 1 - j];
    if (most > 1 && !(least_of(last) > too_small)) return false;
    of.swap();
    const float* before_state = of_state + s * (displacements + 1);
    const Lanes before_first = load(before_state + first);
    float* to = out + (s * displacements + j) * displacements + first;
    for (std::size_t k = 0; j + k < end; ++k)
      store(to + k * displacements,
            log_of_positive(sums[k]) + of.logarithm + (all_lanes(before_state[j + k + 1]) - before_first));
    while (least_of(last) < small) {
      Lanes factor = all_lanes(1);
      for (std::size_t p = 0; p < cell_lanes; ++p) {
        if (!(last[p] < small)) continue;
        factor[p] = step;
        of.logarithm[p] -= log_of_step;
      }
      last = last * factor;
      for (std::size_t c = 0; c < cells; ++c) store(of.now + c * cell_lanes, load(of.now + c * cell_lanes) * factor);
    }
    return true;
  }
};

}  // namespace an::kernels
