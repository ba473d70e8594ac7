// SPDX-License-Identifier: MIT
#include "app/train/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string_view>

#include "app/program_info.hpp"
#include "app/train/weights_file.hpp"
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/file_checksum.hpp"

namespace an::app {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t learning_columns = 15;
static_assert(sizeof(LearningPoint) == learning_columns * sizeof(double));

constexpr std::string_view stem = "checkpoint_";
constexpr const char* unnamed = "checkpoint.h5";  // just written

// Without the size.
std::string hash_in(const std::string& checksum) { return checksum.substr(checksum.find(':') + 1); }

// The file with its step and checksum in its name, so that a damaged one is known before anything of it is believed.
std::string name_of(std::uint64_t step, const std::string& checksum) {
  return fmt::format("{}{:010}_{}.h5", stem, step, hash_in(checksum));
}

// Newest first.
std::vector<fs::path> checkpoints_in(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(stem) && name.ends_with(".h5")) found.push_back(entry.path());
  }
  std::sort(found.rbegin(), found.rend());
  return found;
}

std::array<double, 6> numbers_of(const Checkpoint& c) {
  return {
      static_cast<double>(c.step), c.best_loss, static_cast<double>(c.since_best), c.loss_sum, c.loss_count, c.seconds};
}

bool is_whole(const fs::path& checkpoint) {
  const std::string hash = hash_in(io::file_checksum(checkpoint));
  return !hash.empty() && checkpoint.stem().string().ends_with(hash);
}

void check_finite(const Checkpoint& c) {
  for (const std::vector<float>* values :
       {&c.weights.parameters, &c.weights.statistics, &c.best.parameters, &c.best.statistics, &c.first, &c.second})
    if (!std::ranges::all_of(*values, [](float value) { return std::isfinite(value); }))
      throw Error(fmt::format("train: the weights or moments of step {} are not finite (a smaller train.rate may help)",
                              c.step));
}

}  // namespace

void write_checkpoint(const fs::path& folder, const network::Network& network, const Checkpoint& c,
                      const std::string& configuration) {
  check_finite(c);
  const std::vector<fs::path> earlier = checkpoints_in(folder);
  io::ArrayFile file(folder / unnamed);
  file.set_attribute("configuration", configuration);
  file.set_attribute("program", version_text());
  file.set_attribute("progress", numbers_of(c));
  add_variables(file, "/layers", network, c.weights.parameters, c.weights.statistics, false);
  if (!c.best.parameters.empty()) add_variables(file, "/best", network, c.best.parameters, c.best.statistics, false);
  add_variables(file, "/first_moments", network, c.first, {}, false);
  add_variables(file, "/second_moments", network, c.second, {}, false);
  std::vector<double> curve(c.curve.size() * learning_columns);
  if (!curve.empty()) std::memcpy(curve.data(), c.curve.data(), curve.size() * sizeof(double));
  const std::uint64_t extent[] = {c.curve.size(), learning_columns};
  file.add("/learning_curve", std::span<const double>(curve), extent);
  file.commit();
  const fs::path path = folder / name_of(c.step, io::file_checksum(folder / unnamed));
  io::publish_file(folder / unnamed, path);
  // The whole one before it stays; what seems as new or newer was damaged.
  bool kept = false;
  for (const fs::path& other : earlier) {
    if (other == path) continue;
    if (!kept && other.filename() < fmt::format("{}{:010}", stem, c.step) && is_whole(other))
      kept = true;
    else
      fs::remove(other);
  }
}

FoundCheckpoint find_checkpoint(const fs::path& folder) {
  FoundCheckpoint found;
  if (!fs::is_directory(folder)) return found;
  found.any = fs::exists(folder / unnamed);  // a kill came before it had its name
  for (const fs::path& path : checkpoints_in(folder)) {
    found.any = true;
    if (is_whole(path)) {
      found.newest = path;
      break;
    }
    found.problems += fmt::format("{}: damaged: its content has another checksum than its name says\n", path.string());
  }
  return found;
}

Checkpoint read_checkpoint(const fs::path& path, const network::Network& network, const std::string& configuration) {
  const io::ArrayReader file(path);
  if (file.text("/", "configuration").value_or("") != configuration)
    throw ConfigError(fmt::format("{} is of another configuration; train into another folder", path.string()));
  if (const std::string program = file.text("/", "program").value_or(""); program != version_text())
    throw ConfigError(
        fmt::format("{} is of another version of the program ({}; this is {}); go on with that one, or "
                    "train into another folder",
                    path.string(), program, version_text()));
  Checkpoint c;
  const auto numbers = file.numbers("/", "progress");
  const auto is_count = [](double n) { return n >= 0 && n <= 1e15; };
  if (!numbers || numbers->size() != numbers_of(c).size() || !is_count((*numbers)[0]) || !is_count((*numbers)[2]))
    throw InputError(path, "attribute progress: not six numbers, the first and third of steps");
  c.step = static_cast<std::uint64_t>((*numbers)[0]);
  c.best_loss = (*numbers)[1];
  c.since_best = static_cast<std::uint64_t>((*numbers)[2]);
  c.loss_sum = (*numbers)[3];
  c.loss_count = (*numbers)[4];
  c.seconds = (*numbers)[5];
  c.weights = read_weights(file, network);
  if (file.has("/best")) c.best = read_weights(file, network, "/best");
  c.first = read_trainable(file, "/first_moments", network);
  c.second = read_trainable(file, "/second_moments", network);
  const std::vector<double> curve = file.doubles("/learning_curve");
  c.curve.resize(curve.size() / learning_columns);
  if (!c.curve.empty()) std::memcpy(c.curve.data(), curve.data(), c.curve.size() * sizeof(LearningPoint));
  return c;
}

}  // namespace an::app
