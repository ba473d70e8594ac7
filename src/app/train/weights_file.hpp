// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "io/array_file.hpp"
#include "io/array_reader.hpp"
#include "network/attention_unet.hpp"

namespace an::app {

/// Version of the layout of weights files that is written and read.
inline constexpr int weights_version = 1;

/// The shape that a weights file's attributes tell; of what has a default and no attribute, what its arrays tell.
/// \throws InputError naming the attribute
network::NetworkShape read_shape(const io::ArrayReader& file);

/// The network of a file's shape. \throws InputError where images of this size cannot be pooled as it does
network::Network network_of(const io::ArrayReader& file, const network::NetworkShape& shape, std::size_t images,
                            std::size_t rows, std::size_t columns, bool training = false);

/// The weights PREFIX/LAYER/VARIABLE of a network. \throws InputError for a missing array, one of another shape, or
/// a number that is not finite
network::Weights read_weights(const io::ArrayReader& file, const network::Network& network,
                              const std::string& prefix = "/layers");

/// The shape of the network whose weights Keras saved (`*.weights.h5`), as network::shape_of_layers. \throws InputError
network::NetworkShape read_keras_shape(const io::ArrayReader& file);

/// The weights that Keras saved (`*.weights.h5`) for a network of this shape, found by the layers' names.
/// \throws InputError
network::Weights read_keras_weights(const io::ArrayReader& file, const network::Network& network);

/// Arrays PREFIX/LAYER/VARIABLE of all trainable variables. \throws InputError
std::vector<float> read_trainable(const io::ArrayReader& file, const std::string& prefix,
                                  const network::Network& network);

/// Writes shape and weights. \param half kernels of weights as half precision \param record what to say of how they
/// were made
void write_weights(const std::filesystem::path& path, const network::Network& network, const network::Weights& weights,
                   bool half, const std::vector<std::pair<std::string, std::string>>& record);

/// Adds the values of every variable as PREFIX/LAYER/VARIABLE; only trainable ones where `statistics` is empty.
/// \param half kernels of weights as half precision
void add_variables(io::ArrayFile& file, const std::string& prefix, const network::Network& network,
                   std::span<const float> parameters, std::span<const float> statistics, bool half);

}  // namespace an::app
