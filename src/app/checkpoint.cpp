// SPDX-License-Identifier: MIT
#include "app/checkpoint.hpp"

#include <fmt/format.h>

#include <cstring>

#include "app/weights_file.hpp"
#include "core/error.hpp"

namespace an::app {

static_assert(sizeof(LearningPoint) == learning_columns * sizeof(double));

void write_checkpoint(const std::filesystem::path& path, const network::Network& network, const Checkpoint& c,
                      const std::string& configuration) {
  io::ArrayFile file(path);
  file.set_attribute("configuration", configuration);
  const double numbers[] = {static_cast<double>(c.step), c.best_loss, static_cast<double>(c.since_best)};
  file.set_attribute("progress", numbers);
  add_variables(file, "/layers", network, c.weights.parameters, c.weights.statistics, false);
  add_variables(file, "/first_moments", network, c.first, {}, false);
  add_variables(file, "/second_moments", network, c.second, {}, false);
  std::vector<double> curve(c.curve.size() * learning_columns);
  if (!curve.empty()) std::memcpy(curve.data(), c.curve.data(), curve.size() * sizeof(double));
  const std::uint64_t extent[] = {c.curve.size(), learning_columns};
  file.add("/learning_curve", std::span<const double>(curve), extent);
  file.commit();
}

Checkpoint read_checkpoint(const std::filesystem::path& path, const network::Network& network,
                           const std::string& configuration) {
  const io::ArrayReader file(path);
  if (file.text("/", "configuration").value_or("") != configuration)
    throw ConfigError(fmt::format("{} is of another configuration; train into another folder", path.string()));
  const auto progress = file.numbers("/", "progress");
  if (!progress || progress->size() != 3) throw InputError(path, "attribute progress: not three numbers");
  Checkpoint c;
  c.step = static_cast<std::uint64_t>((*progress)[0]);
  c.best_loss = (*progress)[1];
  c.since_best = static_cast<std::uint64_t>((*progress)[2]);
  c.weights = read_weights(file, network);
  c.first = read_trainable(file, "/first_moments", network);
  c.second = read_trainable(file, "/second_moments", network);
  const std::vector<double> curve = file.doubles("/learning_curve");
  c.curve.resize(curve.size() / learning_columns);
  if (!c.curve.empty()) std::memcpy(c.curve.data(), curve.data(), c.curve.size() * sizeof(LearningPoint));
  return c;
}

}  // namespace an::app
