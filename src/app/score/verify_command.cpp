// SPDX-License-Identifier: MIT
#include "app/score/verify_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <set>

#include "app/items/root_answer.hpp"
#include "app/predict/prediction_plan.hpp"
#include "app/score/submission_check.hpp"
#include "core/byte_archive.hpp"
#include "core/error.hpp"
#include "io/benchmark_tree.hpp"
#include "parallel/work_list.hpp"

namespace an::app {

namespace fs = std::filesystem;

namespace {

// One file to be checked.
struct Check {
  fs::path file;
  bool ensemble = false;
  KnownFov known;
};

void pack(ByteWriter& writer, const std::vector<Check>& checks) {
  const auto text = [](const std::optional<fs::path>& path) { return path ? path->string() : std::string(); };
  writer.put(checks.size());
  for (const Check& check : checks) {
    writer.put(check.file.string());
    writer.put(check.ensemble);
    writer.put(text(check.known.trajectories));
    writer.put(check.known.vips_only);
    writer.put(text(check.known.vips));
  }
}

void unpack(ByteReader& reader, std::vector<Check>& checks) {
  const auto path = [&]() -> std::optional<fs::path> {
    const std::string text = reader.take_string();
    return text.empty() ? std::nullopt : std::optional(fs::path(text));
  };
  checks.resize(reader.take<std::size_t>());
  for (Check& check : checks) {
    check.file = reader.take_string();
    check.ensemble = reader.take<bool>();
    check.known.trajectories = path();
    check.known.vips_only = reader.take<bool>();
    check.known.vips = path();
  }
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

// The fields of view of which a folder holds trajectories or a video.
std::set<std::size_t> fovs_of_data(const fs::path& folder) {
  std::set<std::size_t> fovs;
  for (const std::string& name : names_in(folder)) {
    auto fov = io::numbered(name, "trajs_fov_", ".csv");
    if (!fov) fov = io::numbered(name, "videos_fov_", ".tiff");
    if (!fov) fov = io::numbered(name, "videos_fov_", ".tif");
    if (fov) fovs.insert(*fov);
  }
  return fovs;
}

// The first of some files that exists.
std::optional<fs::path> existing(std::initializer_list<fs::path> files) {
  const auto found = std::find_if(files.begin(), files.end(), io::is_there);
  return found == files.end() ? std::nullopt : std::optional(*found);
}

// Lists what there is to check in a submission (or in a reference, whose label files are named otherwise), and what is
// missing or not in the public data.
class CheckList {
 public:
  CheckList(const fs::path& submission, const std::optional<fs::path>& public_data)
      : submission_(submission), public_(public_data) {
    bool any = false;
    for (const int track : {1, 2}) {
      const std::string name = fmt::format("track_{}", track);
      if (!io::is_there(submission_ / name)) {
        if (public_ && fs::is_directory(*public_ / name))
          notes.push_back(
              fmt::format("{}: no such folder: track {} would not be scored", (submission_ / name).string(), track));
        continue;
      }
      any = true;
      if (!fs::is_directory(submission_ / name)) {
        problems.push_back(
            {submission_ / name, 0, 0, "is no folder (the official scorer gives up both tasks of this track)"});
        continue;
      }
      if (public_ && !fs::is_directory(*public_ / name))
        throw InputError(*public_ / name,
                         fmt::format("no such folder, but {} is submitted (name public data that has it)",
                                     (submission_ / name).string()));
      for (const std::string& experiment : experiments(name)) add_experiment(name, experiment, track == 1);
    }
    if (!any)
      throw InputError(submission_,
                       "holds neither track_1/ nor track_2/ (expected a submission: track_T/exp_E/fov_F.txt and "
                       "ensemble_labels.txt)");
  }

  std::vector<Check> checks;
  std::vector<InputProblem> problems;
  std::vector<std::string> notes;  ///< on what need not be wrong

 private:
  std::vector<std::string> experiments(const std::string& track) {
    std::set<std::string> all;
    for (const fs::path& root : {submission_, public_.value_or(submission_)})
      for (const std::string& name : names_in(root / track))
        if (io::numbered(name, "exp_", "")) all.insert(name);
    std::error_code ignored;
    for (const std::string& name : names_in(submission_ / track))
      if (const fs::path folder = submission_ / track / name;
          !all.contains(name) && !name.starts_with('.') && !name.starts_with('_') && fs::is_directory(folder, ignored))
        problems.push_back({folder, 0, 0, "is not looked into (expected experiments named exp_0, exp_1, …)"});
    if (all.empty()) problems.push_back({submission_ / track, 0, 0, "no experiments (expected exp_0, exp_1, …)"});
    return {all.begin(), all.end()};
  }

  void add_experiment(const std::string& track, const std::string& experiment, bool vips_only) {
    const fs::path folder = submission_ / track / experiment;
    std::set<std::size_t> submitted, truth;
    for (const std::string& name : names_in(folder)) {
      if (const auto fov = io::numbered(name, "fov_", ".txt")) submitted.insert(*fov);
      if (const auto fov = io::numbered(name, "traj_labs_fov_", ".txt")) truth.insert(*fov);
    }
    const bool is_reference = submitted.empty() && !truth.empty();
    for (const std::string& name : names_in(folder))
      if (is_reference && name.starts_with("traj_labs_") && !io::numbered(name, "traj_labs_fov_", ".txt"))
        problems.push_back(
            {folder / name, 0, 0, "is counted by the official scorer as one more field of view (move it away)"});
    const std::set<std::size_t>& listed = is_reference ? truth : submitted;
    const fs::path data = public_ ? *public_ / track / experiment : folder;
    const std::set<std::size_t> given = fovs_of_data(data);
    if (public_ && given.empty())
      problems.push_back({folder, 0, 0,
                          fmt::format("{} holds no data of this experiment (the official scorer ignores "
                                      "experiments that the reference does not have)",
                                      data.string())});
    // Fields of view are numbered from 0, so what is below the last one should be there.
    const std::set<std::size_t>& known = public_ ? given : listed;
    const auto slips = known.lower_bound(known.size() + io::most_missing_fovs);
    const std::size_t last = slips == known.begin() ? 0 : *std::prev(slips);
    for (auto slip = slips; slip != known.end(); ++slip)
      problems.push_back(
          {public_ ? data : folder, 0, 0,
           fmt::format("a field of view is numbered {}, far beyond the others (expected 0, 1, …)", *slip)});
    std::set<std::size_t> fovs = listed;
    fovs.insert(given.begin(), given.end());
    if (fovs.empty()) fovs.insert(0);  // there is no experiment without any
    for (std::size_t fov = 0; fov < last; ++fov) fovs.insert(fov);
    for (const std::size_t fov : fovs) {
      const fs::path file = is_reference ? io::truth_labels(folder, fov) : io::submission_labels(folder, fov);
      if (!io::is_there(file)) {
        problems.push_back(
            {file, 0, 0, "no such file (the official scorer gives up the whole single-trajectory task of this track)"});
        continue;
      }
      if (public_ && !given.empty() && !given.contains(fov))
        problems.push_back(
            {file, 0, 0,
             fmt::format("{} holds no field of view {} (the official scorer ignores the file)", data.string(), fov)});
      checks.push_back({file, false, known_fov(data, fov, vips_only && !is_reference)});
    }
    const fs::path ensemble = io::ensemble_labels(folder);
    if (io::is_there(ensemble))
      checks.push_back({ensemble, true, {}});
    else
      problems.push_back(
          {ensemble, 0, 0, "no such file (the official scorer gives up the whole ensemble task of this track)"});
  }

  static KnownFov known_fov(const fs::path& data, std::size_t fov, bool vips_only) {
    const fs::path video = io::video(data, fov);
    return {existing({io::trajectories(data, fov)}), vips_only,
            existing({io::vip(data, fov), video, fs::path(video).replace_extension(".tif")})};
  }

  fs::path submission_;
  std::optional<fs::path> public_;
};

std::vector<std::byte> packed(const std::vector<InputProblem>& problems) {
  ByteWriter writer;
  for (const InputProblem& problem : problems) writer.put(problem.text());
  return writer.take();
}

}  // namespace

ExitCode run_verify(const VerifyOptions& options, const Config& config, const parallel::Communicator& world,
                    Progress& progress) {
  std::vector<InputProblem> listed;  // on root
  const auto checks = made_on_root<std::vector<Check>>(world, [&] {
    if (!fs::is_directory(options.submission)) throw InputError(options.submission, "no such folder (the submission)");
    if (options.public_data && !fs::is_directory(*options.public_data))
      throw InputError(*options.public_data, "no such folder (the public data)");
    if (options.public_data) find_public_data(*options.public_data);  // throws where there is none
    CheckList list(options.submission, options.public_data);
    for (const std::string& note : list.notes)
      if (config.run.verbosity >= 0) fmt::print(stderr, "anomalousnet: note: {}\n", note);
    listed = std::move(list.problems);
    return std::move(list.checks);
  });
  if (options.dry_run) {
    for (const Check& check : checks)
      if (world.is_root()) fmt::print("{}\n", check.file.string());
    return ExitCode::done;
  }
  std::vector<double> costs(checks.size());
  for (std::size_t i = 0; world.is_root() && i < checks.size(); ++i) {
    std::error_code ignored;
    const std::optional<fs::path>& csv = checks[i].known.trajectories;
    costs[i] = static_cast<double>(fs::file_size(checks[i].file, ignored) + (csv ? fs::file_size(*csv, ignored) : 0));
  }
  std::vector<std::vector<std::byte>> found(checks.size());
  progress.start("verifying", "files", checks.size());
  std::optional<evaluation::OfficialEnsembleScorer> scorer;  // its grids are made where there is an ensemble
  const auto work = [&](std::size_t item) {
    const Check& check = checks[item];
    if (check.ensemble && !scorer) scorer.emplace();
    found[item] =
        packed(check.ensemble ? check_ensemble_file(check.file, *scorer) : check_label_file(check.file, check.known));
  };
  const auto owner = parallel::for_each_item(world, costs, work,
                                             [&](std::size_t taken, double share) { progress.update(taken, share); });
  progress.update(checks.size());
  progress.finish();
  std::int64_t problems = static_cast<std::int64_t>(listed.size());
  if (world.is_root())
    for (const InputProblem& problem : listed) fmt::print("{}\n", problem.text());
  parallel::for_each_in_order(
      world, owner, [&](std::size_t item) { return found[item]; },
      [&](std::size_t, std::span<const std::byte> bytes) {
        for (ByteReader reader(bytes); !reader.at_end(); ++problems) fmt::print("{}\n", reader.take_string());
      });
  world.max_of_all(std::span(&problems, 1));
  if (world.is_root())
    fmt::print("{} files checked, {} problem{}\n", checks.size(), problems, problems == 1 ? "" : "s");
  return problems == 0 ? ExitCode::done : ExitCode::difference;
}

}  // namespace an::app
