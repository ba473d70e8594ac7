// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <vector>

#include "kernels/plan_executor.hpp"

namespace an::kernels::onednn {

/// The same operations for one image alone. \pre works_by_image(plan)
Plan image_plan(const Plan& plan);

/// Whether each image's outputs depend on that image alone: no batch norm takes statistics of them all.
bool works_by_image(const Plan& plan);

/// Runs a batch one image after another, all operations of one before the next, so that what one operation writes is
/// still in the cache when the next reads it; and memory is one image's. The forward run is put off until the output or
/// the loss is asked for. In training the loss runs forward and backward of each image; but the last image's backward
/// is left to backward(), where gradients become final one after another.
template <class Kernels>
class ImageExecutor final : public Executor {
 public:
  explicit ImageExecutor(const Plan& plan)
      : images_(plan.values[plan.input].shape.images),
        one_(image_plan(plan)),
        input_(plan.values[plan.input].shape.size()),
        output_(plan.values[plan.output].shape.size()),
        gradients_(plan.training ? plan.parameters : 0) {}

  void set_parameters(std::span<const float> parameters, std::span<const float> statistics) override {
    one_.set_parameters(parameters, statistics);
  }
  void read_parameters(std::span<float> parameters, std::span<float> statistics) const override {
    one_.read_parameters(parameters, statistics);
  }
  void set_input(std::span<const float> input) override { std::ranges::copy(input, input_.begin()); }
  void forward(Mode mode) override {
    mode_ = mode;
    put_off_ = true;
  }
  void read_output(std::span<float> output) const override {
    if (put_off_) run_forward();
    std::ranges::copy(output_, output.begin());
  }
  double loss(const Loss& loss, std::span<const float> targets) override {
    const double all = weight_of(targets);
    double sum = 0;
    std::ranges::fill(gradients_, 0.0F);
    for (std::size_t i = 0; i < images_; ++i) {
      const std::span<const float> mine = part_of(targets, i);
      const double share = all > 0 ? weight_of(mine) / all : 0;
      run_image(i);
      sum += share * one_.loss(loss, mine);
      share_ = static_cast<float>(share);
      if (mode_ == Mode::training && i + 1 < images_) add_gradients({});
    }
    put_off_ = false;
    return sum;
  }
  void backward(const GradientSink& sink) override {
    add_gradients(sink);
    one_.set_gradients(gradients_);
  }
  void read_gradients(std::span<float> gradients) const override { one_.read_gradients(gradients); }
  void set_gradients(std::span<const float> gradients) override { one_.set_gradients(gradients); }
  void step(const AdamStep& step) override { one_.step(step); }
  void read_moments(std::span<float> first, std::span<float> second) const override {
    one_.read_moments(first, second);
  }
  void set_moments(std::span<const float> first, std::span<const float> second) override {
    one_.set_moments(first, second);
  }
  std::vector<double> time_operations() override { return one_.time_operations(); }

 private:
  template <class T>
  std::span<T> part_of(std::span<T> all, std::size_t image) const {
    const std::size_t size = all.size() / images_;
    return all.subspan(image * size, size);
  }
  void run_image(std::size_t image) const {
    one_.set_input(part_of(std::span<const float>(input_), image));
    one_.forward(Mode::inference);
    one_.read_output(part_of(std::span<float>(output_), image));
  }
  void run_forward() const {
    for (std::size_t i = 0; i < images_; ++i) run_image(i);
    put_off_ = false;
  }
  // Those of the image that has just run; to the sink go sums over all images.
  void add_gradients(const GradientSink& sink) {
    if (!(share_ > 0)) {
      if (sink) sink(0, gradients_);
      return;
    }
    one_.backward([&](std::size_t first, std::span<const float> gradients) {
      const std::span<float> sums = std::span(gradients_).subspan(first, gradients.size());
      for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += share_ * gradients[k];
      if (sink) sink(first, sums);
    });
  }

  std::size_t images_;
  mutable PlanExecutor<Kernels> one_;
  std::vector<float> input_;
  mutable std::vector<float> output_;
  std::vector<float> gradients_;
  float share_ = 0;  // of the image that has just run, in the loss
  Mode mode_ = Mode::inference;
  mutable bool put_off_ = false;  // the forward run
};

}  // namespace an::kernels::onednn
