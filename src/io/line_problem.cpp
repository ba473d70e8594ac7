// SPDX-License-Identifier: MIT
#include "io/line_problem.hpp"

#include <fmt/format.h>

#include <utility>

namespace an::io {

void ProblemList::add(LineProblem problem) {
  if (problems_.size() < limit) return problems_.push_back(std::move(problem));
  ++left_out_;
  fatal_left_out_ = fatal_left_out_ || problem.fatal;
}

std::vector<LineProblem> ProblemList::take() {
  if (left_out_ > 0)
    problems_.push_back({0, 0, fmt::format("{} more problems like these", left_out_), "", fatal_left_out_});
  left_out_ = 0;
  return std::move(problems_);
}

std::vector<InputProblem> problems_of_file(const std::filesystem::path& file,
                                           const std::vector<LineProblem>& problems) {
  std::vector<InputProblem> found;
  found.reserve(problems.size());
  for (const LineProblem& problem : problems) found.push_back({file, problem.line, problem.column, problem.what});
  return found;
}

}  // namespace an::io
