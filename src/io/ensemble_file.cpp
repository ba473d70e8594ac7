// SPDX-License-Identifier: MIT
#include "io/ensemble_file.hpp"

#include <fmt/format.h>

#include "io/numpy_text.hpp"
#include "io/python_text.hpp"
#include "io/text_file.hpp"

namespace an::io {

namespace {

constexpr std::string_view expected_rows =
    "expected 5 rows separated by ';', a column a state: alpha mean, alpha variance, K mean, K variance, weight";

using Rows = std::vector<std::vector<double>>;

void report(EnsembleFile& file, std::size_t line, std::size_t column, std::string what) {
  LineProblem problem;
  problem.line = line;
  problem.column = column;
  problem.what = std::move(what);
  problem.official = "any exception: the whole ensemble task gets the largest errors";
  problem.fatal = true;
  file.problems.push_back(std::move(problem));
}

std::vector<double> parse_row(std::string_view content, std::size_t line, EnsembleFile& file) {
  std::vector<double> values;
  for (std::size_t begin = 0; begin <= content.size();) {
    const std::size_t end = std::min(content.find(';', begin), content.size());
    const std::string_view field = content.substr(begin, end - begin);
    const auto value = parse_loadtxt_float(field);
    if (!value) {
      const char* hint = field.find(',') != std::string_view::npos ? "; separate values by ';', not ','" : "";
      report(file, line, begin + 1, fmt::format("'{}' is not a number{} ({})", field.substr(0, 40), hint, expected_rows));
    }
    values.push_back(value.value_or(0));
    begin = end + 1;
  }
  return values;
}

EnsembleLabels labels_of(const Rows& rows) {
  EnsembleLabels labels{rows[0], rows[1], rows[2], rows[3], rows[4]};
  if (labels.states() == 1) labels.weight = {1};
  return labels;
}

}  // namespace

EnsembleFile parse_ensemble(std::string_view text) {
  EnsembleFile file;
  if (const auto bad = invalid_utf8(text)) {
    report(file, 0, 0, fmt::format("byte 0x{:02x} at offset {} is not UTF-8 text", static_cast<unsigned char>(text[*bad]), *bad));
    return file;
  }
  Rows rows;
  for_each_loadtxt_row(text, 1, [&](std::size_t line, std::string_view content) {
    rows.push_back(parse_row(content, line, file));
    if (rows.back().size() != rows.front().size())
      report(file, line, 0, fmt::format("{} values, but the first row has {} ({})", rows.back().size(), rows.front().size(), expected_rows));
  });
  if (!file.problems.empty()) return file;
  if (rows.size() == 1 && rows[0].size() == 5) {
    const Rows column{{rows[0][0]}, {rows[0][1]}, {rows[0][2]}, {rows[0][3]}, {rows[0][4]}};
    rows = column;
  }
  if (rows.size() != 5) {
    const bool headless = rows.size() == 4;
    report(file, 0, 0, fmt::format("{} rows of numbers after the first line{} ({})", rows.size(),
                                   headless ? "; the first line is a header and is passed over, is it missing?" : "", expected_rows));
    return file;
  }
  file.labels = labels_of(rows);
  return file;
}

EnsembleFile read_ensemble(const std::filesystem::path& path) { return parse_ensemble(read_text_file(path)); }

std::string format_ensemble(const EnsembleLabels& labels, std::string_view model) {
  std::string text = fmt::format("model: {}; num_state: {} \n", model, labels.states());
  for (const auto* row : {&labels.alpha_mean, &labels.alpha_variance, &labels.k_mean, &labels.k_variance, &labels.weight}) {
    for (std::size_t i = 0; i < row->size(); ++i) text += fmt::format("{}{:.18e}", i > 0 ? ";" : "", (*row)[i]);
    text += '\n';
  }
  return text;
}

}  // namespace an::io
