// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "kernels/kernels.hpp"
#include "network/network_shape.hpp"

namespace an::network {

/// One array of a layer: `kernel`, `bias`, `gamma`, `beta`, `moving_mean` or `moving_variance`.
struct Variable {
  std::string layer, name;
  std::vector<std::uint64_t> shape;
  std::size_t place;  ///< first number, in the parameters or (moving ones) the statistics
  bool trainable = true;
  std::size_t size() const;
};

/// An Attention U-Net: its variables, in the order of the layers, and how it runs on a batch.
struct Network {
  NetworkShape shape;
  std::vector<Variable> variables;
  kernels::Plan plan;

  /// How many numbers the variables hold.
  std::size_t parameters() const;
};

/// Lays out a network for a batch. For inference alone, memory that is not needed any more is used again.
/// \throws std::invalid_argument when rows or columns cannot be halved (pooled) as often as the shape asks for
Network make_network(const NetworkShape& shape, std::size_t images, std::size_t rows, std::size_t columns,
                     bool training);

/// Multiplications of a forward run's convolutions, transposed ones included; and of one operation.
double multiplications(const kernels::Plan& plan);
double multiplications(const kernels::Plan& plan, const kernels::Operation& operation);

/// Trainable numbers and moving statistics of one network.
struct Weights {
  std::vector<float> parameters, statistics;
  std::filesystem::path file{};  ///< that they were read from; empty where there is none
};

/// Kernels uniform within ±sqrt(6 / (inputs + outputs)) (Glorot and Bengio, 2010), scales and variances 1, the rest 0.
Weights initial_weights(const Network& network, std::uint64_t seed);

}  // namespace an::network
