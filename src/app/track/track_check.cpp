// SPDX-License-Identifier: MIT
#include "app/track/track_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "core/error.hpp"
#include "io/text_file.hpp"
#include "io/trajectory_csv.hpp"
#include "report/text_table.hpp"

namespace an::app {

namespace fs = std::filesystem;
using tracking::TrackingQuality;
using tracking::TrackPoint;

namespace {

// Trajectories of a CSV whose columns are x, y as in the challenge, or row, col. Frames may be missing.
std::vector<TrackPoint> read_truth(const fs::path& path) {
  std::string text = io::read_text_file(path);
  const std::size_t end = std::min(text.find('\n'), text.size());
  const bool has_return = end > 0 && text[end - 1] == '\r';
  std::string header = ",";
  header.append(text, 0, end - (has_return ? 1 : 0)).append(1, ',');
  for (const auto& [name, standard] : {std::pair{",row,", ",x,"}, std::pair{",col,", ",y,"}})
    if (const std::size_t at = header.find(name); at != std::string::npos && header.find(standard) == std::string::npos)
      header.replace(at, 5, standard);
  text.replace(0, end, header.substr(1, header.size() - 2));
  const io::TrajectoryFile file = io::parse_trajectories(text, io::FrameRule::ascending);
  if (!file.problems.empty()) throw InputError(io::problems_of_file(path, file.problems));
  std::vector<TrackPoint> points;
  for (const io::CsvTrajectory& trajectory : file.trajectories)
    for (std::size_t i = 0; i < trajectory.x.size(); ++i)
      if (!std::isnan(trajectory.x[i]) && !std::isnan(trajectory.y[i]))
        points.push_back({trajectory.first_frame + static_cast<std::int64_t>(i), trajectory.x[i], trajectory.y[i],
                          trajectory.index});
  return points;
}

struct Measure {
  const char* name;
  double (*value)(const TrackingQuality&);
};

constexpr std::array<Measure, 7> measures{{
    {"recall", [](const TrackingQuality& q) { return q.recall(); }},
    {"precision", [](const TrackingQuality& q) { return q.precision(); }},
    {"rmse", [](const TrackingQuality& q) { return q.rmse(); }},
    {"link_jsc", [](const TrackingQuality& q) { return q.link_jsc(); }},
    {"whole", [](const TrackingQuality& q) { return q.whole_share(); }},
    {"vip_coverage", [](const TrackingQuality& q) { return q.vip_share(); }},
    {"swaps_per_1000",
     [](const TrackingQuality& q) {
       return 1000 * static_cast<double>(q.swaps) / static_cast<double>(std::max<std::size_t>(q.truth_links, 1));
     }},
}};

// Plain mean over the videos that have the measure.
double mean_of(std::span<const TrackingQuality> qualities, const Measure& measure) {
  double sum = 0;
  std::size_t count = 0;
  for (const TrackingQuality& quality : qualities) {
    const double value = measure.value(quality);
    if (std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  return count == 0 ? std::nan("") : sum / static_cast<double>(count);
}

std::string histogram_text(const std::string& title, const std::vector<std::size_t>& counts, std::size_t first,
                           const std::string& unit) {
  constexpr std::size_t widest = 50;
  const std::size_t most = counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
  std::string text = fmt::format("\n{}\n", title);
  for (std::size_t bin = 0; bin < counts.size(); ++bin)
    if (counts[bin] > 0)
      fmt::format_to(std::back_inserter(text), "{:>5} {} {:>9}  {}\n", bin + first, unit, counts[bin],
                     std::string((widest * counts[bin] + most - 1) / most, '#'));
  return text;
}

}  // namespace

TrackingQuality check_tracks(const TrackedVideo& video, const fs::path& path) {
  std::vector<TrackPoint> truth = read_truth(path);
  std::vector<TrackPoint> found;
  for (const TrackedPoint& point : video.points)
    found.push_back({point.frame, point.y, point.x, static_cast<std::int64_t>(point.track)});
  std::vector<std::int64_t> vips;
  for (const TrackedVip& vip : video.vips) vips.push_back(vip.vip);
  const auto outside = [](const TrackPoint& point, double size, double place) {
    return place < -1 || place > size || point.frame < 0;
  };
  const bool elsewhere = std::any_of(truth.begin(), truth.end(), [&](const TrackPoint& point) {
    return outside(point, static_cast<double>(video.rows), point.y) ||
           outside(point, static_cast<double>(video.columns), point.x);
  });
  const TrackingQuality unmoved = tracking::tracking_quality(truth, found, vips);
  const tracking::Place origin = tracking::frame_origin(truth, found);
  for (TrackPoint& point : truth) {
    point.y -= origin.y;
    point.x -= origin.x;
  }
  const TrackingQuality moved = tracking::tracking_quality(truth, found, vips);
  // Box coordinates of few particles can all lie inside the frame: then only the tracks tell, and clearly.
  return elsewhere || moved.found > 2 * unmoved.found ? moved : unmoved;
}

std::string quality_text(std::span<const std::string> names, std::span<const TrackingQuality> qualities, bool ansi) {
  report::TextTable table({"video", "recall", "precision", "RMSE px", "link JSC", "whole", "VIP coverage", "tracks",
                           "trajectories", "swaps", "gaps"});
  const auto add = [&](const std::string& name, const std::array<double, 6>& values, const TrackingQuality& q) {
    std::vector<report::Cell> row{{name}};
    for (const double value : values) row.push_back({std::isnan(value) ? "-" : fmt::format("{:.4f}", value)});
    for (const std::size_t count : {q.tracks, q.trajectories, q.swaps, q.gaps})
      row.push_back({fmt::format("{}", count)});
    table.add_row(std::move(row));
  };
  TrackingQuality sum;
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::array<double, 6> values{};
    for (std::size_t m = 0; m < values.size(); ++m) values[m] = measures[m].value(qualities[i]);
    add(names[i], values, qualities[i]);
    sum += qualities[i];
  }
  if (names.size() > 1) {
    std::array<double, 6> values{};
    for (std::size_t m = 0; m < values.size(); ++m) values[m] = mean_of(qualities, measures[m]);
    table.add_rule();
    add("mean (counts: sum)", values, sum);
  }
  return table.text(ansi) + histogram_text("distances of links", sum.link_distances, 1, "px or less") +
         (sum.gaps == 0 ? "\nno gaps\n" : histogram_text("lengths of gaps", sum.gap_lengths, 1, "frames"));
}

report::Json quality_json(std::span<const std::string> names, std::span<const TrackingQuality> qualities) {
  report::Json videos = report::Json::array();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const TrackingQuality& q = qualities[i];
    report::Json video{{"video", names[i]}};
    for (const Measure& measure : measures) video[measure.name] = measure.value(q);
    video["truth"] = q.truth;
    video["localisations"] = q.localisations;
    video["trajectories"] = q.trajectories;
    video["tracks"] = q.tracks;
    video["swaps"] = q.swaps;
    video["gaps"] = q.gaps;
    video["link_distances"] = q.link_distances;
    video["gap_lengths"] = q.gap_lengths;
    videos.push_back(std::move(video));
  }
  report::Json mean;
  for (const Measure& measure : measures) mean[measure.name] = mean_of(qualities, measure);
  return {{"videos", std::move(videos)}, {"mean", std::move(mean)}};
}

void pack(ByteWriter& writer, const TrackingQuality& q) {
  for (const std::size_t count : {q.truth, q.localisations, q.found, q.truth_links, q.right_links, q.wrong_links,
                                  q.trajectories, q.whole, q.tracks, q.swaps, q.gaps, q.vips, q.vips_found})
    writer.put(count);
  writer.put(q.squared_error);
  writer.put(q.vip_coverage);
  writer.put(q.link_distances);
  writer.put(q.gap_lengths);
}

TrackingQuality unpack_quality(ByteReader& reader) {
  TrackingQuality q;
  for (std::size_t* count : {&q.truth, &q.localisations, &q.found, &q.truth_links, &q.right_links, &q.wrong_links,
                             &q.trajectories, &q.whole, &q.tracks, &q.swaps, &q.gaps, &q.vips, &q.vips_found})
    *count = reader.take<std::size_t>();
  q.squared_error = reader.take<double>();
  q.vip_coverage = reader.take<double>();
  q.link_distances = reader.take_vector<std::size_t>();
  q.gap_lengths = reader.take_vector<std::size_t>();
  return q;
}

}  // namespace an::app
