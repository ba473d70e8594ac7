// SPDX-License-Identifier: MIT
#include "io/ensemble_file.hpp"
#include "same_values.hpp"

// Labels that were read are written and read back the same; there are problems exactly where there are none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace an;
  const io::EnsembleFile file = io::parse_ensemble({reinterpret_cast<const char*>(data), size});
  fuzz::require(file.labels.has_value() == file.problems.empty());
  if (!file.labels) return 0;
  const io::EnsembleFile again = io::parse_ensemble(io::format_ensemble(*file.labels, "any"));
  fuzz::require(again.labels.has_value() && again.model == "any" && file.labels->states() > 0);
  fuzz::require(fuzz::same_values(again.labels->alpha_mean, file.labels->alpha_mean));
  fuzz::require(fuzz::same_values(again.labels->alpha_variance, file.labels->alpha_variance));
  fuzz::require(fuzz::same_values(again.labels->k_mean, file.labels->k_mean));
  fuzz::require(fuzz::same_values(again.labels->k_variance, file.labels->k_variance));
  fuzz::require(fuzz::same_values(again.labels->weight, file.labels->weight));
  return 0;
}
