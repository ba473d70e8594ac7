// SPDX-License-Identifier: MIT
// How long a training step waits for the sum of gradients over the ranks, after the last rank's backward has ended: if
// the sum begins then, and if it begins with backward (SharedGradients).
// usage: mpirun -n RANKS exchange_benchmark [NETWORK [TILES_A_RANK [ROUNDS]]]
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "app/train/shared_gradients.hpp"
#include "network_case.hpp"
#include "plain_gradients.hpp"

namespace {

using namespace an;

// A step's work, in two parts.
struct Way {
  const char* words;
  std::function<void()> backward, finish;
  std::vector<double> backward_ms, finish_ms;
};

// Each part ends with its last rank. The clock is that of the machine: all ranks must be on one.
void measure(const parallel::Communicator& world, Way& way) {
  const auto now = [] {
    const auto time = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
  };
  world.barrier();
  std::array<std::int64_t, 3> times{now(), 0, 0};
  way.backward();
  times[1] = now();
  way.finish();
  times[2] = now();
  world.max_of_all(times);
  way.backward_ms.push_back(1e-6 * static_cast<double>(times[1] - times[0]));
  way.finish_ms.push_back(1e-6 * static_cast<double>(times[2] - times[1]));
}

std::string least_and_median(std::vector<double> values) {
  std::ranges::sort(values);
  return fmt::format("{:.2f} ({:.2f})", values.front(), values[values.size() / 2]);
}

void run(const parallel::Communicator& world, const std::string& name, std::size_t tiles, int rounds) {
  if (world.nodes() > 1) throw std::runtime_error("ranks are on several machines");
  const test::NetworkCase c(network::shape_of_name(name), tiles, 64, 208, true,
                            1 + static_cast<std::uint64_t>(world.rank()));
  const std::size_t parameters = c.network.plan.parameters;
  const auto executor = make_executor(kernels::Backend::onednn, c.network.plan, kernels::Precision::f32);
  c.load(*executor);
  app::SharedGradients shared(world, parameters);
  const double weight = kernels::weight_of(c.targets);
  const auto backward = [&] { executor->backward(); };
  std::array<Way, 3> ways{
      Way{"no sum", backward, [] {}, {}, {}},
      Way{"sum after backward", backward, [&] { test::share_gradients(world, *executor, parameters, weight); }, {}, {}},
      Way{"sum beside backward",
          [&] { shared.backward(*executor, 0, weight); },
          [&] { shared.finish(*executor); },
          {},
          {}}};
  for (int round = 0; round < rounds; ++round)
    for (Way& way : ways) {
      executor->forward(kernels::Mode::training);
      executor->loss(c.loss, c.targets);
      measure(world, way);
    }
  if (!world.is_root()) return;
  fmt::print("{}, {} parameters, {} tiles at each of {} ranks, {} rounds; ms, the least (median)\n", name, parameters,
             tiles, world.size(), rounds);
  for (const Way& way : ways)
    fmt::print("{:<20} backward {:<20} then {}\n", way.words, least_and_median(way.backward_ms),
               least_and_median(way.finish_ms));
}

}  // namespace

int main(int argc, char** argv) {
  const parallel::Environment environment;
  try {
    run(environment.world(), argc > 1 ? argv[1] : "default",
        argc > 2 ? static_cast<std::size_t>(std::atoi(argv[2])) : 4, argc > 3 ? std::atoi(argv[3]) : 20);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "rank {}: {}\n", environment.world().rank(), error.what());
    environment.world().abort(1);
  }
}
