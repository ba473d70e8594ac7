// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "app/simulate/simulated_files.hpp"
#include "app/simulate/simulated_text.hpp"
#include "core/error.hpp"
#include "io/array_file.hpp"

namespace an::app {

namespace fs = std::filesystem;

namespace {

// The fields of view of a shard as arrays; all rows of one (its localisations, trajectory after trajectory) are one
// chunk.
class Shard {
 public:
  void add(const SimulatePlan& plan, std::size_t item) {
    const PlannedSimulation& experiment = plan.experiment_of(item);
    simulation::SimulatedFov made = simulate_item(plan, item);
    std::int64_t row = 0;
    for (std::size_t index = 0; index < made.fov.trajectories.size(); ++index) {
      const simulation::FovTrajectory& trajectory = made.fov.trajectories[index];
      const auto size = static_cast<std::int64_t>(trajectory.size());
      const auto fov = static_cast<std::int64_t>(fovs_.size());
      for (const std::int64_t value :
           {fov, static_cast<std::int64_t>(index), static_cast<std::int64_t>(trajectory.first_frame), size, row})
        trajectories_.push_back(value);
      row += size;
    }
    rows_ = std::max(rows_, static_cast<std::size_t>(row));
    const EnsembleLabels ensemble = ensemble_of(experiment.parameters, made.fov);
    states_ = std::max(states_, ensemble.states());
    fovs_.push_back(
        {experiment.number, plan.fov_of(item), experiment.parameters.model, row, ensemble, std::move(made.fov)});
  }

  std::uint64_t write(const fs::path& path, const SimulatePlan& plan) const {
    const auto count = static_cast<std::uint64_t>(fovs_.size());
    const io::ArrayStorage packed{{1, rows_}, static_cast<int>(plan.config.deflate)};
    io::ArrayFile file(path);
    file.set_attribute("trajectories", "columns: row of /fovs, traj_idx, first_frame, frames, first row of /x, /y, …");
    file.set_attribute("fovs",
                       "columns: experiment, fov, model (0 single_state, 1 multi_state, 2 dimerization, 3 "
                       "immobile_traps, 4 confinement), rows, vips");
    file.set_attribute("ensemble",
                       "rows: alpha mean, alpha variance, K mean, K variance, frames; a column a state, nan beyond");
    std::vector<std::int64_t> table;
    std::vector<double> origins;
    for (const Fov& fov : fovs_) {
      for (const std::int64_t value :
           {std::int64_t{fov.experiment}, std::int64_t{fov.number}, static_cast<std::int64_t>(fov.model), fov.rows,
            static_cast<std::int64_t>(fov.view.vips)})
        table.push_back(value);
      origins.insert(origins.end(), {fov.view.origin.x, fov.view.origin.y});
    }
    using Shape = std::vector<std::uint64_t>;
    file.add("fovs", table, Shape{count, 5});
    file.add("origins", origins, Shape{count, 2});
    file.add("ensemble", ensembles(), Shape{count, 5, states_});
    file.add("trajectories", trajectories_, Shape{trajectories_.size() / 5, 5});
    const Shape shape{count, rows_};
    using simulation::FovTrajectory;
    using simulation::Segment;
    file.add("x", positions(&FovTrajectory::x), shape, packed);
    file.add("y", positions(&FovTrajectory::y), shape, packed);
    file.add("alpha", labels<double>([](const Segment& s) { return s.alpha; }), shape, packed);
    file.add("k", labels<double>([](const Segment& s) { return s.k; }), shape, packed);
    file.add("state", labels<std::int8_t>([](const Segment& s) { return static_cast<std::int8_t>(s.state); }), shape,
             packed);
    file.commit();
    return fs::file_size(path);
  }

 private:
  struct Fov {
    std::uint32_t experiment, number;
    simulation::ModelKind model;
    std::int64_t rows;
    EnsembleLabels ensemble;
    simulation::FieldOfView view;
  };

  std::vector<double> positions(std::vector<double> simulation::FovTrajectory::*axis) const {
    std::vector<double> all(fovs_.size() * rows_);
    for (std::size_t i = 0; i < fovs_.size(); ++i) {
      auto out = all.begin() + static_cast<std::ptrdiff_t>(i * rows_);
      for (const auto& trajectory : fovs_[i].view.trajectories)
        out = std::copy((trajectory.*axis).begin(), (trajectory.*axis).end(), out);
    }
    return all;
  }

  template <class Value, class LabelOf>
  std::vector<Value> labels(LabelOf label_of) const {
    std::vector<Value> all(fovs_.size() * rows_);
    for (std::size_t i = 0; i < fovs_.size(); ++i) {
      auto out = all.begin() + static_cast<std::ptrdiff_t>(i * rows_);
      for (const auto& trajectory : fovs_[i].view.trajectories)
        for (std::size_t s = 0; s < trajectory.segments.size(); ++s) {
          const std::size_t end =
              s + 1 < trajectory.segments.size() ? trajectory.segments[s + 1].begin : trajectory.size();
          out = std::fill_n(out, end - trajectory.segments[s].begin, label_of(trajectory.segments[s]));
        }
    }
    return all;
  }

  std::vector<double> ensembles() const {
    std::vector<double> all;
    for (const Fov& fov : fovs_)
      for (const auto* row : {&fov.ensemble.alpha_mean, &fov.ensemble.alpha_variance, &fov.ensemble.k_mean,
                              &fov.ensemble.k_variance, &fov.ensemble.weight}) {
        all.insert(all.end(), row->begin(), row->end());
        all.insert(all.end(), states_ - row->size(), std::numeric_limits<double>::quiet_NaN());
      }
    return all;
  }

  std::vector<Fov> fovs_;
  std::vector<std::int64_t> trajectories_;
  std::size_t rows_ = 1;  // of the largest field of view
  std::size_t states_ = 1;
};

}  // namespace

fs::path shard_path(const fs::path& output, std::size_t shard) {
  return output / "shards" / fmt::format("shard_{:05}.h5", shard);
}

std::uint64_t write_shard(const SimulatePlan& plan, const fs::path& output, std::size_t shard) {
  const auto size = static_cast<std::size_t>(plan.config.shard_fovs);
  const std::size_t end = std::min((shard + 1) * size, plan.fovs());
  Shard made;
  try {
    for (std::size_t item = shard * size; item < end; ++item) made.add(plan, item);
  } catch (const Error& error) {
    throw Error(fmt::format("{}; the {} fields of view of its file are left out", error.what(), end - shard * size));
  }
  return made.write(shard_path(output, shard), plan);
}

}  // namespace an::app
