// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "core/random.hpp"

namespace an::simulation {

/// Poisson numbers of one mean by Walker's alias method (1977): one 32-bit random number each, whatever the mean.
/// Probabilities are those of the distribution to 2^-32 · table size, its tails cut where they hold less than 1e-15.
class PoissonTable {
 public:
  /// \param mean above 0, at most 1e6
  explicit PoissonTable(double mean);

  std::uint32_t draw(Random& random) const { return of_bits(random.bits32()); }
  /// The number that 32 random bits stand for.
  std::uint32_t of_bits(std::uint32_t bits) const {
    const Entry& entry = entries_[bits >> shift_];
    // Without a branch: which of the two it is cannot be predicted.
    const std::uint32_t take_other = (bits & mask_) >= entry.own_share ? ~0U : 0U;
    return entry.own + (take_other & entry.to_other);
  }

 private:
  struct Entry {
    std::uint32_t own_share, own, to_other;  // to_other: added to own, modulo 2^32
  };
  std::vector<Entry> entries_;  // a power of two of them
  std::uint32_t shift_ = 0, mask_ = 0;
};

/// Poisson numbers of any mean: sums of table draws and an inversion of what is left, exact but for the table's
/// rounding.
class Poisson {
 public:
  std::uint32_t draw(double mean, Random& random) const;

 private:
  static constexpr double step = 16;
  PoissonTable table_{step};
};

}  // namespace an::simulation
