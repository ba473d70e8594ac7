// SPDX-License-Identifier: MIT
#include "app/track/track_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <system_error>
#include <utility>

#include "app/track/track_overlay.hpp"
#include "core/number_text.hpp"
#include "io/array_file.hpp"
#include "io/atomic_file.hpp"

namespace an::app {

namespace fs = std::filesystem;

namespace {

using Column = std::pair<const char*, double TrackedPoint::*>;

constexpr std::array<Column, 13> columns{{{"y", &TrackedPoint::y},
                                          {"x", &TrackedPoint::x},
                                          {"mass", &TrackedPoint::mass},
                                          {"size", &TrackedPoint::size},
                                          {"ecc", &TrackedPoint::ecc},
                                          {"signal", &TrackedPoint::signal},
                                          {"raw_mass", &TrackedPoint::raw_mass},
                                          {"ep", &TrackedPoint::ep},
                                          {"photons", &TrackedPoint::photons},
                                          {"sd_y", &TrackedPoint::sd_y},
                                          {"sd_x", &TrackedPoint::sd_x},
                                          {"sd_photons", &TrackedPoint::sd_photons},
                                          {"score", &TrackedPoint::score}}};
constexpr std::size_t columns_before_track = 8;  // those of trackpy

void append_cell(std::string& text, double value) {
  text += ',';
  if (!std::isnan(value)) append_shortest(text, value);
}

std::uint64_t write_text(const fs::path& path, const std::string& text) {
  io::write_file_atomically(path, text);
  return text.size();
}

std::uint64_t write_hdf5(const TrackedVideo& video, const fs::path& path) {
  const std::uint64_t count = video.points.size();
  const io::ArrayStorage packed{{std::max<std::uint64_t>(1, std::min<std::uint64_t>(count, 16384))}, 1};
  const std::array<std::uint64_t, 1> shape{count};
  io::ArrayFile file(path);
  file.set_attribute("unit", video.calibration.unit);
  file.set_attribute("pixel_size", std::array{video.calibration.pixel_size});
  file.set_attribute("frame_interval", std::array{video.calibration.frame_interval});
  file.set_attribute("shape", std::array{static_cast<double>(video.frames), static_cast<double>(video.rows),
                                         static_cast<double>(video.columns)});
  file.add_group("localisations");
  std::vector<std::int64_t> frames, tracks;
  for (const TrackedPoint& point : video.points) {
    frames.push_back(point.frame);
    tracks.push_back(static_cast<std::int64_t>(point.track));
  }
  file.add("localisations/frame", frames, shape, packed);
  file.add("localisations/track", tracks, shape, packed);
  for (const auto& [name, member] : columns) {
    std::vector<double> values;
    for (const TrackedPoint& point : video.points) values.push_back(point.*member);
    file.add(std::string("localisations/").append(name), values, shape, packed);
  }
  std::vector<std::int64_t> vips;
  std::vector<double> distances;
  for (const TrackedVip& vip : video.vips) {
    vips.push_back(vip.vip);
    vips.push_back(vip.track == tracking::no_track ? -1 : static_cast<std::int64_t>(vip.track));
    distances.push_back(vip.distance);
  }
  const std::uint64_t vip_count = video.vips.size();
  file.set_attribute("vips", "columns: vip, track (-1: not found)");
  file.add("vips", vips, std::array<std::uint64_t, 2>{vip_count, 2});
  file.add("vip_distance", distances, std::array<std::uint64_t, 1>{vip_count});
  file.commit();
  return fs::file_size(path);
}

// `localisations.csv`: all localisations in tracks by frame; x is the column, y the row; unknown values are empty.
std::string localisations_text(const TrackedVideo& video) {
  std::string text = "frame";
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (c == columns_before_track) text += ",track";
    text.append(",").append(columns[c].first);
  }
  text += '\n';
  for (const TrackedPoint& point : video.points) {
    fmt::format_to(std::back_inserter(text), "{}", point.frame);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (c == columns_before_track) fmt::format_to(std::back_inserter(text), ",{}", point.track);
      append_cell(text, point.*columns[c].second);
    }
    text += '\n';
  }
  return text;
}

