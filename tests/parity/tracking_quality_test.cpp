// SPDX-License-Identifier: MIT
// Measures of tracking against those recorded for trackpy's tracks, and what the likelihood tracker reaches on the
// recorded videos.
#include "tracking/tracking_quality.hpp"

#include <gtest/gtest.h>

#include "app/track/tracked_video.hpp"
#include "io/text_file.hpp"
#include "oracle.hpp"
#include "tracking_oracle.hpp"

namespace an::tracking {
namespace {

namespace fs = std::filesystem;

const std::vector<std::int64_t> ten_vips{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

std::vector<fs::path> videos() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(testing::tracking_oracles()))
    if (entry.path().extension() == ".tif") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

fs::path beside(const fs::path& video, const std::string& end) {
  return video.parent_path() / (video.stem().string() + end);
}

std::vector<TrackPoint> points_of(const fs::path& path, const char* y, const char* x, const char* track) {
  const auto table = testing::read_table(path);
  std::vector<TrackPoint> points;
  for (std::size_t row = 0; row < table.at("frame").size(); ++row)
    points.push_back({static_cast<std::int64_t>(table.at("frame")[row]), table.at(y)[row], table.at(x)[row],
                      static_cast<std::int64_t>(table.at(track)[row])});
  return points;
}

// Python writes NaN, which JSON does not know.
testing::Json read_quality(const fs::path& path) {
  std::string text = io::read_text_file(path);
  for (std::size_t at = text.find("NaN"); at != std::string::npos; at = text.find("NaN")) text.replace(at, 3, "null");
  return testing::Json::parse(text);
}

TEST(TrackingQuality, IsWhatWasRecordedForTrackpy) {
  std::size_t compared = 0;
  for (const fs::path& video : videos()) {
    const auto truth = points_of(beside(video, "_gt.csv"), "row", "col", "traj_idx");
    const testing::Json recorded = read_quality(beside(video, "_quality.json"));
    for (const std::string set : {"A", "B", "C"}) {
      SCOPED_TRACE(video.stem().string() + " " + set);
      const auto quality =
          tracking_quality(truth, points_of(beside(video, "_tp_" + set + ".csv"), "y", "x", "track_sr7_m3"), ten_vips);
      const testing::Json& found = recorded.at(set).at("det");
      EXPECT_NEAR(quality.recall(), found.at("recall").get<double>(), 1e-12);
      EXPECT_NEAR(quality.precision(), found.at("precision").get<double>(), 1e-12);
      EXPECT_NEAR(quality.rmse(), found.at("rmse").get<double>(), 1e-7);
      const testing::Json& links = recorded.at(set).at("link").at("7_3");
      EXPECT_NEAR(quality.link_jsc(), links.at("jsc").get<double>(), 1e-12);
      EXPECT_NEAR(quality.whole_share(), links.at("whole").get<double>(), 1e-12);
      EXPECT_EQ(quality.tracks, links.at("ntr").get<std::size_t>());
      EXPECT_NEAR(static_cast<double>(quality.vips_found) / 10, links.at("vip_id").get<double>(), 1e-12);
      EXPECT_NEAR(quality.vip_share(), links.at("vip_cov").get<double>(), 1e-12);
      ++compared;
    }
  }
  EXPECT_GE(compared, 3U);
}

// The bars of the default tracker; means over the ordinary videos, and the one of low signal alone.
TEST(LikelihoodTracker, IsAsGoodAsItHasToBe) {
  std::array<double, 6> sums{};
  double count = 0;
  for (const fs::path& path : videos()) {
    SCOPED_TRACE(path.stem().string());
    const auto truth = points_of(beside(path, "_gt.csv"), "row", "col", "traj_idx");
    const app::TrackedVideo video = app::track_video(path, {});
    std::vector<TrackPoint> tracks;
    for (const app::TrackedPoint& point : video.points)
      tracks.push_back({point.frame, point.y, point.x, static_cast<std::int64_t>(point.track)});
    const TrackingQuality quality = tracking_quality(truth, tracks, ten_vips);
    EXPECT_GE(quality.precision(), 0.99);
    ASSERT_EQ(video.vips.size(), 10U);
    if (path.stem().string().ends_with("lowsnr")) {
      EXPECT_GE(quality.recall(), 0.90);
      continue;
    }
    const std::array<double, 6> values{quality.recall(),   quality.precision(),   quality.rmse(),
                                       quality.link_jsc(), quality.whole_share(), quality.vip_share()};
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += values[k];
    ++count;
  }
  ASSERT_GE(count, 1);
  EXPECT_GE(sums[0] / count, 0.985) << "recall";
  EXPECT_GE(sums[1] / count, 0.99) << "precision";
  EXPECT_LE(sums[2] / count, 0.075) << "RMSE";
  EXPECT_GE(sums[3] / count, 0.965) << "link JSC";
  EXPECT_GE(sums[4] / count, 0.75) << "whole tracks";
  if (count > 1) {  // one video alone has too few VIPs
    EXPECT_GE(sums[5] / count, 0.88) << "VIP coverage";
  }
}

TEST(FrameOrigin, IsFoundFromTheTracks) {
  const fs::path video = videos().front();
  auto truth = points_of(beside(video, "_gt.csv"), "row", "col", "traj_idx");
  const auto tracks = points_of(beside(video, "_tp_B.csv"), "y", "x", "track_sr7_m3");
  for (TrackPoint& point : truth) {
    point.y += 37;
    point.x += 81;
  }
  const Place origin = frame_origin(truth, tracks);
  EXPECT_EQ(origin.y, 37);
  EXPECT_EQ(origin.x, 81);
}

}  // namespace
}  // namespace an::tracking
