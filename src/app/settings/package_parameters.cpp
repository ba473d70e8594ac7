// SPDX-License-Identifier: MIT
#include "app/settings/package_parameters.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "app/settings/nearest_name.hpp"
#include "core/bounds.hpp"
#include "core/error.hpp"
#include "report/json_text.hpp"
#include "simulation/experiment_check.hpp"

namespace an::app {

namespace {

using nlohmann::json;
using simulation::Distribution;
using simulation::HyperDistribution;
using simulation::ModelKind;

// A number, [mean], or [mean, variance].
HyperDistribution moments(const json& value, Bounds cut) {
  HyperDistribution hyper;
  hyper.cut = cut;
  if (value.is_number()) {
    hyper.a = Distribution::fixed(value.get<double>());
    return hyper;
  }
  if (!value.is_array() || value.empty() || value.size() > 2)
    throw ConfigError("expected [mean, variance], one for each state");
  hyper.kind = Distribution::Kind::normal;
  hyper.a = Distribution::fixed(value[0].get<double>());
  hyper.b = Distribution::fixed(value.size() == 2 ? value[1].get<double>() : 0);
  return hyper;
}

// One pair, or a list of pairs.
std::vector<HyperDistribution> moments_of_states(const json& value, Bounds cut, bool several) {
  std::vector<HyperDistribution> all;
  if (several && value.is_array())
    for (const json& state : value) all.push_back(moments(state, cut));
  else
    all.push_back(moments(value, cut));
  return all;
}

std::vector<simulation::Point> points(const json& value) {
  std::vector<simulation::Point> all;
  for (const json& xy : value) all.push_back({xy.at(0).get<double>(), xy.at(1).get<double>()});
  return all;
}

std::size_t whole(const json& value) {
  const auto number = value.get<double>();
  if (!(number >= 0 && number <= 1e9 && number == std::floor(number))) throw ConfigError("expected a whole number");
  return static_cast<std::size_t>(number);
}

Distribution number(const json& value) { return Distribution::fixed(value.get<double>()); }

std::vector<double> one_for_each_but_the_first(const json& value) {
  if (!value.is_array()) throw ConfigError("expected a list, a number for each state but the first");
  return value.get<std::vector<double>>();
}

struct Key {
  std::string ours;  // what simulation::problems_of calls it
  std::function<void(PackageParameters&, const json&)> read;
  std::vector<ModelKind> models{};  // that have it; empty: all
};

const std::map<std::string, Key>& keys() {
  using P = PackageParameters;
  using enum ModelKind;
  static const std::map<std::string, Key> all{
      {"model", {"model", [](P&, const json&) {}}},  // read before all others
      {"N", {"particles", [](P& p, const json& v) { p.spec.particles = number(v); }}},
      {"T",
       {"frames",
        [](P& p, const json& v) {
          const auto frames = v.get<double>();
          if (!(frames >= 2 && frames <= 1000000 && frames == std::floor(frames)))
            throw ConfigError("expected 2 to 1000000 frames");
          p.frames = static_cast<std::size_t>(frames);
        }}},
      {"L",
       {"box",
        [](P& p, const json& v) {
          p.spec.box = v.is_null() ? std::numeric_limits<double>::infinity() : v.get<double>();
        }}},
      {"Ds",
       {"k",
        [](P& p, const json& v) {
          p.spec.k = moments_of_states(v, k_bounds, simulation::state_count(p.spec.model) != std::size_t{1});
        }}},
      {"alphas",
       {"alpha",
        [](P& p, const json& v) {
          p.spec.alpha = moments_of_states(v, alpha_bounds, simulation::state_count(p.spec.model) != std::size_t{1});
        }}},
      {"dim", {"dimensions", [](P& p, const json& v) { p.spec.axes = whole(v); }}},
      {"M",
       {"transition",
        [](P& p, const json& v) { p.spec.transition = v.get<std::vector<std::vector<double>>>(); },
        {multi_state}}},
      {"init_state", {"initial_state", [](P& p, const json& v) { p.spec.initial_state = whole(v); }, {multi_state}}},
      {"gamma_d",
       {"k_factors",
        [](P& p, const json& v) { p.spec.k_factors = one_for_each_but_the_first(v); },
        {multi_state, confinement}}},
      {"epsilon_a",
       {"alpha_steps",
        [](P& p, const json& v) {
          if (p.spec.model == dimerization)
            p.spec.dimer_alpha_step = v.get<double>();
          else
            p.spec.alpha_steps = one_for_each_but_the_first(v);
        },
        {multi_state, dimerization, confinement}}},
      {"stokes", {"stokes", [](P& p, const json& v) { p.spec.stokes = v.get<bool>(); }, {dimerization}}},
      {"r",
       {"radius", [](P& p, const json& v) { p.spec.radius = number(v); }, {dimerization, immobile_traps, confinement}}},
      {"Pb", {"binding", [](P& p, const json& v) { p.spec.binding = number(v); }, {dimerization, immobile_traps}}},
      {"Pu", {"unbinding", [](P& p, const json& v) { p.spec.unbinding = number(v); }, {dimerization, immobile_traps}}},
      {"Nt", {"traps", [](P& p, const json& v) { p.spec.centres = number(v); }, {immobile_traps}}},
      {"Nc", {"discs", [](P& p, const json& v) { p.spec.centres = number(v); }, {confinement}}},
      {"traps_pos", {"centres", [](P& p, const json& v) { p.spec.given_centres = points(v); }, {immobile_traps}}},
      {"comp_center", {"centres", [](P& p, const json& v) { p.spec.given_centres = points(v); }, {confinement}}},
      {"trans", {"transmittance", [](P& p, const json& v) { p.spec.transmittance = number(v); }, {confinement}}},
      {"deltaT",
       {"",
        [](P&, const json& v) {
          if (v.get<double>() != 1) throw ConfigError("expected 1: the unit of time is a frame");
        }}},
      {"return_state_num", {"", [](P&, const json& v) { static_cast<void>(v.get<bool>()); }}},
      {"_shared_centres",
       {"discs_of_box", [](P& p, const json& v) { p.spec.discs_of_box = v.get<bool>(); }, {confinement}}},
  };
  return all;
}

// Line of the first place where the key stands in quotes; 1 where it does not.
std::size_t line_of(std::string_view text, const std::string& key) {
  const std::size_t at = text.find(fmt::format("\"{}\"", key));
  const std::string_view before = text.substr(0, at == std::string_view::npos ? 0 : at);
  return static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
}

std::size_t line_at(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte, text.size()));
  return static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
}

