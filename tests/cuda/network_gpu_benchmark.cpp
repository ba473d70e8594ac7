// SPDX-License-Identifier: MIT
// How long the nets take on the GPU, as a Markdown table. Ends with 77, in words, where there is no device.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "kernels/kernels.hpp"
#include "network_case.hpp"

namespace {

using namespace an;
using kernels::Mode;
using kernels::Precision;

// Median of some runs, each of several repeats, in milliseconds a repeat.
double milliseconds(kernels::Executor& executor, const std::function<void()>& work) {
  std::vector<double> times;
  work();
  executor.wait();
  for (int run = 0; run < 7; ++run) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 5; ++i) work();
    executor.wait();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count() / 5);
  }
  std::ranges::nth_element(times, times.begin() + 3);
  return times[3];
}

void measure(const std::string& name, std::size_t images, Precision precision) {
  const test::NetworkCase c(network::shape_of_name(name), images, 64, 208, true, 3);
  const double flop = 2 * network::multiplications(c.network.plan);
  const auto executor = kernels::make_executor(kernels::Backend::cuda, c.network.plan, precision);
  c.load(*executor);
  const double forward = milliseconds(*executor, [&] { executor->forward(Mode::inference); });
  kernels::AdamStep adam;
  adam.rate = 0;
  const double step = milliseconds(*executor, [&] {
    executor->forward(Mode::training);
    executor->loss(c.loss, c.targets);
    executor->backward();
    executor->step(adam);
  });
  const double copied = milliseconds(*executor, [&] { executor->set_input(c.input); });
  fmt::print("| {} | {} | {} | {:.3f} | {:.1f} | {:.2f} | {:.1f} | {:.2f} |\n", name,
             precision == Precision::f32 ? "f32" : "bf16", images, forward / static_cast<double>(images),
             flop / forward * 1e-9, step, 3 * flop / step * 1e-9, copied);
  std::fflush(stdout);
}

}  // namespace

int main() {
  if (!kernels::backend_works(kernels::Backend::cuda)) {
    fmt::print("skipped: back end cuda: {}\n", kernels::backend_description(kernels::Backend::cuda));
    return 77;
  }
  fmt::print("{}\n\n", kernels::backend_description(kernels::Backend::cuda));
  fmt::print(
      "| net | precision | FOVs a batch | ms a FOV forward | TFLOP/s | ms a training step | TFLOP/s | ms to copy the "
      "input |\n");
  fmt::print("|---|---|---|---|---|---|---|---|\n");
  for (const Precision precision : {Precision::bf16, Precision::f32}) {
    measure("small-alpha", 64, precision);
    measure("paper-state", 32, precision);
    measure("paper-alpha", 16, precision);
    measure("default", 32, precision);
  }
  return 0;
}
