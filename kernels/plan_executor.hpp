// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "kernels/kernels.hpp"

namespace an::kernels {

/// Everything one operation works on. `Activation` is how values are held, `Number` how parameters are.
template <class Activation, class Number>
struct Call {
  const Operation& operation;
  std::size_t index;  ///< of the operation in its plan
  Shape in, other, out;
  const Activation* x;  ///< first input
  const Activation* z;  ///< second input, or null
  Activation* y;
  Activation* dx;  ///< gradients; dx and dz null where they are not wanted
  Activation* dz;
  Activation* dy;  ///< may be changed
  const Number* weights;
  const Number* bias;
  Number* dweights;
  Number* dbias;
  Number* statistics;
  Number* saved;
  bool add_dx, add_dz;  ///< add to what dx and dz hold
};

/// Rows or columns that "same" padding puts before an axis, as Keras does.
inline std::size_t padding_before(std::size_t in, std::size_t out, std::size_t kernel, std::size_t stride) {
  const std::size_t spanned = (out - 1) * stride + kernel;
  return spanned > in ? (spanned - in) / 2 : 0;
}

/// Bias corrections of Adam at a step: factors of the first moment and of the second.
inline std::pair<float, float> adam_corrections(const AdamStep& s) {
  const auto step = static_cast<double>(s.step);
  return {static_cast<float>(1 / (1 - std::pow(static_cast<double>(s.beta1), step))),
          static_cast<float>(1 / (1 - std::pow(static_cast<double>(s.beta2), step)))};
}

/// An executor that walks through the plan and leaves memory and arithmetic to the `Kernels` of a back end.
template <class Kernels>
class PlanExecutor final : public Executor {
 public:
  using Activation = typename Kernels::Activation;
  using Number = typename Kernels::Number;

  template <class... Arguments>
  explicit PlanExecutor(const Plan& plan, Arguments&&... arguments)
      : plan_(plan),
        kernels_(plan_, std::forward<Arguments>(arguments)...),
        activations_(kernels_.template allocate<Activation>(plan.activations)),
        gradients_(kernels_.template allocate<Activation>(plan.gradients)),
        parameters_(kernels_.template allocate<Number>(plan.parameters)),
        parameter_gradients_(kernels_.template allocate<Number>(plan.training ? plan.parameters : 0)),
        first_(kernels_.template allocate<Number>(plan.training ? plan.parameters : 0)),
        second_(kernels_.template allocate<Number>(plan.training ? plan.parameters : 0)),
        statistics_(kernels_.template allocate<Number>(plan.statistics)),
        saved_(kernels_.template allocate<Number>(plan.saved)),
        targets_(kernels_.template allocate<Number>(plan.training ? output().shape.pixels() * target_channels : 0)) {}

  void set_parameters(std::span<const float> parameters, std::span<const float> statistics) override {
    kernels_.upload(parameters, parameters_);
    kernels_.upload(statistics, statistics_);
    kernels_.parameters_changed(parameters_, plan_.parameters);
  }
  void read_parameters(std::span<float> parameters, std::span<float> statistics) const override {
    kernels_.download(parameters_, parameters);
    kernels_.download(statistics_, statistics);
  }
  void set_input(std::span<const float> input) override { kernels_.upload(input, value(plan_.input)); }
  void forward(Mode mode) override {
    for (std::size_t i = 0; i < plan_.operations.size(); ++i) run(call(i), mode);
  }
  void read_output(std::span<float> out) const override { kernels_.download(value(plan_.output), out); }
  double loss(const Loss& loss, std::span<const float> targets) override {
    kernels_.upload(targets, targets_);
    return kernels_.loss(loss, output().shape, value(plan_.output), targets_, weight_of(targets),
                         gradient(plan_.output));
  }
  void backward(const GradientSink& sink) override {
    std::size_t known = plan_.parameters;  // from here on gradients are final
    const auto tell_from = [&](std::size_t first) {
      told_.resize(known - first);
      if (!told_.empty()) kernels_.download(parameter_gradients_ + first, told_);
      known = first;
      sink(first, told_);
    };
    for (std::size_t i = plan_.operations.size(); i-- > 0;) {
      run_backward(call(i));
      if (sink && !Kernels::runs_behind) tell_from(has_parameters(i) ? plan_.operations[i].weights : known);
    }
    if (sink && known > 0) tell_from(0);
  }
  void read_gradients(std::span<float> gradients) const override { kernels_.download(parameter_gradients_, gradients); }
  void set_gradients(std::span<const float> gradients) override { kernels_.upload(gradients, parameter_gradients_); }
  void step(const AdamStep& step) override {
    kernels_.adam(step, plan_.parameters, parameter_gradients_, first_, second_, parameters_);
    kernels_.parameters_changed(parameters_, plan_.parameters);
  }
  void read_moments(std::span<float> first, std::span<float> second) const override {
    kernels_.download(first_, first);
    kernels_.download(second_, second);
  }
  void set_moments(std::span<const float> first, std::span<const float> second) override {
    kernels_.upload(first, first_);
    kernels_.upload(second, second_);
  }
  void wait() override { kernels_.wait(); }
  std::vector<double> time_operations() override {
    using Clock = std::chrono::steady_clock;
    std::vector<double> seconds;
    for (std::size_t i = 0; i < plan_.operations.size(); ++i) {
      wait();
      const Clock::time_point start = Clock::now();
      run(call(i), Mode::inference);
      wait();
      seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    }
    return seconds;
  }

