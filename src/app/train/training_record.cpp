// SPDX-License-Identifier: MIT
#include "app/train/training_record.hpp"

#include "app/items/output_folder.hpp"
#include "app/program_info.hpp"
#include "io/atomic_file.hpp"
#include "report/json_text.hpp"

namespace an::app {

void write_begun_training(const std::filesystem::path& folder, const std::string& configuration) {
  write_begun_record(folder / training_record, report::parse_json(configuration));
}

void write_training_record(const std::filesystem::path& folder, const std::string& configuration,
                           const TrainingDone& done, const parallel::Communicator& world) {
  report::Json record = record_of(report::parse_json(configuration), true);
  record["run"] = run_info(world, {{"train", done.seconds}}, done.steps_before);
  record["steps"] = done.steps;
  record["trajectories"] = done.trajectories;
  io::write_file_atomically(folder / training_record, report::json_text(record));
}

}  // namespace an::app
