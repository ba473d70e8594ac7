// SPDX-License-Identifier: MIT
#include "report/json_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/number_text.hpp"

namespace an::report {

namespace {

void append(const Json& value, std::size_t depth, std::string& text);

std::string quoted(const std::string& s) { return Json(s).dump(-1, ' ', false, Json::error_handler_t::replace); }

void append_items(const Json& value, std::size_t depth, std::string& text) {
  const std::string indent(2 * (depth + 1), ' ');
  bool first = true;
  for (const auto& item : value.items()) {
    text += first ? "\n" : ",\n";
    first = false;
    text += indent;
    if (value.is_object()) text += fmt::format("{}: ", quoted(item.key()));
    append(item.value(), depth + 1, text);
  }
  text += '\n';
  text.append(2 * depth, ' ');
}

void append(const Json& value, std::size_t depth, std::string& text) {
  if (value.is_number_float()) {
    const double number = value.get<double>();
    text += fmt::format(fmt::runtime(std::isfinite(number) ? "{}" : "\"{}\""), shortest_text(number));
  } else if (value.is_structured() && !value.empty()) {
    text += value.is_object() ? '{' : '[';
    append_items(value, depth, text);
    text += value.is_object() ? '}' : ']';
  } else {
    text += value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

}  // namespace

std::string json_text(const Json& value) {
  std::string text;
  append(value, 0, text);
  text += '\n';
  return text;
}

bool nests_too_deep(std::string_view text) {
  constexpr int deepest = 100;
  int depth = 0;
  bool in_quotes = false;
  for (std::size_t i = 0; i < text.size() && depth <= deepest; ++i) {
    const char c = text[i];
    if (c == '"') in_quotes = !in_quotes;
    if (in_quotes && c == '\\') ++i;
    if (!in_quotes) depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
  }
  return depth > deepest;
}

Json parse_json(std::string_view text) {
  if (nests_too_deep(text)) throw UnexpectedJson("it nests more than a hundred levels deep");
  return Json::parse(text);
}

std::int64_t count_of(const Json& json) {
  constexpr double most = 1e15;
  const auto number = json.get<double>();
  if (!(number >= 0 && number <= most)) throw UnexpectedJson(fmt::format("{} is no count", json.dump()));
  return static_cast<std::int64_t>(number);
}

std::size_t size_of(const Json& json) { return static_cast<std::size_t>(count_of(json)); }

std::string name_of(const Json& json, const char* what) {
  auto name = json.get<std::string>();
  if (name.find('/') != std::string::npos || name.find('\0') != std::string::npos)
    throw UnexpectedJson(fmt::format("{} names no {}", json.dump(), what));
  return name;
}

int index_of(const Json& json) {
  const std::int64_t index = count_of(json);
  if (index > std::numeric_limits<int>::max()) throw UnexpectedJson(fmt::format("{} is too large", index));
  return static_cast<int>(index);
}

std::vector<std::int64_t> counts_of(const Json& json, std::size_t size) {
  if (!json.is_array() || json.size() != size) throw UnexpectedJson(fmt::format("expected {} counts", size));
  std::vector<std::int64_t> counts;
  for (const Json& count : json) counts.push_back(count_of(count));
  return counts;
}

double number_of(const Json& json) {
  if (json.is_number()) return json.get<double>();
  const auto text = json.get<std::string>();
  return text == "inf" ? INFINITY : text == "-inf" ? -INFINITY : std::nan("");
}

}  // namespace an::report