std::string unknown_key(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& [known, key] : keys()) names.push_back(known);
  const std::string nearest = nearest_name(name, names);
  return nearest.empty() ? fmt::format("unknown key (there are {})", fmt::join(names, ", "))
                         : fmt::format("unknown key; did you mean {}?", nearest);
}

}  // namespace

PackageParameters read_package_parameters(std::string_view text, const std::string& file, double fov_side) {
  std::vector<std::string> problems;
  const auto report = [&](std::size_t line, const std::string& key, const std::string& what) {
    problems.push_back(fmt::format("{}:{}: {}: {}", file, line, key, what));
  };
  json values;
  if (report::nests_too_deep(text))
    throw ConfigError(fmt::format("{}:1: it nests more than a hundred levels deep", file));
  try {
    values = json::parse(text);
  } catch (const json::parse_error& error) {
    throw ConfigError(fmt::format("{}:{}: {}", file, line_at(text, error.byte), error.what()));
  } catch (const json::out_of_range& error) {  // a number that no double is
    throw ConfigError(fmt::format("{}: {}", file, error.what()));
  }
  PackageParameters parameters;
  const auto model = values.is_object() && values.contains("model") && values["model"].is_string()
                         ? simulation::model_of_name(values["model"].get<std::string>())
                         : std::nullopt;
  if (!model)
    throw ConfigError(
        fmt::format("{}:{}: model: expected an object whose \"model\" is single_state, multi_state, "
                    "dimerization, immobile_traps or confinement",
                    file, line_of(text, "model")));
  parameters.spec.model = *model;
  for (const auto& [name, value] : values.items()) {
    const auto key = keys().find(name);
    if (key == keys().end()) {
      report(line_of(text, name), name, unknown_key(name));
      continue;
    }
    if (value.is_null() && name != "L") continue;  // the package's None: not given; of L: no walls
    const std::vector<ModelKind>& models = key->second.models;
    if (!models.empty() && std::find(models.begin(), models.end(), *model) == models.end()) {
      report(line_of(text, name), name, fmt::format("not a parameter of {}", simulation::model_name(*model)));
      continue;
    }
    try {
      key->second.read(parameters, value);
    } catch (const ConfigError& error) {
      report(line_of(text, name), name, error.what());
    } catch (const json::exception& error) {
      report(line_of(text, name), name, fmt::format("{} is not of the expected type", value.dump()));
    }
  }
  if (!parameters.spec.given_centres.empty())
    parameters.spec.centres = Distribution::fixed(static_cast<double>(parameters.spec.given_centres.size()));
  if (problems.empty())
    for (const simulation::SpecProblem& problem : simulation::problems_of(parameters.spec, fov_side)) {
      std::string name = problem.key;
      for (const auto& [theirs, key] : keys())
        if (key.ours == problem.key && values.contains(theirs)) name = theirs;
      report(line_of(text, name), name, problem.what);
    }
  if (!problems.empty()) throw ConfigError(fmt::format("{}", fmt::join(problems, "\n")));
  return parameters;
}

}  // namespace an::app
