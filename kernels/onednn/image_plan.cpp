// SPDX-License-Identifier: MIT
#include <map>

#include "kernels/onednn/image_executor.hpp"

namespace an::kernels::onednn {

namespace {

// New places, by old ones: in the same order, and none closer than its share of the old distance.
std::map<std::size_t, std::size_t> image_places(const std::vector<std::size_t>& old, std::size_t images) {
  std::map<std::size_t, std::size_t> places;
  for (const std::size_t place : old) places[place] = 0;
  std::size_t before = 0;
  for (auto& [place, place_of_image] : places) place_of_image = aligned(place / images) + aligned(1) * before++;
  return places;
}

}  // namespace

bool works_by_image(const Plan& plan) {
  return !plan.training ||
         std::ranges::none_of(plan.operations, [](const Operation& o) { return o.kind == OperationKind::batch_norm; });
}

Plan image_plan(const Plan& plan) {
  const std::size_t images = plan.values[plan.input].shape.images;
  std::vector<std::size_t> offsets, gradients;
  for (const Value& v : plan.values) {
    offsets.push_back(v.offset);
    gradients.push_back(v.gradient);
  }
  const std::map<std::size_t, std::size_t> new_offsets = image_places(offsets, images);
  const std::map<std::size_t, std::size_t> new_gradients = image_places(gradients, images);
  Plan one = plan;
  one.activations = one.gradients = 0;
  for (Value& v : one.values) {
    v.shape.images = 1;
    v.offset = new_offsets.at(v.offset);
    v.gradient = new_gradients.at(v.gradient);
    one.activations = std::max(one.activations, v.offset + aligned(v.shape.size()));
    if (plan.training) one.gradients = std::max(one.gradients, v.gradient + aligned(v.shape.size()));
  }
  return one;
}

}  // namespace an::kernels::onednn
