// SPDX-License-Identifier: MIT
// Times the change-point searches on series given as JSON, for search_against_ruptures.py:
//   search_benchmark CASES.json SECONDS  prints one line a case: seconds a search, change points
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "segmentation/change_point_search.hpp"

using namespace an::segmentation;
using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

const std::map<std::string, SegmentModel> models{{"l1", SegmentModel::l1},
                                                 {"l2", SegmentModel::l2},
                                                 {"linear", SegmentModel::linear},
                                                 {"normal", SegmentModel::normal},
                                                 {"rbf", SegmentModel::rbf}};
const std::map<std::string, SearchAlgorithm> algorithms{{"window", SearchAlgorithm::window},
                                                        {"pelt", SearchAlgorithm::pelt},
                                                        {"binary", SearchAlgorithm::binary},
                                                        {"bottom_up", SearchAlgorithm::bottom_up},
                                                        {"dynamic", SearchAlgorithm::dynamic}};

void run(const Json& json, double least_seconds) {
  const Series series{json.at("values").get<std::vector<double>>(), json.at("features").get<std::size_t>()};
  const SegmentModel model = models.at(json.at("model").get<std::string>());
  const SearchOptions options{algorithms.at(json.at("algorithm").get<std::string>()),
                              json.at("width").get<std::size_t>(), 2, 1};
  SearchEnd end;
  if (json.contains("penalty")) end.penalty = json.at("penalty").get<double>();
  if (json.contains("number")) end.number = json.at("number").get<std::size_t>();
  std::vector<std::size_t> found;
  std::size_t times = 0;
  double seconds = 0;
  for (const auto start = Clock::now(); seconds < least_seconds; ++times) {
    found = find_change_points(SegmentCost(series, model), options, end);
    seconds = std::chrono::duration<double>(Clock::now() - start).count();
  }
  std::printf("%.9g %s\n", seconds / static_cast<double>(times), Json(found).dump().c_str());
}

}  // namespace

int main(int count, char** words) try {
  if (count != 3) {
    std::fputs("usage: search_benchmark CASES.json SECONDS\n", stderr);
    return 2;
  }
  std::ifstream file(words[1]);
  for (const Json& json : Json::parse(file)) run(json, std::atof(words[2]));
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "search_benchmark: %s\n", error.what());
  return 1;
}
