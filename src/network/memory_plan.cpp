// SPDX-License-Identifier: MIT
#include "network/memory_plan.hpp"

#include <algorithm>
#include <vector>

namespace an::network {

using kernels::aligned;
using kernels::Operation;
using kernels::OperationKind;
using kernels::Plan;

namespace {

// Memory in use, in the order of places.
class Shelf {
 public:
  std::size_t take(std::size_t size) {
    std::size_t place = 0;
    auto next = blocks_.begin();
    while (next != blocks_.end() && next->place < place + size) {
      place = next->place + next->size;
      ++next;
    }
    blocks_.insert(next, {place, size});
    extent_ = std::max(extent_, place + size);
    return place;
  }
  void give_back(std::size_t place) {
    std::erase_if(blocks_, [&](const Block& b) { return b.place == place; });
  }
  std::size_t extent() const { return extent_; }

 private:
  struct Block {
    std::size_t place, size;
  };
  std::vector<Block> blocks_;
  std::size_t extent_ = 0;
};

void keep_everything(Plan& plan) {
  for (kernels::Value& v : plan.values) {
    v.offset = v.gradient = plan.activations;
    plan.activations += aligned(v.shape.size());
  }
  plan.gradients = plan.activations;
}

void share_memory(Plan& plan) {
  std::vector<std::size_t> last(plan.values.size(), 0);
  for (std::size_t i = 0; i < plan.operations.size(); ++i)
    for (const std::size_t value : plan.operations[i].inputs) last[value] = i;
  last[plan.output] = plan.operations.size();
  Shelf shelf;
  plan.values[plan.input].offset = shelf.take(aligned(plan.values[plan.input].shape.size()));
  for (std::size_t i = 0; i < plan.operations.size(); ++i) {
    const Operation& o = plan.operations[i];
    plan.values[o.output].offset = shelf.take(aligned(plan.values[o.output].shape.size()));
    for (std::size_t v = 0; v < plan.values.size(); ++v)
      if (last[v] == i && std::ranges::count(o.inputs, v) > 0) shelf.give_back(plan.values[v].offset);
  }
  plan.activations = shelf.extent();
}

// Who computes which gradients: in the order backward, the first to reach a value writes, the others add.
void share_out_gradients(Plan& plan) {
  std::vector<bool> differentiable(plan.values.size(), true), written(plan.values.size(), false);
  differentiable[plan.input] = false;
  for (const Operation& o : plan.operations)
    if (o.kind == OperationKind::pick ||
        !std::ranges::any_of(o.inputs, [&](std::size_t v) { return differentiable[v]; }))
      differentiable[o.output] = o.kind == OperationKind::convolution;
  for (std::size_t i = plan.operations.size(); i-- > 0;) {
    Operation& o = plan.operations[i];
    o.wants_gradient.clear();
    o.adds_gradient.clear();
    for (const std::size_t v : o.inputs) {
      const bool mask = o.kind == OperationKind::attention && v == o.inputs[1];
      o.wants_gradient.push_back(differentiable[v] && !mask);
      o.adds_gradient.push_back(written[v]);
      if (o.wants_gradient.back()) written[v] = true;
    }
  }
}

}  // namespace

void lay_out_memory(Plan& plan, bool training) {
  plan.training = training;
  plan.activations = plan.gradients = 0;
  share_out_gradients(plan);
  if (training) {
    keep_everything(plan);
  } else {
    share_memory(plan);
  }
}

}  // namespace an::network