 private:
  const Value& output() const { return plan_.values[plan_.output]; }
  Activation* value(std::size_t i) const { return activations_ + plan_.values[i].offset; }
  Activation* gradient(std::size_t i) const { return gradients_ + plan_.values[i].gradient; }

  Call<Activation, Number> call(std::size_t index) const {
    const Operation& o = plan_.operations[index];
    const bool two = o.inputs.size() > 1;
    const auto wanted = [&](std::size_t i) -> Activation* {
      const bool wants = plan_.training && i < o.inputs.size() && o.wants_gradient[i];
      return wants ? gradient(o.inputs[i]) : nullptr;
    };
    return {o,
            index,
            plan_.values[o.inputs[0]].shape,
            two ? plan_.values[o.inputs[1]].shape : Shape{},
            plan_.values[o.output].shape,
            value(o.inputs[0]),
            two ? value(o.inputs[1]) : nullptr,
            value(o.output),
            wanted(0),
            wanted(1),
            plan_.training ? gradient(o.output) : nullptr,
            parameters_ + o.weights,
            parameters_ + o.bias,
            plan_.training ? parameter_gradients_ + o.weights : nullptr,
            plan_.training ? parameter_gradients_ + o.bias : nullptr,
            statistics_ + o.statistics,
            saved_ + o.saved,
            plan_.training && o.adds_gradient[0],
            plan_.training && two && o.adds_gradient[1]};
  }
  void run(const Call<Activation, Number>& c, Mode mode) {
    switch (c.operation.kind) {
      case OperationKind::convolution:
        return kernels_.convolution(c);
      case OperationKind::transposed_convolution:
        return kernels_.transposed_convolution(c);
      case OperationKind::batch_norm:
        return kernels_.batch_norm(c, mode);
      case OperationKind::layer_norm:
        return kernels_.layer_norm(c);
      case OperationKind::max_pool:
        return kernels_.max_pool(c);
      case OperationKind::add:
        return kernels_.add(c);
      case OperationKind::gate:
        return kernels_.gate(c);
      case OperationKind::concat:
        return kernels_.concat(c);
      case OperationKind::pick:
        return kernels_.pick(c);
      case OperationKind::attention:
        return kernels_.attention(c);
    }
  }
  bool has_parameters(std::size_t operation) const {
    const OperationKind kind = plan_.operations[operation].kind;
    return kind == OperationKind::convolution || kind == OperationKind::transposed_convolution ||
           kind == OperationKind::batch_norm || kind == OperationKind::layer_norm;
  }
  void run_backward(const Call<Activation, Number>& c) {
    if (c.dx == nullptr && c.dz == nullptr && !has_parameters(c.index)) return;
    switch (c.operation.kind) {
      case OperationKind::convolution:
        return kernels_.convolution_backward(c);
      case OperationKind::transposed_convolution:
        return kernels_.transposed_convolution_backward(c);
      case OperationKind::batch_norm:
        return kernels_.batch_norm_backward(c);
      case OperationKind::layer_norm:
        return kernels_.layer_norm_backward(c);
      case OperationKind::max_pool:
        return kernels_.max_pool_backward(c);
      case OperationKind::add:
        return kernels_.add_backward(c);
      case OperationKind::gate:
        return kernels_.gate_backward(c);
      case OperationKind::concat:
        return kernels_.concat_backward(c);
      case OperationKind::pick:
        return;
      case OperationKind::attention:
        return kernels_.attention_backward(c);
    }
  }

  Plan plan_;
  Kernels kernels_;  // owns all memory
  Activation* activations_;
  Activation* gradients_;
  Number* parameters_;
  Number* parameter_gradients_;
  Number* first_;
  Number* second_;
  Number* statistics_;
  Number* saved_;
  Number* targets_;
  std::vector<float> told_;  // gradients for a sink
};

}  // namespace an::kernels
