// SPDX-License-Identifier: MIT
#include "app/train/network_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "app/program_info.hpp"
#include "app/train/network_timing.hpp"
#include "app/train/weights_file.hpp"
#include "core/error.hpp"
#include "network/fold_batch_norm.hpp"
#include "network/frame_predictor.hpp"

namespace an::app {

using kernels::LossKind;
using network::Network;
using network::Weights;

namespace {

// What `network` reads: a batch of images.
struct Batch {
  std::vector<std::uint64_t> shape;  ///< images, rows, columns, channels
  std::vector<float> values;
};

Batch read_input(const io::ArrayReader& file, const network::NetworkShape& shape) {
  Batch batch{file.shape("/input"), {}};
  if (batch.shape.size() != 4 || batch.shape[3] != shape.input_channels ||
      std::ranges::any_of(batch.shape, [](std::uint64_t n) { return n == 0; }))
    throw InputError(file.path(), fmt::format("/input: shape {} (expected images x rows x columns x {})", batch.shape,
                                              shape.input_channels));
  batch.values = file.floats("/input");
  if (!std::ranges::all_of(batch.values, [](float value) { return std::isfinite(value); }))
    throw InputError(file.path(), "/input holds a number that is not finite");
  return batch;
}

// Logits of states become probabilities, as the paper's net gives them.
void finish_output(LossKind task, std::vector<float>& output) {
  if (task != LossKind::cross_entropy) return;
  for (std::size_t i = 0; i < output.size(); i += 4)
    std::ranges::copy(network::state_probabilities(output.data() + i), output.begin() + static_cast<std::ptrdiff_t>(i));
}

std::vector<float> read_output(const Network& network, const kernels::Executor& executor) {
  std::vector<float> output(network.plan.values[network.plan.output].shape.size());
  executor.read_output(output);
  finish_output(network.shape.task, output);
  return output;
}

std::vector<std::uint64_t> output_shape(const Network& network) {
  const kernels::Shape& s = network.plan.values[network.plan.output].shape;
  return {s.images, s.rows, s.columns, s.channels};
}

// Refuses targets, as the loss has them, for which it is not defined.
void check_targets(const io::ArrayReader& file, LossKind task, std::span<const float> targets) {
  for (std::size_t p = 0; p < targets.size(); p += kernels::target_channels) {
    const float* t = targets.data() + p;
    for (std::size_t i = 0; i < kernels::target_channels; ++i) {
      const bool is_log_of_none = i == 1 && task == LossKind::msle && t[i] == -INFINITY;  // K = 0
      if (!std::isfinite(t[i]) && !is_log_of_none)
        throw InputError(file.path(), "/target holds a number that is not finite, or a K below 0");
    }
    if (!(t[2] >= 0 && t[2] <= 3)) throw InputError(file.path(), "/target holds a state outside 0 to 3");
    if (!(t[4] >= 0)) throw InputError(file.path(), "/target holds a weight below 0");
  }
}

// Targets as the loss has them, from `/target` of one number a pixel (states: integers), or of all target channels.
std::vector<float> read_targets(const io::ArrayReader& file, LossKind task, std::size_t pixels) {
  const std::vector<float> read = file.floats("/target");
  if (read.size() == pixels * kernels::target_channels) {
    check_targets(file, task, read);
    return read;
  }
  if (read.size() != pixels || task == LossKind::joint)
    throw InputError(file.path(), fmt::format("/target holds {} numbers (expected {} or {})", read.size(), pixels,
                                              pixels * kernels::target_channels));
  std::vector<float> targets(pixels * kernels::target_channels, 0.0F);
  for (std::size_t p = 0; p < pixels; ++p) {
    float* t = targets.data() + p * kernels::target_channels;
    t[4] = 1;
    if (task == LossKind::mae) t[0] = read[p];
    if (task == LossKind::msle) t[1] = std::log(read[p]);
    if (task == LossKind::cross_entropy) t[2] = read[p];
  }
  check_targets(file, task, targets);
  return targets;
}

struct Loaded {
  io::ArrayReader input;
  Batch batch;
  Network network;
  std::unique_ptr<kernels::Executor> executor;

