// SPDX-License-Identifier: MIT
#include "report/json_text.hpp"

#include <fmt/format.h>

#include <cmath>

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

double number_of(const Json& json) {
  if (json.is_number()) return json.get<double>();
  const auto text = json.get<std::string>();
  return text == "inf" ? INFINITY : text == "-inf" ? -INFINITY : std::nan("");
}

}  // namespace an::report
