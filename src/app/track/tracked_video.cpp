// SPDX-License-Identifier: MIT
#include "app/track/tracked_video.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>

#include "core/error.hpp"
#include "core/sparse_assignment.hpp"
#include "tracking/distance_linker.hpp"
#include "tracking/vip_matching.hpp"

namespace an::app {

namespace {

using tracking::Place;

constexpr std::size_t calibration_frames = 10;

// Whether all pixels are equal.
bool is_blank(const Frame& frame) {
  const auto [low, high] = std::minmax_element(frame.pixels.begin(), frame.pixels.end());
  return *low == *high;
}

// The frames of a video; the map of VIPs is taken off.
class Frames {
 public:
  Frames(const std::filesystem::path& path, const TrackingConfig& config)
      : path_(path), all_pages_are_frames_(config.all_pages_are_frames), reader_(path, all_pages_are_frames_) {
    std::optional<Frame> first = reader_.next();
    if (!first) throw InputError(path, "no pages (expected frames)");
    auto map = config.vip_map == VipMap::no ? std::nullopt : tracking::read_vip_map(*first);
    if (config.vip_map == VipMap::yes && !map)
      throw InputError(path, "page 0: not the map of VIPs (expected bytes, most of them 255, and 2 x 2 blocks)");
    first_ = map ? 1 : 0;
    if (map)
      vips_ = std::move(*map);
    else
      waiting_.push_back(std::move(*first));
    if (std::optional<Frame> second = reader_.next()) {
      waiting_.push_back(std::move(*second));
    } else {
      throw InputError(path,
                       fmt::format("page 0 is the only one (expected {}frames)", map ? "more: " : "at least two "));
    }
  }

  const std::vector<tracking::VipLabel>& vips() const { return vips_; }
  std::size_t first() const { return first_; }  // page that is a frame
  const io::Calibration& calibration() const { return reader_.calibration(); }

  std::optional<Frame> next() {
    if (waiting_.empty()) return reader_.next();
    Frame frame = std::move(waiting_.front());
    waiting_.pop_front();
    return frame;
  }

  // Some frames from all over the video: of each part the first that is not blank.
  std::vector<Frame> sample(std::size_t most) const {
    io::VideoReader reader(path_, all_pages_are_frames_);
    const std::size_t pages = std::max(reader.count(), first_ + 1) - first_;
    const std::size_t parts = std::min(most, pages);
    std::vector<Frame> frames;
    for (std::size_t i = 0; i < parts; ++i) {
      reader.seek(first_ + i * pages / parts);
      std::optional<Frame> frame = reader.next();
      while (frame && is_blank(*frame) && reader.next_page() < first_ + (i + 1) * pages / parts) frame = reader.next();
      if (frame && !is_blank(*frame)) frames.push_back(std::move(*frame));
    }
    return frames;
  }

