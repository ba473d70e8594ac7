// SPDX-License-Identifier: MIT
// Every back end that works here gives what Keras did (make_network_fixtures.py tells how): outputs, losses, gradients.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "app/train/weights_file.hpp"
#include "network/fold_batch_norm.hpp"
#include "network_case.hpp"

namespace an::test {
namespace {

using kernels::Backend;
using kernels::LossKind;
using kernels::Mode;
using kernels::Precision;

std::filesystem::path kept(const std::string& name) { return std::filesystem::path(AN_FIXTURES) / "network" / name; }

// Those kept in the repository, and all nets of the reference data where AN_ORACLES names it.
std::vector<std::filesystem::path> fixtures() {
  std::vector<std::filesystem::path> found{kept("k.h5"), kept("batch_norm_float64.h5")};
  const char* folder = std::getenv("AN_ORACLES");
  if (folder == nullptr || *folder == '\0') return found;
  for (const char* name : {"alpha.h5", "state.h5"}) {
    const std::filesystem::path path = std::filesystem::path(folder) / "network" / name;
    if (std::filesystem::exists(path)) found.push_back(path);
  }
  return found;
}

std::vector<Backend> working() {
  std::vector<Backend> found;
  for (const Backend b : {Backend::reference, Backend::onednn, Backend::cuda})
    if (kernels::backend_works(b)) found.push_back(b);
  return found;
}

struct Fixture {
  io::ArrayReader file;
  network::Network network;
  network::Weights weights;
  std::unique_ptr<kernels::Executor> executor;

  Fixture(const std::filesystem::path& path, Backend backend, bool training) : file(path) {
    const std::vector<std::uint64_t> shape = file.shape("/input");
    network = make_network(app::read_shape(file), shape[0], shape[1], shape[2], training);
    weights = app::read_weights(file, network);
    if (!training) fold_batch_norm(network, weights);
    executor = make_executor(backend, network.plan, Precision::f32);
    executor->set_parameters(weights.parameters, weights.statistics);
    executor->set_input(file.floats("/input"));
  }

  std::vector<float> targets() const {
    const std::vector<float> read = file.floats("/target");
    std::vector<float> targets(read.size() * kernels::target_channels);
    for (std::size_t p = 0; p < read.size(); ++p) {
      float* t = targets.data() + p * kernels::target_channels;
      if (network.shape.task == LossKind::mae) t[0] = read[p];
      if (network.shape.task == LossKind::msle) t[1] = std::log(read[p]);
      if (network.shape.task == LossKind::cross_entropy) t[2] = read[p];
      t[4] = 1;
    }
    return targets;
  }

  // As Keras gives them: probabilities of states.
  std::vector<float> output() const {
    std::vector<float> values(network.plan.values[network.plan.output].shape.size());
    executor->read_output(values);
    if (network.shape.task != LossKind::cross_entropy) return values;
    for (std::size_t i = 0; i < values.size(); i += 4) {
      float sum = 0;
      for (std::size_t k = i; k < i + 4; ++k) sum += values[k] = std::exp(values[k]);
      for (std::size_t k = i; k < i + 4; ++k) values[k] /= sum;
    }
    return values;
  }

  // Keras' float32 moments of a batch are not good enough to be compared with.
  bool exact_in_training() const {
    return !network.shape.batch_norm || file.path().filename() == "batch_norm_float64.h5";
  }
  std::string name(Backend b) const { return std::string(kernels::backend_name(b)) + ' ' + file.path().string(); }
};

double largest(const std::vector<float>& values) {
  double most = 0;
  for (const float x : values) most = std::max(most, std::abs(static_cast<double>(x)));
  return most;
}

TEST(NetworkFixtures, OutputsAreKeras) {
  for (const std::filesystem::path& path : fixtures())
    for (const Backend backend : working()) {
      const Fixture f(path, backend, false);
      f.executor->forward(Mode::inference);
      EXPECT_LT(relative_difference(f.output(), f.file.floats("/output")), 1e-5) << f.name(backend);
    }
}

// Gradients that are zero but for rounding (of a bias before a batch norm) are compared by the largest of all.
TEST(NetworkFixtures, LossesAndGradientsAreKeras) {
  for (const std::filesystem::path& path : fixtures())
    for (const Backend backend : working()) {
      const Fixture f(path, backend, true);
      if (!f.exact_in_training()) continue;
      f.executor->forward(Mode::training);
      EXPECT_LT(relative_difference(f.output(), f.file.floats("/output_training")), 1e-5) << f.name(backend);
      kernels::Loss loss;
      loss.kind = f.network.shape.task;
      const double expected_loss = static_cast<double>(f.file.floats("/loss").front());
      EXPECT_NEAR(f.executor->loss(loss, f.targets()), expected_loss, 1e-5 * expected_loss) << f.name(backend);
      f.executor->backward();
      std::vector<float> all(f.network.plan.parameters);
      f.executor->read_gradients(all);
      const double most = largest(all);
      for (const network::Variable& v : f.network.variables) {
        if (!v.trainable) continue;
        const std::vector<float> expected = f.file.floats("/gradients/" + v.layer + '/' + v.name);
        double difference = 0;
        for (std::size_t i = 0; i < v.size(); ++i)
          difference =
              std::max(difference, std::abs(static_cast<double>(all[v.place + i]) - static_cast<double>(expected[i])));
        EXPECT_LE(difference, std::max(1e-4 * largest(expected), 1e-6 * most))
            << f.name(backend) << ' ' << v.layer << '/' << v.name;
      }
    }
}

TEST(NetworkFixtures, WhatKerasSavesIsImported) {
  const Fixture f(kept("k.h5"), Backend::reference, false);
  const io::ArrayReader keras(kept("k.weights.h5"));
  const network::Weights imported = app::read_keras_weights(keras, f.network);
  EXPECT_EQ(imported.parameters, f.weights.parameters);
  EXPECT_EQ(imported.statistics, f.weights.statistics);
}

}  // namespace
}  // namespace an::test
