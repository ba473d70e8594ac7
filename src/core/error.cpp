// SPDX-License-Identifier: MIT
#include "core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace an {

namespace {

constexpr std::size_t max_problems_in_message = 40;

std::string message_of(const std::vector<InputProblem>& problems, std::size_t others) {
  std::string text;
  for (std::size_t i = 0; i < problems.size() && i < max_problems_in_message; ++i) {
    if (i > 0) text += '\n';
    text += problems[i].text();
  }
  const std::size_t all = problems.size() + others;
  const std::size_t shown = std::min(problems.size(), max_problems_in_message);
  if (all > shown) text += fmt::format("\n... and {} more problems", all - shown);
  return text;
}

}  // namespace

std::string InputProblem::text() const {
  std::string place = file.string();
  if (line > 0) place += fmt::format(":{}", line);
  if (line > 0 && column > 0) place += fmt::format(":{}", column);
  return fmt::format("{}: {}", place, what);
}

InputError::InputError(std::vector<InputProblem> problems, std::size_t others)
    : Error(message_of(problems, others)), problems_(std::move(problems)) {}

InputError::InputError(const std::filesystem::path& file, const std::string& what)
    : InputError(std::vector<InputProblem>{{file, 0, 0, what}}) {}

OutputError::OutputError(const std::filesystem::path& path, const std::string& what)
    : Error(fmt::format("{}: {}", path.string(), what)) {}

OutputError::OutputError(const std::filesystem::path& path, const std::string& what, int error_number)
    : Error(fmt::format("{}: {}: {}", path.string(), what, std::generic_category().message(error_number))) {}

namespace detail {
void assertion_failed(const char* condition, const char* file, int line) {
  throw LogicError(fmt::format("{}:{}: promise broken: {}", file, line, condition));
}
}  // namespace detail

}  // namespace an
