// SPDX-License-Identifier: MIT
#include "network/shape_of_layers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "network/attention_unet.hpp"

namespace an::network {
namespace {

using kernels::LossKind;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

LayerArrays layers_of(const NetworkShape& shape) {
  LayerArrays layers;
  const auto [rows, columns] = usual_image(shape);
  for (const Variable& v : make_network(shape, 1, rows, columns, false).variables)
    if (v.name == "kernel" || v.name == "gamma") layers[v.layer] = v.shape;
  return layers;
}

TEST(ShapeOfLayers, IsThatOfTheNetworkTheyAreOf) {
  std::vector<NetworkShape> shapes;
  for (const std::string& name : shape_names()) shapes.push_back(shape_of_name(name));
  NetworkShape odd;
  odd.filters = {6, 10, 13};
  odd.bottom = 7;
  odd.inter_divisor = 4;  // 1, 2 and 3 channels inside of the gates
  odd.kernel_rows = 1;
  odd.kernel_columns = 7;
  odd.pool_rows = 3;
  odd.pool_columns = 1;
  odd.input_channels = 5;
  shapes.push_back(odd);
  odd.gate_output_conv = true;
  odd.filters = {9};
  odd.task = LossKind::joint;
  shapes.push_back(odd);
  for (NetworkShape shape : shapes) {
    NetworkShape found = shape_of_layers(layers_of(shape));
    if (shape.task == LossKind::msle) shape.task = LossKind::mae;  // as many outputs
    found.attention_heads = shape.attention_heads;                 // these no array tells
    found.mask_channel = shape.mask_channel;
    EXPECT_EQ(found, shape) << shape.filters.size() << " levels, bottom " << shape.bottom;
    EXPECT_EQ(layers_of(found), layers_of(shape));
  }
}

TEST(ShapeOfLayers, AreToldFromLayersOfSomethingElse) {
  const auto without = [](const std::string& layer) {
    LayerArrays layers = layers_of(shape_of_name("small-alpha"));
    layers.erase(layer);
    return [layers] { shape_of_layers(layers); };
  };
  for (const char* layer : {"enc1_conv1", "bottom_conv1", "gate2_theta", "dec1_up", "head"})
    EXPECT_THAT(without(layer), ThrowsMessage<std::invalid_argument>(HasSubstr(layer)));
  const auto with = [](const std::string& layer, std::vector<std::uint64_t> shape) {
    LayerArrays layers = layers_of(shape_of_name("small-alpha"));
    layers[layer] = std::move(shape);
    return [layers] { shape_of_layers(layers); };
  };
  EXPECT_THAT(with("head", {1, 1, 16, 3}), ThrowsMessage<std::invalid_argument>(HasSubstr("3 outputs")));
  EXPECT_THAT(with("dec1_up", {0, 2, 16, 32}), ThrowsMessage<std::invalid_argument>(HasSubstr("dec1_up")));
  EXPECT_THAT(with("enc2_conv1", {3, 3}), ThrowsMessage<std::invalid_argument>(HasSubstr("enc2_conv1")));
  EXPECT_THAT(with("bottom_conv1", {3, 3, 32, std::uint64_t{1} << 60U}),
              ThrowsMessage<std::invalid_argument>(HasSubstr("bottom_conv1")));
  EXPECT_THAT(with("gate1_theta", {2, 2, 16, 5}), ThrowsMessage<std::invalid_argument>(HasSubstr("gate1_theta")));
}

}  // namespace
}  // namespace an::network
