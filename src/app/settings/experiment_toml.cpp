// SPDX-License-Identifier: MIT
#include "app/settings/experiment_toml.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <optional>

#include "app/settings/nearest_name.hpp"
#include "core/bounds.hpp"
#include "simulation/experiment_check.hpp"

namespace an::app {

namespace {

using simulation::Distribution;
using simulation::ExperimentSpec;
using simulation::HyperDistribution;
using simulation::ModelKind;

/// Thrown inside this file only: the value at hand is not what it should be.
struct Mismatch {
  toml::source_position place;
  std::string what;
};

[[noreturn]] void mismatch(const toml::node& node, std::string what) {
  throw Mismatch{node.source().begin, std::move(what)};
}

double number_of(const toml::node& node, const char* expected) {
  if (const auto* integer = node.as_integer()) return static_cast<double>(integer->get());
  const auto* real = node.as_floating_point();
  if (real == nullptr) mismatch(node, fmt::format("expected {}", expected));
  if (!std::isfinite(real->get())) mismatch(node, fmt::format("{} (expected a finite number)", real->get()));
  return real->get();
}

const toml::array& array_of(const toml::node& node, std::size_t size, const char* expected) {
  const toml::array* array = node.as_array();
  if (array == nullptr || (size > 0 && array->size() != size)) mismatch(node, fmt::format("expected {}", expected));
  return *array;
}

constexpr const char* expected_distribution =
    "a number or one of { uniform = [low, high] }, { log_uniform = [low, high] }, { normal = [mean, variance] }, { "
    "relative_normal = [mean, sd / mean] }, { fixed = number }";

// One entry of a table such as { uniform = [0, 2] }, and { normal = […], cut = [low, high] }.
struct NamedDistribution {
  Distribution::Kind kind;
  const toml::node* numbers;
  std::optional<Bounds> cut;
  bool relative = false;  // normal, by sd over mean
};

NamedDistribution named_distribution(const toml::node& node) {
  using Kind = Distribution::Kind;
  static const std::map<std::string, Kind, std::less<>> kinds{{"fixed", Kind::fixed},
                                                              {"normal", Kind::normal},
                                                              {"relative_normal", Kind::normal},
                                                              {"uniform", Kind::uniform},
                                                              {"log_uniform", Kind::log_uniform}};
  const toml::table* table = node.as_table();
  if (table == nullptr) mismatch(node, fmt::format("expected {}", expected_distribution));
  NamedDistribution found{Kind::fixed, nullptr, std::nullopt, false};
  for (const auto& [key, value] : *table) {
    const auto kind = kinds.find(key.str());
    if (kind != kinds.end() && found.numbers == nullptr) {
      found.kind = kind->second;
      found.relative = kind->first == "relative_normal";
      found.numbers = &value;
    } else if (key.str() == "cut") {
      const toml::array& ends = array_of(value, 2, "cut = [low, high]");
      found.cut = Bounds{number_of(*ends.get(0), "a number"), number_of(*ends.get(1), "a number")};
      if (!(found.cut->low < found.cut->high)) mismatch(value, "expected cut = [low, high] with low below high");
    } else {
      throw Mismatch{key.source().begin, fmt::format("{}: expected {}", key.str(), expected_distribution)};
    }
  }
  if (found.numbers == nullptr || (found.cut && found.kind != Kind::normal))
    mismatch(node, fmt::format("expected {}; cut = [low, high] only beside normal", expected_distribution));
  return found;
}

void check_order(const toml::node& node, const Distribution& distribution) {
  const bool between =
      distribution.kind == Distribution::Kind::uniform || distribution.kind == Distribution::Kind::log_uniform;
  if (between && !(distribution.a < distribution.b)) mismatch(node, "expected the lower end before the upper one");
  if (distribution.kind == Distribution::Kind::log_uniform && !(distribution.a > 0))
    mismatch(node, "expected a lower end above 0 for log_uniform");
  if (distribution.kind == Distribution::Kind::normal && !(distribution.b >= 0))
    mismatch(node, "expected a variance from 0 on");
}

// A distribution of plain numbers: what is drawn once for each experiment.
Distribution distribution_of(const toml::node& node) {
  if (node.is_number()) return Distribution::fixed(number_of(node, "a number"));
  const NamedDistribution named = named_distribution(node);
  Distribution distribution;
  distribution.kind = named.kind;
  if (named.cut) distribution.cut = *named.cut;
  if (named.kind == Distribution::Kind::fixed) {
    distribution.a = number_of(*named.numbers, "a number");
  } else {
    const toml::array& pair = array_of(*named.numbers, 2, "two numbers");
    distribution.a = number_of(*pair.get(0), "a number");
    distribution.b = number_of(*pair.get(1), "a number");
    if (named.relative) distribution.b = std::copysign(std::pow(distribution.a * distribution.b, 2), distribution.b);
  }
  check_order(node, distribution);
  return distribution;
}

// A distribution whose numbers may be distributions themselves: what is drawn once for each particle.
HyperDistribution hyper_distribution_of(const toml::node& node, Bounds cut) {
  HyperDistribution hyper;
  hyper.cut = cut;
  if (node.is_number()) {
    hyper.a = Distribution::fixed(number_of(node, "a number"));
    return hyper;
  }
  const NamedDistribution named = named_distribution(node);
  hyper.kind = named.kind;
  hyper.relative = named.relative;
  if (named.cut) hyper.cut = *named.cut;
  if (hyper.cut.low < cut.low || hyper.cut.high > cut.high)
    mismatch(node, fmt::format("expected cut within [{}, {}]", cut.low, cut.high));
  if (named.kind == Distribution::Kind::fixed) {
    hyper.a = distribution_of(*named.numbers);
    return hyper;
  }
  const toml::array& pair = array_of(*named.numbers, 2, "two numbers or distributions");
  hyper.a = distribution_of(*pair.get(0));
  hyper.b = distribution_of(*pair.get(1));
  return hyper;
}

// One value a state: a single one stands for one state.
template <class Value, class Read>
std::vector<Value> list_of(const toml::node& node, Read read) {
  std::vector<Value> values;
  if (const toml::array* array = node.as_array())
    for (const toml::node& entry : *array) values.push_back(read(entry));
  else
    values.push_back(read(node));
  return values;
}

std::vector<double> numbers_of(const toml::node& node) {
  return list_of<double>(node, [](const toml::node& entry) { return number_of(entry, "numbers"); });
}

std::size_t count_of(const toml::node& node, std::int64_t least, std::int64_t most) {
  const auto* integer = node.as_integer();
  if (integer == nullptr || integer->get() < least || integer->get() > most)
    mismatch(node, fmt::format("expected a whole number from {} to {}", least, most));
  return static_cast<std::size_t>(integer->get());
}

bool flag_of(const toml::node& node) {
  const auto* flag = node.as_boolean();
  if (flag == nullptr) mismatch(node, "expected true or false");
  return flag->get();
}

using Models = std::vector<ModelKind>;  // empty: all

struct Key {
  const char* name;
  Models models;
  void (*read)(ExperimentSpec&, const toml::node&);
};

const std::vector<Key>& keys() {
  using enum ModelKind;
  static const std::vector<Key> all{
      {"model", {}, [](ExperimentSpec&, const toml::node&) {}},  // read before all others
      {"repeat",
       {},
       [](ExperimentSpec& spec, const toml::node& node) {
         spec.repeat = static_cast<std::uint32_t>(count_of(node, 1, 10000000));
       }},
      {"particles", {}, [](ExperimentSpec& spec, const toml::node& node) { spec.particles = distribution_of(node); }},
      {"box", {}, [](ExperimentSpec& spec, const toml::node& node) { spec.box = number_of(node, "a length in px"); }},
      {"dimensions", {}, [](ExperimentSpec& spec, const toml::node& node) { spec.axes = count_of(node, 2, 3); }},
      {"sampler",
       {},
       [](ExperimentSpec& spec, const toml::node& node) {
         const auto* name = node.as_string();
         if (name == nullptr || name->get() != "challenge") mismatch(node, "expected \"challenge\"");
         spec.challenge_sampler = true;
       }},
      {"alpha",
       {},
       [](ExperimentSpec& spec, const toml::node& node) {
         spec.alpha = list_of<HyperDistribution>(
             node, [](const toml::node& entry) { return hyper_distribution_of(entry, alpha_bounds); });
       }},
      {"k",
       {},
       [](ExperimentSpec& spec, const toml::node& node) {
         spec.k = list_of<HyperDistribution>(
             node, [](const toml::node& entry) { return hyper_distribution_of(entry, k_bounds); });
       }},
      {"transition",
       {multi_state},
       [](ExperimentSpec& spec, const toml::node& node) {
         spec.transition = list_of<std::vector<double>>(node, numbers_of);
       }},
      {"dwell",
       {multi_state},
       [](ExperimentSpec& spec, const toml::node& node) { spec.dwell = list_of<Distribution>(node, distribution_of); }},
      {"initial_state",
       {multi_state},
       [](ExperimentSpec& spec, const toml::node& node) { spec.initial_state = count_of(node, 0, 1000); }},
      {"alpha_steps",
       {multi_state, confinement},
       [](ExperimentSpec& spec, const toml::node& node) { spec.alpha_steps = numbers_of(node); }},
      {"k_factors",
       {multi_state, confinement},
       [](ExperimentSpec& spec, const toml::node& node) { spec.k_factors = numbers_of(node); }},
      {"radius",
       {dimerization, immobile_traps, confinement},
       [](ExperimentSpec& spec, const toml::node& node) { spec.radius = distribution_of(node); }},
      {"binding",
       {dimerization, immobile_traps},
       [](ExperimentSpec& spec, const toml::node& node) { spec.binding = distribution_of(node); }},
      {"unbinding",
       {dimerization, immobile_traps},
       [](ExperimentSpec& spec, const toml::node& node) { spec.unbinding = distribution_of(node); }},
      {"dimer_alpha_step",
       {dimerization},
       [](ExperimentSpec& spec, const toml::node& node) { spec.dimer_alpha_step = number_of(node, "a number"); }},
      {"stokes", {dimerization}, [](ExperimentSpec& spec, const toml::node& node) { spec.stokes = flag_of(node); }},
      {"traps",
       {immobile_traps},
       [](ExperimentSpec& spec, const toml::node& node) { spec.centres = distribution_of(node); }},
      {"discs",
       {confinement},
       [](ExperimentSpec& spec, const toml::node& node) { spec.centres = distribution_of(node); }},
      {"centres",
       {immobile_traps, confinement},
       [](ExperimentSpec& spec, const toml::node& node) {
         spec.given_centres = list_of<simulation::Point>(node, [](const toml::node& entry) {
           const toml::array& xy = array_of(entry, 2, "a list of [x, y]");
           return simulation::Point{number_of(*xy.get(0), "x in px"), number_of(*xy.get(1), "y in px")};
         });
         spec.centres = Distribution::fixed(static_cast<double>(spec.given_centres.size()));
       }},
      {"transmittance",
       {confinement},
       [](ExperimentSpec& spec, const toml::node& node) { spec.transmittance = distribution_of(node); }},
      {"shared_layout",
       {immobile_traps, confinement},
       [](ExperimentSpec& spec, const toml::node& node) { spec.shared_layout = flag_of(node); }},
      {"discs_of_box",
       {confinement},
       [](ExperimentSpec& spec, const toml::node& node) { spec.discs_of_box = flag_of(node); }},
  };
  return all;
}

class ExperimentReader {
 public:
  ExperimentReader(const toml::table& table, std::vector<ConfigProblem>& problems)
      : table_(table), problems_(problems) {}

