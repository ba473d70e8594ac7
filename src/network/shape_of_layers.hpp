// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "network/network_shape.hpp"

namespace an::network {

/// Shape of the first array (kernel, or gamma) of each layer by the layer's name.
using LayerArrays = std::map<std::string, std::vector<std::uint64_t>>;

/// The shape of the network that has these layers, as make_network names them: everything that shapes of arrays tell.
/// One output a pixel is `mae`, which `msle` could be as well; heads, mask and scale of the inputs keep their defaults.
/// \throws std::invalid_argument naming a layer that is missing or is not of such a network
NetworkShape shape_of_layers(const LayerArrays& layers);

}  // namespace an::network
