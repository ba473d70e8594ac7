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

/// The ensemble labels of an experiment; `labels` is missing where the official scorer could not use the file.
struct EnsembleFile {
  std::optional<EnsembleLabels> labels;
  std::vector<LineProblem> problems;
};

/// Reads `ensemble_labels.txt`: a free first line, then five rows separated by ';' (alpha mean, alpha variance, K mean, K variance,
/// weight), a column a state, as `numpy.loadtxt(skiprows=1, delimiter=';')` reads them. Five numbers in a single row or column are
/// one state, of weight 1 whatever the fifth says. Never throws on content.
EnsembleFile parse_ensemble(std::string_view text);

/// parse_ensemble() of a file. \throws InputError where it cannot be read
EnsembleFile read_ensemble(const std::filesystem::path& path);

/// The file as the challenge's package writes it. \param model e.g. `multi_state`
std::string format_ensemble(const EnsembleLabels& labels, std::string_view model);

}  // namespace an::io
