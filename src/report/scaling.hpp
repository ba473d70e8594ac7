// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace an::report {

/// How long a stage of one run took.
struct StageTime {
  std::string stage;
  std::size_t ranks = 1;
  std::size_t threads = 1;      ///< of each rank
  std::size_t items = 0;        ///< size of the problem: fields of view, videos, trajectories
  double seconds = 0;           ///< from the stage's beginning to its end
  double working_seconds = -1;  ///< of all ranks together, in its items; negative where nobody knows

  std::size_t cores() const { return ranks * threads; }
};

/// Runs of one stage on the same ranks and threads.
struct ScalingRow {
  std::size_t ranks, threads, runs, items;
  double seconds, least, most;  ///< median and range over the runs
  /// Against the row of fewest cores p0: T(p0)/T(p), weak: p/p0 T(p0)/T(p).
  double speed_up;
  double efficiency;  ///< speed-up p0/p
  /// What the loss would be if all of it were serial work (NaN in the first row). Strong: Karp and Flatt
  /// (Communications of the ACM 33, 1990), (1/S - 1/n)/(1 - 1/n) for a speed-up S on n = p/p0. Weak: Gustafson (ibid.
  /// 31, 1988), (n - S)/(n - 1). Negative where the speed-up is more than n.
  double serial_fraction;
  double working;  ///< share of the ranks' time spent in items; NaN where nobody knows
};

struct ScalingTable {
  std::string stage;
  bool weak;  ///< the problem grows with the cores; else it stays the same
  std::vector<ScalingRow> rows;
};

/// Strong-scaling tables of runs of the same stage and size, weak-scaling tables of runs with equally many items a
/// core; both from two numbers of cores on. A run is in a table of each kind where it fits. In the order of the stages'
/// first runs, strong ones first.
std::vector<ScalingTable> scaling_tables(std::span<const StageTime> times);

}  // namespace an::report
