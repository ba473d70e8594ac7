// SPDX-License-Identifier: MIT
#include "app/settings/package_parameters.hpp"
#include "core/error.hpp"
#include "same_values.hpp"
#include "simulation/experiment_check.hpp"

// Parameters in the package's words are refused with a ConfigError, or are those of an experiment that can be
// simulated.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace an;
  constexpr double side = 128;
  try {
    const app::PackageParameters parameters =
        app::read_package_parameters({reinterpret_cast<const char*>(data), size}, "input", side);
    fuzz::require(simulation::problems_of(parameters.spec, side).empty());
  } catch (const ConfigError&) {
  }
  return 0;
}
