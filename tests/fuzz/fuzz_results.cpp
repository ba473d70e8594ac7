// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "app/report/report_command.hpp"
#include "core/error.hpp"
#include "described_file.hpp"
#include "temporary_folder.hpp"

// A folder of results is reported on, or refused with an InputError. Of the input's object `rows` describes
// `results.h5`; all else are files by name, of JSON or (where it is a text) of that text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace an;
  static const testing::TemporaryFolder folder(testing::place_in_memory());
  const auto all = nlohmann::ordered_json::parse(data, data + size, nullptr, false);
  if (!all.is_object()) return 0;
  folder.clear();
  const std::filesystem::path results = folder.path() / "results";
  create_directories(results);
  for (const char* name : {"summary.json", "worst_fovs.json", "prediction.json", "details/track_2/exp_1/model.json",
                           "details/track_2/exp_1/shown_fov.json", "details/track_2/exp_1/segments_fov_0.csv"})
    if (all.contains(name))
      folder.add(std::string("results/") + name,
                 all[name].is_string() ? all[name].get<std::string>() : all[name].dump());
  if (all.contains("rows")) fuzz::write_described(results / "results.h5", all["rows"]);
  try {
    app::write_report({results}, folder.path() / "report");
  } catch (const InputError&) {
  } catch (const OutputError&) {  // a name longer than the file system takes
  }
  return 0;
}