 private:
  std::filesystem::path path_;
  bool all_pages_are_frames_;
  io::VideoReader reader_;
  std::size_t first_ = 0;
  std::vector<tracking::VipLabel> vips_;
  std::deque<Frame> waiting_;
};

// \returns whether there is anything to localise
bool note_frame(TrackedVideo& video, const Frame& frame, bool keep_brightest) {
  const bool blank = is_blank(frame);
  if (blank) ++video.blank;
  video.rows = frame.rows;
  video.columns = frame.columns;
  ++video.frames;
  if (keep_brightest && video.brightest.pixels.empty())
    video.brightest = frame;
  else if (keep_brightest)
    std::transform(frame.pixels.begin(), frame.pixels.end(), video.brightest.pixels.begin(),
                   video.brightest.pixels.begin(), [](float a, float b) { return std::max(a, b); });
  return !blank;
}

void track_crocker_grier(Frames& frames, const TrackingConfig& config, TrackedVideo& video) {
  tracking::CrockerGrier locator(config.crocker_grier);
  tracking::DistanceLinkerParameters linking{
      config.search_range, static_cast<std::size_t>(config.memory), config.adaptive_step, {}};
  if (config.adaptive_stop > 0) linking.adaptive_stop = config.adaptive_stop;
  tracking::DistanceLinker linker(linking);
  std::vector<Place> places;
  while (const std::optional<Frame> frame = frames.next()) {
    const auto number = static_cast<std::int64_t>(video.frames);
    std::vector<tracking::Feature> features;
    if (note_frame(video, *frame, config.overlay)) features = locator.locate(*frame);
    places.clear();
    for (const tracking::Feature& feature : features) places.push_back({feature.y, feature.x});
    const std::vector<std::size_t> tracks = linker.link(places);
    for (std::size_t i = 0; i < features.size(); ++i) {
      const tracking::Feature& f = features[i];
      TrackedPoint point{number, f.y, f.x, f.mass, f.size, f.ecc, f.signal, f.raw_mass, f.ep};
      point.track = tracks[i];
      video.tracks = std::max(video.tracks, tracks[i] + 1);
      video.points.push_back(point);
    }
  }
}

void track_by_likelihood(Frames& frames, const TrackingConfig& config, TrackedVideo& video) {
  tracking::SpotDetector detector(config.spots);
  detector.calibrate(frames.sample(calibration_frames));
  std::vector<std::vector<tracking::Localisation>> found;
  while (const std::optional<Frame> frame = frames.next()) {
    found.emplace_back();
    if (note_frame(video, *frame, config.overlay)) found.back() = detector.locate(*frame);
  }
  tracking::TrackLinkerParameters linking;
  linking.prior = {static_cast<double>(video.rows), static_cast<double>(video.columns), config.longest_step,
                   config.spots.brightness_prior ? detector.brightness() : 0, detector.brightness_sd()};
  linking.memory = static_cast<std::size_t>(config.memory);
  linking.shortest_track = static_cast<std::size_t>(config.shortest_track);
  const double light = detector.light_per_photon();
  const double peak = detector.peak_per_photon();
  const std::vector<std::vector<std::size_t>> tracks = tracking::link_tracks(found, linking);
  for (std::size_t f = 0; f < found.size(); ++f)
    for (std::size_t i = 0; i < found[f].size(); ++i) {
      if (tracks[f][i] == tracking::no_track) continue;
      const tracking::Localisation& l = found[f][i];
      TrackedPoint point{static_cast<std::int64_t>(f), l.y, l.x};
      point.mass = l.photons * light;
      point.signal = l.photons * peak;
      point.ep = std::sqrt((l.sd_y * l.sd_y + l.sd_x * l.sd_x) / 2);
      point.photons = l.photons;
      point.sd_y = l.sd_y;
      point.sd_x = l.sd_x;
      point.sd_photons = l.sd_photons;
      point.score = l.score;
      point.track = tracks[f][i];
      video.tracks = std::max(video.tracks, point.track + 1);
      video.points.push_back(point);
    }
}

void match_vips(const std::vector<tracking::VipLabel>& labels, TrackedVideo& video) {
  std::vector<Place> places, candidates;
  std::vector<std::size_t> tracks;
  for (const tracking::VipLabel& label : labels) places.push_back(label.place);
  for (const TrackedPoint& point : video.points) {
    if (point.frame != 0) continue;
    candidates.push_back({point.y, point.x});
    tracks.push_back(point.track);
  }
  const std::vector<std::size_t> chosen = tracking::nearest_assignment(places, candidates);
  for (std::size_t v = 0; v < labels.size(); ++v) {
    TrackedVip vip{labels[v].vip};
    if (chosen[v] != SparseAssignment::none) {
      vip.track = tracks[chosen[v]];
      vip.distance = tracking::length_of(places[v].y - candidates[chosen[v]].y, places[v].x - candidates[chosen[v]].x);
    }
    video.vips.push_back(vip);
  }
}

}  // namespace

TrackedVideo track_video(const std::filesystem::path& path, const TrackingConfig& config) {
  Frames frames(path, config);
  TrackedVideo video;
  video.calibration = frames.calibration();
  if (config.method == TrackingMethod::crocker_grier)
    track_crocker_grier(frames, config, video);
  else
    track_by_likelihood(frames, config, video);
  if (video.blank == video.frames)
    throw InputError(
        path,
        fmt::format("page {} and all after it: each has pixels of one value only (expected pictures)", frames.first()));
  match_vips(frames.vips(), video);
  video.has_vip_map = frames.first() > 0;
  return video;
}

std::map<std::size_t, std::vector<const TrackedPoint*>> points_by_track(const TrackedVideo& video) {
  std::map<std::size_t, std::vector<const TrackedPoint*>> tracks;
  for (const TrackedPoint& point : video.points) tracks[point.track].push_back(&point);
  return tracks;
}

}  // namespace an::app
