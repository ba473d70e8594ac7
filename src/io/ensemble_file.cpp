// SPDX-License-Identifier: MIT
#include "io/ensemble_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "io/atomic_file.hpp"
#include "io/numpy_text.hpp"
#include "io/python_float.hpp"
#include "io/python_text.hpp"
#include "io/text_file.hpp"

namespace an::io {

namespace {

constexpr std::size_t parameters = 5;
constexpr std::string_view expected_rows =
    "expected a header line, then 5 rows (alpha mean, alpha variance, K mean, K variance, weight) of a column a state, "
    "separated "
    "by ';'";

std::string model_of(std::string_view header) {
  constexpr std::string_view key = "model:";
  header = python_stripped(header);
  if (!header.starts_with(key)) return {};
  header.remove_prefix(key.size());
  return std::string(python_stripped(header.substr(0, header.find(';'))));
}

// Whether the first number of a data row stands where the header should be.
bool holds_numbers(std::string_view header) {
  return parse_numpy_float(header.substr(0, header.find(';'))).has_value();
}

// The exception of the official scorer for a table of another shape than five parameters a state.
std::string shape_exception(const NumberTable& table) {
  const bool one_dimensional = table.rows() <= 1 || table.columns == 1;
  if (table.values.size() == 1)
    return "IndexError: too many indices for array: array is 0-dimensional, but 1 were indexed";
  if (!one_dimensional && table.rows() < 4)
    return fmt::format("IndexError: index {0} is out of bounds for axis 0 with size {0}", table.rows());
  const std::size_t length = one_dimensional ? table.values.size() : table.rows();
  if (length > parameters) return "ValueError: too many values to unpack (expected 2)";
  return fmt::format("ValueError: not enough values to unpack (expected 2, got {})", length > 3 ? length - 3 : 0);
}

LineProblem shape_problem(const NumberTable& table, std::string_view header) {
  LineProblem problem;
  problem.official = shape_exception(table);
  if (table.rows() == 0)
    problem.what = fmt::format("no numbers ({})", expected_rows);
  else if (holds_numbers(header))
    problem.what = fmt::format(
        "{} rows of numbers after the first line, which is taken for the header: is the header missing? ({})",
        table.rows(), expected_rows);
  else
    problem.what = fmt::format("{} rows of {} numbers ({})", table.rows(), table.columns, expected_rows);
  return problem;
}

// \pre 5 rows, or one row of 5 numbers
EnsembleLabels labels_of(const NumberTable& table) {
  const std::size_t states = table.values.size() / parameters;
  const auto row = [&](std::size_t i) {
    const auto begin = table.values.begin() + static_cast<std::ptrdiff_t>(i * states);
    return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(states));
  };
  EnsembleLabels labels{row(0), row(1), row(2), row(3), row(4)};
  if (states == 1) labels.weight = {1};
  return labels;
}

}  // namespace

EnsembleFile parse_ensemble(std::string_view text) {
  EnsembleFile file;
  ProblemList problems;
  const NumberTable table = parse_number_table(text, 1, Delimiter::semicolon, problems);
  file.header = std::string(text.substr(0, text.find_first_of("\r\n")));
  file.model = model_of(file.header);
  const bool row_vector = table.rows() == 1 && table.columns == parameters;
  if (problems.empty() && table.rows() != parameters && !row_vector) problems.add(shape_problem(table, file.header));
  if (problems.empty()) file.labels = labels_of(table);
  file.problems = problems.take();
  return file;
}

EnsembleFile read_ensemble(const std::filesystem::path& path) { return parse_ensemble(read_text_file(path)); }

std::string format_ensemble(const EnsembleLabels& labels, std::string_view model_name) {
  std::string text = fmt::format("model: {}; num_state: {} \n", model_name, labels.states());
  for (const auto* row :
       {&labels.alpha_mean, &labels.alpha_variance, &labels.k_mean, &labels.k_variance, &labels.weight}) {
    for (std::size_t state = 0; state < row->size(); ++state)
      fmt::format_to(std::back_inserter(text), "{}{:.18e}", state > 0 ? ";" : "", (*row)[state]);
    text += '\n';
  }
  return text;
}

void write_ensemble(const std::filesystem::path& path, const EnsembleLabels& labels, std::string_view model_name) {
  write_file_atomically(path, format_ensemble(labels, model_name));
}

}  // namespace an::io
