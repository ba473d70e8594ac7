// SPDX-License-Identifier: MIT
#include "app/score/row_store.hpp"

#include "app/score/row_columns.hpp"
#include "core/error.hpp"

namespace an::app {

RowStore::RowStore(const std::filesystem::path& folder, const ScorePlan& plan)
    : plan_(plan), spool_(folder), places_(plan.submissions.size() * plan.fovs.size()) {}

void RowStore::put(std::size_t section, const ScoredFov& fov) {
  const std::size_t fovs = plan_.fovs.size();
  const RowColumns columns = row_columns(plan_, section / fovs, plan_.fovs[section % fovs], fov);
  const std::vector<std::byte> report = packed(fov.report);
  Place& place = places_.at(section);
  place.rows = spool_.append(columns.bytes);
  place.report = spool_.append(report);
  place.end = place.report + report.size();
  place.alpha_errors = columns.alpha_errors;
  place.k_errors = columns.k_errors;
  place.segments = fov.segments.size();
}

std::vector<std::byte> RowStore::read(std::uint64_t begin, std::uint64_t end) const {
  std::vector<std::byte> bytes(end - begin);
  spool_.read(begin, bytes);
  return bytes;
}

std::vector<std::byte> RowStore::report(std::size_t section) const {
  return read(places_.at(section).report, places_.at(section).end);
}

std::vector<std::byte> RowStore::rows(std::size_t section) const {
  return read(places_.at(section).rows, places_.at(section).report);
}

void RowStore::read_rows(std::size_t section, std::span<const std::span<std::byte>> to) const {
  const Place& place = places_.at(section);
  std::size_t size = 0;
  for (const std::span<std::byte> column : to) size += column.size();
  AN_ASSERT(size == place.report - place.rows);
  spool_.read(place.rows, to);
}

std::vector<double> RowStore::errors(std::size_t section) const {
  const Place& place = places_.at(section);
  std::vector<double> errors(2 * place.segments);
  const auto read_column = [&](std::uint64_t column, std::span<double> values) {
    spool_.read(place.rows + column, std::as_writable_bytes(values));
  };
  read_column(place.alpha_errors, std::span(errors).first(place.segments));
  read_column(place.k_errors, std::span(errors).last(place.segments));
  return errors;
}

}  // namespace an::app
