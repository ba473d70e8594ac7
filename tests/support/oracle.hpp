// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace an::testing {

using Json = nlohmann::json;

/// Folder of the scorer's reference data: the whole of it where AN_ORACLES names it, else the selection kept in the
/// repository.
inline std::filesystem::path scoring_oracles() {
  const char* folder = std::getenv("AN_ORACLES");
  return folder != nullptr && *folder != '\0' ? std::filesystem::path(folder) / "scoring"
                                              : std::filesystem::path(AN_FIXTURES) / "scoring";
}

inline Json read_json(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot open " + path.string());
  return Json::parse(file);
}

/// A number of the reference data, where non-finite ones are strings.
inline double number(const Json& value) {
  if (value.is_number()) return value.get<double>();
  const std::string text = value.get<std::string>();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  throw std::runtime_error("not a number: " + text);
}

inline std::vector<double> numbers(const Json& list) {
  std::vector<double> values;
  for (const Json& value : list) values.push_back(number(value));
  return values;
}

inline std::vector<std::int64_t> integers(const Json& list) { return list.get<std::vector<std::int64_t>>(); }

/// The cases of one official function in functions.json.
inline const Json& function_cases(const std::string& function) {
  static const Json all = read_json(scoring_oracles() / "functions.json");
  return all.at("cases").at(function);
}

}  // namespace an::testing
