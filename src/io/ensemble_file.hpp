// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/labels.hpp"
#include "io/line_problem.hpp"

namespace an::io {

/// An `ensemble_labels.txt` as the official scorer reads it.
struct EnsembleFile {
  std::optional<EnsembleLabels> labels;  ///< empty where there is a problem
  std::string header;                    ///< first line, which the official scorer ignores
  std::string model;                     ///< NAME of a header `model: NAME; num_state: K`, else empty
  std::vector<LineProblem> problems;     ///< for any of them the official scorer gives up the whole ensemble task
};

/// Reads ensemble labels as `numpy.loadtxt(skiprows=1, delimiter=';')` and the official scorer's shape rules do: a
/// header line, then 5 rows (alpha mean, alpha variance, K mean, K variance, weight) of a column a state, or one row of
/// these five numbers. A single state has weight 1, whatever the file says. Never throws on bad content.
EnsembleFile parse_ensemble(std::string_view text);

/// Reads a file of ensemble labels.
/// \throws InputError if the file cannot be read; what is wrong inside becomes `problems`
EnsembleFile read_ensemble(const std::filesystem::path& path);

/// The text of an ensemble file, byte for byte as the official package writes it.
std::string format_ensemble(const EnsembleLabels& labels, std::string_view model_name);

/// Writes format_ensemble(labels, model_name), whole or not at all. \throws OutputError
void write_ensemble(const std::filesystem::path& path, const EnsembleLabels& labels, std::string_view model_name);

}  // namespace an::io
