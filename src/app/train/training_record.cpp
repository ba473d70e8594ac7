// SPDX-License-Identifier: MIT
#include "app/train/training_record.hpp"

#include "app/items/output_folder.hpp"
#include "app/program_info.hpp"
#include "io/atomic_file.hpp"
#include "report/json_text.hpp"

namespace an::app {

namespace {

constexpr const char* record_name = "training.json";

}  // namespace

void write_begun_training(const std::filesystem::path& folder, const std::string& configuration) {
  write_begun_record(folder / record_name, report::parse_json(configuration));
}

void write_training_record(const std::filesystem::path& folder, const std::string& configuration,
                           const TrainingDone& done, const parallel::Communicator& world) {
  report::Json record = record_of(report::parse_json(configuration), true);
  record["run"] = run_info(world, {{"train", done.seconds}}, done.steps_before);
  record["steps"] = done.steps;
  record["trajectories"] = done.trajectories;
  io::write_file_atomically(folder / record_name, report::json_text(record));
}

}  // namespace an::app
