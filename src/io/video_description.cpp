// SPDX-License-Identifier: MIT
#include "io/video_description.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "io/text_lines.hpp"

namespace an::io {

namespace {

// A number from 0 on at the start of a word.
double number_of(std::string_view word, double otherwise) {
  double value = otherwise;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc() && std::isfinite(value) && value >= 0 ? value : otherwise;
}

// The unit with a `u` for however a micro sign is written.
std::string plain_unit(std::string_view unit) {
  for (const std::string_view micro : {"\\u00B5", "\xC2\xB5", "\xCE\xBC", "&#181;", "&#xB5;"})
    if (unit.starts_with(micro)) return std::string("u").append(unit.substr(micro.size()));
  return std::string(unit);
}

std::string length_unit(std::string_view unit) {
  const std::string plain = plain_unit(unit);
  return plain == "um" && plain != unit ? "micron" : plain;
}

// Seconds; 0 where the unit is unknown.
double seconds_of(double time, std::string_view unit) {
  constexpr std::array<std::pair<std::string_view, double>, 20> units{
      {{"s", 1},        {"sec", 1},     {"secs", 1},     {"second", 1},  {"seconds", 1},        {"ns", 1e-9},
       {"us", 1e-6},    {"usec", 1e-6}, {"ms", 1e-3},    {"msec", 1e-3}, {"millisecond", 1e-3}, {"milliseconds", 1e-3},
       {"min", 60},     {"minute", 60}, {"minutes", 60}, {"h", 3600},    {"hr", 3600},          {"hour", 3600},
       {"hours", 3600}, {"d", 86400}}};
  const std::string plain = plain_unit(unit);
  const auto* const found = std::find_if(units.begin(), units.end(), [&](const auto& u) { return u.first == plain; });
  const double seconds = found == units.end() ? 0 : time * found->second;
  return std::isfinite(seconds) ? seconds : 0;
}

// The value of `key=` in ImageJ's description; empty where there is none.
std::string_view line_of(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == '=')
      return line.substr(key.size() + 1);
  }
  return {};
}

VideoDescription parse_image_j(std::string_view text) {
  VideoDescription out;
  out.channels = number_of(line_of(text, "channels"), 1);
  out.slices = number_of(line_of(text, "slices"), 1);
  out.frames = number_of(line_of(text, "frames"), 1);
  out.unit = length_unit(line_of(text, "unit"));
  const std::string_view time_unit = line_of(text, "tunit");
  out.frame_interval = seconds_of(number_of(line_of(text, "finterval"), 0), time_unit.empty() ? "sec" : time_unit);
  return out;
}

// The attributes of the first element of a name, whatever its namespace is called; empty where there is none.
std::string_view attributes_of(std::string_view xml, std::string_view name) {
  for (std::size_t at = xml.find(name); at != std::string_view::npos; at = xml.find(name, at + 1)) {
    const std::string_view after = xml.substr(at + name.size());
    if (at > 0 && (xml[at - 1] == '<' || xml[at - 1] == ':') && !after.empty() && (after[0] == ' ' || after[0] == '\n'))
      return after.substr(0, after.find('>'));
  }
  return {};
}

// The value of an attribute; empty where there is none.
std::string_view attribute(std::string_view attributes, std::string_view name) {
  for (std::size_t at = attributes.find(name); at != std::string_view::npos; at = attributes.find(name, at + 1)) {
    const std::string_view after = attributes.substr(at + name.size());
    if (at == 0 || (attributes[at - 1] != ' ' && attributes[at - 1] != '\n') || after.size() < 2 || after[0] != '=')
      continue;
    const std::string_view value = after.substr(2);
    return value.substr(0, value.find(after[1]));  // the quote
  }
  return {};
}

VideoDescription parse_ome(std::string_view text) {
  const std::string_view pixels = attributes_of(text, "Pixels");
  const auto word = [&](std::string_view name, std::string_view otherwise) {
    const std::string_view value = attribute(pixels, name);
    return value.empty() ? otherwise : value;
  };
  VideoDescription out;
  out.channels = number_of(word("SizeC", ""), 1);
  out.slices = number_of(word("SizeZ", ""), 1);
  out.frames = number_of(word("SizeT", ""), 1);
  out.pixel_size = number_of(word("PhysicalSizeX", ""), 0);
  if (out.pixel_size > 0) out.unit = length_unit(word("PhysicalSizeXUnit", "\xC2\xB5m"));
  out.frame_interval = seconds_of(number_of(word("TimeIncrement", ""), 0), word("TimeIncrementUnit", "s"));
  return out;
}

}  // namespace

VideoDescription parse_video_description(std::string_view text) {
  if (text.starts_with("ImageJ=")) return parse_image_j(text);
  if (text.find("<OME") != std::string_view::npos) return parse_ome(text);
  return {};
}

}  // namespace an::io