// `trajectories.csv`: `traj_idx,frame,x,y` as in the challenge, where x is the row and y the column. Frames in which a
// particle was not found are left out.
std::string trajectories_text(const TrackedVideo& video) {
  std::string text = "traj_idx,frame,x,y\n";
  for (const auto& [track, points] : points_by_track(video))
    for (const TrackedPoint* point : points) {
      fmt::format_to(std::back_inserter(text), "{},{}", track, point->frame);
      append_cell(text, point->y);
      append_cell(text, point->x);
      text += '\n';
    }
  return text;
}

// `vip.csv`: `vip,traj_idx,distance`; empty cells where nothing was found.
std::string vips_text(const TrackedVideo& video) {
  std::string text = "vip,traj_idx,distance\n";
  for (const TrackedVip& vip : video.vips) {
    if (vip.track == tracking::no_track)
      fmt::format_to(std::back_inserter(text), "{},,\n", vip.vip);
    else
      fmt::format_to(std::back_inserter(text), "{},{},{}\n", vip.vip, vip.track, shortest_text(vip.distance));
  }
  return text;
}

// TrackMate's table of spots with its four header lines, in the video's own units.
std::string trackmate_text(const TrackedVideo& video) {
  const double scale = video.calibration.pixel_size;
  const std::string& unit = video.calibration.unit;
  const double interval = video.calibration.frame_interval > 0 ? video.calibration.frame_interval : 1;
  const char* const time = video.calibration.frame_interval > 0 ? "sec" : "frame";
  std::string text =
      "LABEL,ID,TRACK_ID,QUALITY,POSITION_X,POSITION_Y,POSITION_Z,POSITION_T,FRAME,RADIUS,VISIBILITY\n"
      "Label,Spot ID,Track ID,Quality,X,Y,Z,T,Frame,Radius,Visibility\n"
      "Label,Spot ID,Track ID,Quality,X,Y,Z,T,Frame,R,Visibility\n";
  text += fmt::format(",,,(quality),({0}),({0}),({0}),({1}),,({0}),\n", unit, time);
  for (const auto& [track, points] : points_by_track(video))
    for (const TrackedPoint* point : points) {
      const double quality = std::isnan(point->score) ? point->mass : point->score;
      fmt::format_to(std::back_inserter(text), "ID{0},{0},{1}", point - video.points.data(), track);
      for (const double value :
           {quality, point->x * scale, point->y * scale, 0.0, static_cast<double>(point->frame) * interval})
        append_cell(text, value);
      fmt::format_to(std::back_inserter(text), ",{},{},1\n", point->frame, shortest_text(1.5 * scale));
    }
  return text;
}

}  // namespace

std::vector<fs::path> tracks_files(const TrackingConfig& config, const fs::path& folder) {
  std::vector<fs::path> files;
  if (config.format == TrackFormat::hdf5)
    files = {folder / "tracks.h5"};
  else
    files = {folder / "localisations.csv", folder / "trajectories.csv", folder / "vip.csv"};
  if (config.overlay) files.push_back(folder / "overlay.svg");
  if (config.trackmate) files.push_back(folder / "trackmate.csv");
  return files;
}

std::uint64_t write_tracks(const TrackedVideo& video, const TrackingConfig& config, const fs::path& folder) {
  io::make_folder(folder);
  std::uint64_t bytes = 0;
  if (config.overlay) bytes += write_text(folder / "overlay.svg", overlay_svg(video));
  if (config.trackmate) bytes += write_text(folder / "trackmate.csv", trackmate_text(video));
  if (config.format == TrackFormat::hdf5) return bytes + write_hdf5(video, folder / "tracks.h5");
  bytes += write_text(folder / "trajectories.csv", trajectories_text(video));
  bytes += write_text(folder / "vip.csv", vips_text(video));
  return bytes + write_text(folder / "localisations.csv", localisations_text(video));
}

}  // namespace an::app