  Loaded(const NetworkOptions& options, bool training) : input(options.input), batch(), network() {
    const io::ArrayReader weights_file(options.weights);
    const network::NetworkShape shape = read_shape(weights_file);
    batch = read_input(input, shape);
    network = network_of(input, shape, batch.shape[0], batch.shape[1], batch.shape[2], training);
    Weights weights = read_weights(weights_file, network);
    if (!training) fold_batch_norm(network, weights);
    executor = make_executor(options.backend, network.plan, options.precision);
    executor->set_parameters(weights.parameters, weights.statistics);
    executor->set_input(batch.values);
  }
};

// Where what Keras saved as NAME.weights.h5 goes: NAME.h5 in the folder at hand.
std::filesystem::path imported_name(const std::filesystem::path& keras) {
  std::filesystem::path name = keras.stem();
  if (name.extension() == ".weights") name = name.stem();
  name += ".h5";
  if (exists(name)) throw ConfigError(fmt::format("network: {} is there already (expected --output)", name.string()));
  return name;
}

// Refuses to write over what is read.
void check_output(const NetworkOptions& options) {
  namespace fs = std::filesystem;
  for (const fs::path& read : {options.input, options.weights, options.keras})
    if (!read.empty() && fs::weakly_canonical(read) == fs::weakly_canonical(options.output))
      throw ConfigError(fmt::format("--output: {} is read, too (expected another file)", options.output.string()));
}

void run_forward(const NetworkOptions& options) {
  const Loaded loaded(options, false);
  const auto infer = [&] {
    loaded.executor->set_input(loaded.batch.values);
    loaded.executor->forward(kernels::Mode::inference);
    return read_output(loaded.network, *loaded.executor);
  };
  const std::vector<float> output = infer();
  print_times("forward", options.repeat, infer);
  io::ArrayFile file(options.output);
  file.add("/output", std::span<const float>(output), output_shape(loaded.network));
  file.commit();
}

void run_gradient(const NetworkOptions& options) {
  const Loaded loaded(options, true);
  const Network& network = loaded.network;
  kernels::Executor& executor = *loaded.executor;
  executor.forward(kernels::Mode::training);
  kernels::Loss loss;
  loss.kind = network.shape.task;
  const std::size_t pixels = network.plan.values[network.plan.output].shape.pixels();
  const std::vector<float> targets = read_targets(loaded.input, loss.kind, pixels);
  const double value = executor.loss(loss, targets);
  executor.backward();
  std::vector<float> gradients(network.plan.parameters);
  executor.read_gradients(gradients);
  io::ArrayFile file(options.output);
  file.add("/loss", std::span<const double>(&value, 1), std::vector<std::uint64_t>{});
  file.add("/output_training", std::span<const float>(read_output(network, executor)), output_shape(network));
  add_variables(file, "/gradients", network, gradients, {}, false);
  file.commit();
  kernels::AdamStep adam;
  print_times("training step", options.repeat, [&] {
    executor.set_input(loaded.batch.values);
    executor.forward(kernels::Mode::training);
    executor.loss(loss, targets);
    executor.backward();
    executor.step(adam);
    ++adam.step;
  });
}

// By name, or that of a weights file, or of what Keras saved.
network::NetworkShape chosen_shape(const NetworkOptions& options) {
  if (options.shape.empty())
    return options.weights.empty() ? read_keras_shape(io::ArrayReader(options.keras))
                                   : read_shape(io::ArrayReader(options.weights));
  try {
    return network::shape_of_name(options.shape);
  } catch (const std::invalid_argument& error) {
    throw ConfigError(std::string("network: --shape: ") + error.what());
  }
}

// Of one image of usual size.
Network network_of_shape(const NetworkOptions& options, const network::NetworkShape& shape) {
  try {
    const auto [rows, columns] = usual_image(shape);
    return make_network(shape, 1, rows, columns, false);
  } catch (const std::invalid_argument& error) {
    throw InputError(options.weights.empty() ? options.keras : options.weights, error.what());
  }
}

double gigaflop(const Network& network) { return 2e-9 * network::multiplications(network.plan); }

void print_back_ends() {
  for (const kernels::Backend b : kernels::all_backends)
    fmt::print("{:<18}{}\n", kernels::backend_name(b), kernels::backend_description(b));
}

// All shapes that have names.
void print_shapes(const NetworkOptions& options) {
  fmt::print("{:<14}{:<7}{:<15}{:>7}{:>9}{:>9}{:>12}{:>9}\n", "shape", "task", "filters", "bottom", "kernel", "pooling",
             "parameters", "GFLOP");
  for (const std::string& name : network::shape_names()) {
    const network::NetworkShape s = network::shape_of_name(name);
    const Network network = network_of_shape(options, s);
    fmt::print("{:<14}{:<7}{:<15}{:>7}{:>9}{:>9}{:>12}{:>9.3f}\n", name, network::task_name(s.task),
               fmt::format("{}", fmt::join(s.filters, "-")), s.bottom,
               fmt::format("{}x{}", s.kernel_rows, s.kernel_columns), fmt::format("{}x{}", s.pool_rows, s.pool_columns),
               network.parameters(), gigaflop(network));
  }
}

void print_info(const NetworkOptions& options) {
  const network::NetworkShape shape = chosen_shape(options);
  const Network network = network_of_shape(options, shape);
  const kernels::Shape& image = network.plan.values[network.plan.input].shape;
  fmt::print("task              {}\nfilters           {}, bottom {}\n", network::task_name(shape.task),
             fmt::join(shape.filters, ", "), shape.bottom);
  fmt::print("kernel, pooling   {} x {}, {} x {}\n", shape.kernel_rows, shape.kernel_columns, shape.pool_rows,
             shape.pool_columns);
  fmt::print("input channels    {}\nattention blocks  {}\n", shape.input_channels, shape.attention_blocks);
  fmt::print("parameters        {}\nGFLOP for {} x {}  {:.3f}\n", network.parameters(), image.rows, image.columns,
             gigaflop(network));
}

void run_import(const NetworkOptions& options) {
  const io::ArrayReader keras(options.keras);
  network::NetworkShape shape = chosen_shape(options);
  if (options.task && kernels::output_channels(*options.task) != kernels::output_channels(shape.task))
    throw ConfigError(fmt::format("network: --task: {} has {} outputs, {} has {}", network::task_name(*options.task),
                                  kernels::output_channels(*options.task), options.keras.string(),
                                  kernels::output_channels(shape.task)));
  shape.task = options.task.value_or(shape.task);
  const Network network = network_of_shape(options, shape);
  write_weights(options.output, network, read_keras_weights(keras, network), false,
                {{"imported_from", options.keras.filename().string()}});
}

}  // namespace

ExitCode run_network(const NetworkOptions& given, const parallel::Communicator& world) {
  if (!world.is_root()) return ExitCode::done;
  NetworkOptions options = given;
  if (options.action == NetworkOptions::Action::import_keras && options.output.empty())
    options.output = imported_name(options.keras);
  if (options.action != NetworkOptions::Action::info) check_output(options);
  if (options.dry_run && options.action != NetworkOptions::Action::info) {
    fmt::print("would write {}\n", options.output.string());
    return ExitCode::done;
  }
  switch (options.action) {
    case NetworkOptions::Action::forward:
      run_forward(options);
      break;
    case NetworkOptions::Action::gradient:
      run_gradient(options);
      break;
    case NetworkOptions::Action::info:
      if (options.shape.empty() && options.weights.empty())
        print_shapes(options);
      else
        print_info(options);
      print_back_ends();
      break;
    case NetworkOptions::Action::import_keras:
      run_import(options);
      break;
  }
  return ExitCode::done;
}

}  // namespace an::app
