// SPDX-License-Identifier: MIT
#include "evaluation/ensemble_extraction.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"

namespace an::evaluation {

namespace {

double count(std::span<const double> labels, double label) {
  return static_cast<double>(std::count(labels.begin(), labels.end(), label));
}

double code(DiffusiveState state) { return static_cast<double>(state); }

std::vector<double> weights_of(std::string_view model, std::size_t states, std::span<const double> labels) {
  if (model == "single_state") return {static_cast<double>(labels.size())};
  if (model == "immobile_traps")
    return {count(labels, code(DiffusiveState::immobile)), count(labels, code(DiffusiveState::free))};
  if (model == "confinement")
    return {count(labels, code(DiffusiveState::free)), count(labels, code(DiffusiveState::confined))};
  if (model == "dimerization") return {count(labels, 0), count(labels, 1)};
  if (model != "multi_state") throw ConfigError(fmt::format("no model called {}", model));
  std::vector<double> weights;
  for (std::size_t state = 0; state < states; ++state)
    weights.push_back(std::max(1.0, count(labels, static_cast<double>(state))));
  return weights;
}

}  // namespace

EnsembleLabels extract_ensemble(std::string_view model, std::span<const Moments> alpha, std::span<const Moments> k,
                                std::span<const double> labels) {
  EnsembleLabels ensemble;
  const auto add = [&](const Moments& a, const Moments& d) {
    ensemble.alpha_mean.push_back(a.mean);
    ensemble.alpha_variance.push_back(a.variance);
    ensemble.k_mean.push_back(d.mean);
    ensemble.k_variance.push_back(d.variance);
  };
  if (model == "immobile_traps") add({0, 0}, {0, 0});
  for (std::size_t state = 0; state < alpha.size(); ++state) add(alpha[state], k[state]);
  ensemble.weight = weights_of(model, alpha.size(), labels);
  return ensemble;
}

}  // namespace an::evaluation
