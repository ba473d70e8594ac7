// SPDX-License-Identifier: MIT
#include "app/track/tracked_trajectories.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "app/items/json_file.hpp"
#include "core/median.hpp"
#include "io/atomic_file.hpp"
#include "io/trajectory_csv.hpp"
#include "report/json_text.hpp"

namespace an::app {

namespace fs = std::filesystem;
using report::Json;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t first_other = 1000000;  // index of the first trajectory that is not a VIP's

// Positions from the first to the last localisation; NaN between.
io::CsvTrajectory trajectory_of(const std::vector<const TrackedPoint*>& points, std::int64_t index,
                                std::int64_t first_frame) {
  io::CsvTrajectory out{index, first_frame, {}, {}};
  for (const TrackedPoint* point : points) {
    const auto place = static_cast<std::size_t>(point->frame - first_frame);
    out.x.resize(place + 1, missing);
    out.y.resize(place + 1, missing);
    out.x[place] = point->y;  // the challenge's x is the row
    out.y[place] = point->x;
  }
  return out;
}

double error_of(const TrackedPoint& point) {
  return std::sqrt(0.5 * (point.sd_y * point.sd_y + point.sd_x * point.sd_x));
}

// Median error of the localisations in a frame with another one nearer than a spot is wide; 0 where there is none.
double overlapping_error(const std::vector<TrackedPoint>& points) {
  constexpr double spot_width = 2;  // px
  std::vector<const TrackedPoint*> sorted;
  for (const TrackedPoint& point : points)
    if (std::isfinite(error_of(point))) sorted.push_back(&point);
  std::sort(sorted.begin(), sorted.end(), [](const TrackedPoint* a, const TrackedPoint* b) {
    return a->frame != b->frame ? a->frame < b->frame : a->y < b->y;
  });
  std::vector<bool> overlaps(sorted.size());
  for (std::size_t i = 0; i < sorted.size(); ++i)
    for (std::size_t j = i + 1;
         j < sorted.size() && sorted[j]->frame == sorted[i]->frame && sorted[j]->y - sorted[i]->y < spot_width; ++j)
      if (std::hypot(sorted[j]->y - sorted[i]->y, sorted[j]->x - sorted[i]->x) < spot_width)
        overlaps[i] = overlaps[j] = true;
  std::vector<double> errors;
  for (std::size_t i = 0; i < sorted.size(); ++i)
    if (overlaps[i]) errors.push_back(error_of(*sorted[i]));
  return errors.empty() ? 0 : median_of(errors);
}

}  // namespace

fs::path positions_file(fs::path record) { return record.replace_extension(".csv"); }

std::uint64_t write_tracked_fov(const fs::path& path, const TrackedVideo& video) {
  std::map<std::size_t, std::vector<const TrackedPoint*>> tracks = points_by_track(video);
  std::vector<double> errors;
  for (const TrackedPoint& point : video.points)
    if (std::isfinite(error_of(point))) errors.push_back(error_of(point));
  std::vector<io::CsvTrajectory> trajectories;
  for (const TrackedVip& vip : video.vips) {
    if (vip.track == tracking::no_track) {  // nothing is known of it but that it is there
      trajectories.push_back({vip.vip, 0, {}, {}});
      trajectories.back().x.assign(video.frames, missing);
      trajectories.back().y.assign(video.frames, missing);
    } else {
      trajectories.push_back(trajectory_of(tracks[vip.track], vip.vip, 0));
    }
  }
  for (const TrackedVip& vip : video.vips) tracks.erase(vip.track);
  for (const auto& [track, points] : tracks)
    trajectories.push_back(
        trajectory_of(points, first_other + static_cast<std::int64_t>(track), points.front()->frame));
  const std::string text = io::format_trajectories(trajectories);
  io::write_file_atomically(positions_file(path), text);
  io::write_file_atomically(path, report::json_text(Json{{"noise", errors.empty() ? 0 : median_of(errors)},
                                                         {"overlapping_noise", overlapping_error(video.points)},
                                                         {"vip_map", video.has_vip_map},
                                                         {"vips", video.vips.size()}}));
  return text.size();
}

TrackedFov read_tracked_fov(const fs::path& path) {
  TrackedFov out;
  std::size_t vips = 0;
  use_json(path, [&](const Json& record) {
    record.at("noise").get_to(out.noise);
    record.at("overlapping_noise").get_to(out.overlapping_noise);
    vips = report::size_of(record.at("vips"));
    if (record.at("vip_map").get<bool>()) out.vips.emplace();
  });
  for (io::CsvTrajectory& t : io::read_trajectories(positions_file(path), io::FrameRule::ascending)) {
    if (out.vips && out.fov.trajectories.size() < vips) out.vips->push_back(out.fov.trajectories.size());
    out.fov.trajectories.push_back({t.index, t.first_frame, std::move(t.x), std::move(t.y)});
  }
  return out;
}

}  // namespace an::app
