// SPDX-License-Identifier: MIT
#include "app/paper/frame_study.hpp"

#include <fmt/format.h>

#include <optional>

#include "app/items/json_file.hpp"
#include "app/items/root_answer.hpp"
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/benchmark_tree.hpp"
#include "io/ensemble_file.hpp"
#include "io/label_file.hpp"
#include "parallel/work_list.hpp"
#include "report/json_text.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::Json;

namespace {

// The sums of FrameSums by name, but for the states.
constexpr std::pair<const char*, double FrameSums::*> sum_names[] = {
    {"frames", &FrameSums::frames},         {"cells", &FrameSums::cells},
    {"alpha", &FrameSums::alpha},           {"log_k", &FrameSums::log_k},
    {"entropy", &FrameSums::entropy},       {"rest_alpha", &FrameSums::rest_alpha},
    {"rest_log_k", &FrameSums::rest_log_k}, {"rest_entropy", &FrameSums::rest_entropy}};
constexpr std::pair<const char*, bool Told::*> told_names[] = {{"alpha", &Told::alpha},
                                                               {"k", &Told::k},
                                                               {"state", &Told::state},
                                                               {"chances", &Told::chances},
                                                               {"rest", &Told::rest}};

struct FovPlace {
  int experiment;
  fs::path folder;
  std::size_t number;
};

std::vector<FovPlace> places_in(const fs::path& data) {
  std::vector<FovPlace> places;
  for (const io::ExperimentFolder& experiment : io::list_reference_experiments(data / "ref" / "track_2"))
    for (std::size_t fov = 0; fov < experiment.fovs; ++fov)
      places.push_back({experiment.number, experiment.folder, fov});
  return places;
}

void pack(ByteWriter& writer, const std::vector<FovPlace>& places) {
  writer.put(places.size());
  for (const FovPlace& place : places) {
    writer.put(place.experiment);
    writer.put(place.folder.string());
    writer.put(place.number);
  }
}

void unpack(ByteReader& reader, std::vector<FovPlace>& places) {
  places.resize(reader.take<std::size_t>());
  for (FovPlace& place : places) {
    place.experiment = reader.take<int>();
    place.folder = reader.take_string();
    place.number = reader.take<std::size_t>();
  }
}

FrameFov read_fov(const FovPlace& place, const fs::path& data) {
  const fs::path csv =
      io::trajectories(data / "public" / "track_2" / fmt::format("exp_{}", place.experiment), place.number);
  const fs::path labels = io::truth_labels(place.folder, place.number);
  FrameFov fov{place.experiment, place.number, io::read_trajectories(csv), {}};
  const LabelTable table = io::read_labels(labels).table;
  for (std::size_t row = 0; row < table.size(); ++row) fov.truth.push_back(FrameLabels::of(table, row, labels));
  bool agree = fov.truth.size() == fov.trajectories.size();
  for (std::size_t i = 0; agree && i < fov.truth.size(); ++i)
    agree = fov.truth[i].size() == fov.trajectories[i].x.size();
  if (!agree) throw InputError(labels, fmt::format("other trajectories than in {}", csv.string()));
  for (const FrameLabels& truth : fov.truth)
    if (truth.size() > TileNetwork::frames)
      throw InputError(labels,
                       fmt::format("a trajectory of {} frames (expected {} at most, as the networks of Table 1 see)",
                                   truth.size(), TileNetwork::frames));
  return fov;
}

Json sums_json(const FrameSums& sums) {
  Json json;
  for (const auto& [name, member] : sum_names) json[name] = sums.*member;
  json["states"] = sums.states;
  return json;
}

FrameSums sums_of(const Json& json) {
  FrameSums sums;
  for (const auto& [name, member] : sum_names) sums.*member = report::number_of(json.at(name));
  sums.states = report::state_counts_of(json.at("states"));
  return sums;
}

void write_study(const fs::path& file, const FrameStudy& study, const std::string& made_from,
                 const std::vector<std::string>& problems) {
  Json told, parameters = Json::object(), fovs = Json::array();
  for (const auto& [name, member] : told_names) told[name] = study.told.*member;
  for (const auto& [name, count] : study.parameters) parameters[name] = count;
  for (const FrameStudy::Fov& fov : study.fovs)
    fovs.push_back({{"experiment", fov.experiment}, {"model", fov.model}, {"sums", sums_json(fov.sums)}});
  const Json json{{"schema", 1},
                  {"complete", true},
                  {"problems", problems},
                  {"made_from", made_from},
                  {"name", study.name},
                  {"told", told},
                  {"parameters", parameters},
                  {"fovs", fovs},
                  {"alpha", study.alpha.counts()},
                  {"k", study.k.counts()}};
  io::write_file_atomically(file, json.dump() + "\n");
}

}  // namespace

ItemOutcome study_frames(const fs::path& data, const FrameJudge& judge, const std::string& made_from,
                         const fs::path& file, const parallel::Communicator& world, Progress& progress) {
  const auto places = made_on_root<std::vector<FovPlace>>(world, [&] { return places_in(data); });
  std::vector<double> costs(places.size());
  for (std::size_t i = 0; world.is_root() && i < places.size(); ++i)
    costs[i] = static_cast<double>(fs::file_size(io::truth_labels(places[i].folder, places[i].number)));
  FrameStudy study{judge.name, judge.told, judge.parameters, {}};
  std::vector<std::optional<FrameTally>> mine(places.size());
  ItemOutcome outcome =
      do_items(world, progress, costs,
               {fmt::format("frames of {}", judge.name), "fields of view", {}, [&](std::size_t item) -> std::uint64_t {
                  mine[item] = judge.tally(read_fov(places[item], data));
                  return 0;
                }});
  if (outcome.stopped) return outcome;
  parallel::for_each_in_order(
      world, outcome.owner,
      [&](std::size_t item) {
        ByteWriter writer;
        pack(writer, *mine[item]);
        return writer.take();
      },
      [&](std::size_t item, std::span<const std::byte> bytes) {
        ByteReader reader(bytes);
        const FrameTally tally = unpack_tally(reader);
        study.alpha.add(tally.alpha.counts());
        study.k.add(tally.k.counts());
        study.fovs.push_back(
            {places[item].experiment, io::read_ensemble(io::ensemble_labels(places[item].folder)).model, tally.sums});
      });
  if (world.is_root()) write_study(file, study, made_from, outcome.failures);
  world.barrier();
  return outcome;
}

FrameStudy read_frame_study(const fs::path& file) {
  return use_json(file, [](const Json& json) {
    FrameStudy study;
    json.at("name").get_to(study.name);
    for (const auto& [name, member] : told_names) study.told.*member = json.at("told").at(name).get<bool>();
    for (const auto& item : json.at("parameters").items())
      study.parameters.emplace_back(item.key(), report::size_of(item.value()));
    for (const Json& fov : json.at("fovs"))
      study.fovs.push_back(
          {report::index_of(fov.at("experiment")), fov.at("model").get<std::string>(), sums_of(fov.at("sums"))});
    study.alpha.add(report::counts_of(json.at("alpha"), study.alpha.counts().size()));
    study.k.add(report::counts_of(json.at("k"), study.k.counts().size()));
    return study;
  });
}

}  // namespace an::app
