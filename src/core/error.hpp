// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace an {

/// Base of every error the program reports in words. Anything else that escapes is a fault of ours.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A wrong option, configuration key or value. Exit code 2.
class ConfigError : public Error {
 public:
  using Error::Error;
};

/// One place in an input file that is wrong. `line` and `column` count from 1; 0 means "the whole file" or "the whole
/// line".
struct InputProblem {
  std::filesystem::path file;
  std::size_t line = 0;
  std::size_t column = 0;
  std::string what;  ///< what was found and what was expected

  /// `file:line:column: what`, leaving out the parts that are 0.
  std::string text() const;
};

/// Input data that cannot be used; carries every problem found, not only the first. Exit code 3.
class InputError : public Error {
 public:
  /// \param others problems that are not among these
  explicit InputError(std::vector<InputProblem> problems, std::size_t others = 0);
  InputError(const std::filesystem::path& file, const std::string& what);

  const std::vector<InputProblem>& problems() const { return problems_; }

 private:
  std::vector<InputProblem> problems_;
};

/// A file that could not be written; names the path and the system's reason. Exit code 1.
class OutputError : public Error {
 public:
  OutputError(const std::filesystem::path& path, const std::string& what);
  OutputError(const std::filesystem::path& path, const std::string& what, int error_number);
};

/// A broken promise inside our own code (AN_ASSERT). Never thrown for user input.
class LogicError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

namespace detail {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);
}

}  // namespace an

#define AN_ASSERT(condition)                                                          \
  do {                                                                                \
    if (!(condition)) ::an::detail::assertion_failed(#condition, __FILE__, __LINE__); \
  } while (false)
