// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>

#include "app/score/score_plan.hpp"
#include "app/score/score_result.hpp"
#include "io/spool_file.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// The rows this rank has scored, kept out of memory until they are written.
class RowStore {
 public:
  explicit RowStore(const std::filesystem::path& folder) : spool_(folder) {}

  void put(std::size_t section, const ScoredFov& fov);
  std::vector<evaluation::TrajectoryScore> trajectories(std::size_t section) const;
  std::vector<evaluation::SegmentScore> segments(std::size_t section) const;
  std::vector<evaluation::ChangePointScore> change_points(std::size_t section) const;
  /// The segments' errors of alpha, then their squared errors of log K.
  std::vector<double> errors(std::size_t section) const;

 private:
  struct Rows {
    std::uint64_t offset;
    std::size_t count;
  };
  struct Place {
    Rows trajectories, segments, change_points, errors;
  };
  template <class Row>
  std::vector<Row> read(const Rows& place) const;
  io::SpoolFile spool_;
  std::map<std::size_t, Place> places_;
};

/// Called on root with the number of items begun and of all items.
using ScoreProgress = std::function<void(std::size_t done, std::size_t total)>;

/// Scores all submissions of the plan. Collective: items are handed out to the ranks, and every score is summed in the
/// order of the trajectories, so that results are the same bytes for any number of ranks. \param rows keeps the rows of
/// this rank's fields of view, for write_result_file()
ScoreResults score_all(const ScorePlan& plan, const parallel::Communicator& ranks, RowStore& rows,
                       const ScoreProgress& progress);

}  // namespace an::app
