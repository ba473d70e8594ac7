// SPDX-License-Identifier: MIT
// How inputs of JSON are changed: mostly a value at a time, so that they stay JSON; at times some of their bytes.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using Json = nlohmann::ordered_json;
using Random = std::minstd_rand;

std::size_t below(Random& random, std::size_t count) { return random() % count; }

void add_nodes(Json& json, std::size_t depth, std::vector<Json*>& nodes) {
  constexpr std::size_t deepest = 100;
  nodes.push_back(&json);
  if (json.is_structured() && depth < deepest)
    for (Json& child : json) add_nodes(child, depth + 1, nodes);
}

// A value that readers may not have thought of.
Json odd_value(Random& random) {
  switch (below(random, 16)) {
    case 0:
      return nullptr;
    case 1:
      return true;
    case 2:
      return -1;
    case 3:
      return 0;
    case 4:
      return 1e300;
    case 5:
      return -2.5e9;
    case 6:
      return std::uint64_t{1} << 60U;
    case 7:
      return INT64_MAX;
    case 8:
      return INT64_MIN;
    case 9:
      return "";
    case 10:
      return "inf";
    case 11:
      return Json::array();
    case 12:
      return Json::object();
    case 13:
      return 0.5;
    case 14:
      return static_cast<std::int64_t>(below(random, 300));
    default:
      return std::string(below(random, 40), 'x');
  }
}

void change_one(Json& json, Random& random) {
  std::vector<Json*> nodes;
  add_nodes(json, 0, nodes);
  Json& node = *nodes[below(random, nodes.size())];
  const std::size_t size = node.is_structured() ? node.size() : 0;
  switch (below(random, 6)) {
    case 0:
      if (size == 0) break;
      if (node.is_array())
        node.erase(below(random, size));
      else
        node.erase(std::next(node.begin(), static_cast<std::ptrdiff_t>(below(random, size))).key());
      return;
    case 1:
      if (size == 0 || !node.is_array()) break;
      node.push_back(Json(node[below(random, size)]));
      return;
    case 2: {
      const Json other = *nodes[below(random, nodes.size())];
      node = other;
      return;
    }
    case 3:
      if (!node.is_number()) break;
      node = node.get<double>() * (below(random, 2) == 0 ? -1.0 : 10.0);
      return;
    case 4:
      if (!node.is_number_integer()) break;
      node = node.get<std::int64_t>() ^ static_cast<std::int64_t>(std::uint64_t{1} << below(random, 63));
      return;
    default:
      break;
  }
  node = odd_value(random);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  Random random(seed + 1);
  Json json = Json::parse(data, data + size, nullptr, false);
  if (json.is_discarded() || below(random, 8) == 0) return LLVMFuzzerMutate(data, size, max_size);
  for (std::size_t i = 0; i <= below(random, 3); ++i) change_one(json, random);
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::memcpy(data, text.data(), text.size());
  return text.size();
}
