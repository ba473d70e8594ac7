// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "app/score/score_item.hpp"
#include "app/score/score_plan.hpp"
#include "io/spool_file.hpp"

namespace an::app {

/// What this rank has found of its fields of view, kept out of memory until it is summed up and written: reports, and
/// rows as the columns of the result tables. A section is a field of view of a submission:
/// submission * fields of view of the plan + field of view.
class RowStore {
 public:
  /// \param folder of a temporary file \throws OutputError, also from all other functions
  RowStore(const std::filesystem::path& folder, const ScorePlan& plan);

  /// Keeps a section's report and rows; they take the place of those kept before.
  void put(std::size_t section, const ScoredFov& fov);
  /// The report, packed.
  std::vector<std::byte> report(std::size_t section) const;
  /// The rows: column by column, table by table, as row_tables() has them. Column `trajectory` counts from the
  /// section's own first one.
  std::vector<std::byte> rows(std::size_t section) const;
  /// The same, put into a place for each column. \pre they are as long as these
  void read_rows(std::size_t section, std::span<const std::span<std::byte>> to) const;
  /// The segments' errors of alpha, then their squared errors of log K.
  std::vector<double> errors(std::size_t section) const;

 private:
  struct Place {
    std::uint64_t rows = 0, report = 0, end = 0;   ///< in the temporary file: rows, then the report
    std::uint64_t alpha_errors = 0, k_errors = 0;  ///< within the rows
    std::uint64_t segments = 0;
  };
  std::vector<std::byte> read(std::uint64_t begin, std::uint64_t end) const;

  const ScorePlan& plan_;
  io::SpoolFile spool_;
  std::vector<Place> places_;  ///< of every section; empty ones are not this rank's
};

}  // namespace an::app