  void read(double fov_side, ExperimentSpec& spec) {
    const std::size_t before = problems_.size();
    if (!read_model(spec)) return;
    for (const auto& [key, node] : table_) read_key(std::string(key.str()), key.source().begin, node, spec);
    if (problems_.size() > before) return;
    for (const simulation::SpecProblem& problem : simulation::problems_of(spec, fov_side)) {
      const toml::node* node = table_.get(problem.key);
      report(node != nullptr ? node->source().begin : table_.source().begin, problem.key, problem.what);
    }
  }

 private:
  void report(toml::source_position place, const std::string& key, const std::string& what) {
    problems_.push_back({place, fmt::format("experiment.{}: {}", key, what)});
  }

  bool read_model(ExperimentSpec& spec) {
    const toml::node* node = table_.get("model");
    const auto* name = node == nullptr ? nullptr : node->as_string();
    const auto model = name == nullptr ? std::nullopt : simulation::model_of_name(name->get());
    if (model) spec.model = *model;
    if (!model)
      report(node == nullptr ? table_.source().begin : node->source().begin, "model",
             "expected \"single_state\", \"multi_state\", \"dimerization\", \"immobile_traps\" or \"confinement\"");
    return model.has_value();
  }

  void read_key(const std::string& name, toml::source_position place, const toml::node& node, ExperimentSpec& spec) {
    const auto key = std::find_if(keys().begin(), keys().end(), [&](const Key& k) { return k.name == name; });
    if (key == keys().end()) {
      std::vector<std::string> names;
      for (const Key& known : keys()) names.emplace_back(known.name);
      const std::string nearest = nearest_name(name, names);
      report(place, name,
             nearest.empty() ? fmt::format("unknown key (there are {})", fmt::join(names, ", "))
                             : fmt::format("unknown key; did you mean {}?", nearest));
      return;
    }
    if (!key->models.empty() && std::find(key->models.begin(), key->models.end(), spec.model) == key->models.end()) {
      report(place, name, fmt::format("not a parameter of {}", simulation::model_name(spec.model)));
      return;
    }
    try {
      key->read(spec, node);
    } catch (const Mismatch& wrong) {
      report(wrong.place, name, wrong.what);
    }
  }

  const toml::table& table_;
  std::vector<ConfigProblem>& problems_;
};

}  // namespace

void read_experiments(const toml::node& node, double fov_side, std::vector<ExperimentSpec>& experiments,
                      std::vector<ConfigProblem>& problems) {
  const toml::array* tables = node.as_array();
  if (tables == nullptr || tables->empty() || !tables->is_homogeneous<toml::table>()) {
    problems.push_back({node.source().begin, "experiment: expected [[experiment]] tables"});
    return;
  }
  for (const toml::node& table : *tables) {
    experiments.emplace_back();
    ExperimentReader(*table.as_table(), problems).read(fov_side, experiments.back());
  }
}

}  // namespace an::app
