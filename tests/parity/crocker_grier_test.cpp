// SPDX-License-Identifier: MIT
// trackpy's localisations and links of the recorded videos, number by number.
#include "tracking/crocker_grier.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "tracking/distance_linker.hpp"
#include "tracking_oracle.hpp"

namespace an::tracking {
namespace {

namespace fs = std::filesystem;

// The sets recorded: L trackpy's defaults, A inverted, B median and MAD, C z-scores without band-pass, W a wider
// window.
CrockerGrierParameters parameters_of(char set) {
  CrockerGrierParameters p;
  p.noise_size = 1;
  p.normalisation = Normalisation::none;
  p.border = 0;
  if (set == 'W') {
    p.diameter = p.smoothing_size = 5;
    p.separation = 4;
  }
  if (set == 'L' || set == 'W') return p;
  p.border = 5;
  if (set == 'A') {
    p.border_fill = BorderFill::median;
    p.invert = true;
  } else if (set == 'B') {
    p.normalisation = Normalisation::mad;
    p.noise_size = 0;
  } else {
    p.normalisation = Normalisation::zscore;
    p.preprocess = false;
  }
  return p;
}

using Link = std::pair<std::size_t, std::size_t>;  // rows of the table

std::set<Link> links(const std::vector<double>& tracks) {
  std::set<Link> all;
  std::map<double, std::size_t> last;
  for (std::size_t row = 0; row < tracks.size(); ++row) {
    const auto before = last.find(tracks[row]);
    if (before != last.end()) all.insert({before->second, row});
    last[tracks[row]] = row;
  }
  return all;
}

void expect_links(const std::map<std::string, std::vector<double>>& table, const std::string& column, double range,
                  std::size_t memory, std::size_t frames) {
  DistanceLinker linker({range, memory, 0.95, {}});
  std::vector<double> tracks;
  std::size_t row = 0;
  for (std::size_t frame = 0; frame < frames; ++frame) {
    std::vector<Place> places;
    for (; row < table.at("frame").size() && table.at("frame")[row] == static_cast<double>(frame); ++row)
      places.push_back({table.at("y")[row], table.at("x")[row]});
    for (const std::size_t track : linker.link(places)) tracks.push_back(static_cast<double>(track));
  }
  EXPECT_EQ(links(tracks), links(table.at(column)));
  EXPECT_EQ(linker.oversized(), 0U);
}

// Compares what is found in the frames with a table, and its links.
void expect_same(const std::map<std::string, std::vector<double>>& table, const CrockerGrierParameters& parameters,
                 const std::vector<Frame>& frames) {
  CrockerGrier locator(parameters);
  std::size_t row = 0;
  for (std::size_t frame = 0; frame < frames.size(); ++frame)
    for (const Feature& found : locator.locate(frames[frame])) {
      ASSERT_LT(row, table.at("frame").size());
      ASSERT_EQ(table.at("frame")[row], static_cast<double>(frame)) << "row " << row;
      // The record has 9 digits.
      const auto near = [&](const char* name, double value, double share) {
        const double expected = table.at(name)[row];
        EXPECT_NEAR(value, expected, share * std::abs(expected) + 1e-12) << name << ", row " << row;
      };
      near("y", found.y, 5.1e-9);
      near("x", found.x, 5.1e-9);
      near("mass", found.mass, 5.1e-9);
      near("size", found.size, 5.1e-9);
      near("ecc", found.ecc, 5.1e-9);
      near("signal", found.signal, 5.1e-9);
      near("raw_mass", found.raw_mass, 5.1e-9);
      near("ep", found.ep, 5.1e-9);
      ++row;
      if (::testing::Test::HasFailure()) return;
    }
  ASSERT_EQ(row, table.at("frame").size());
  expect_links(table, "track_sr7_m3", 7, 3, frames.size());
}

TEST(CrockerGrier, FindsWhatTrackpyFinds) {
  std::size_t compared = 0;
  for (const auto& entry : fs::directory_iterator(testing::tracking_oracles())) {
    if (entry.path().extension() != ".tif") continue;
    const std::vector<Frame> frames = testing::challenge_frames(entry.path());
    for (const char set : {'L', 'A', 'B', 'C'}) {
      fs::path recorded = entry.path();
      recorded.replace_filename(entry.path().stem().string() + "_tp_" + set + ".csv");
      if (!fs::exists(recorded)) continue;
      SCOPED_TRACE(recorded.filename().string());
      const auto table = testing::read_table(recorded);
      expect_same(table, parameters_of(set), frames);
      if (::testing::Test::HasFailure()) return;
      if (set == 'B') expect_links(table, "track_sr5_m0", 5, 0, frames.size());
      compared += table.at("frame").size();
    }
  }
  EXPECT_GT(compared, 1000U);
}

// A frame of bytes spread over 16 bit, as make_tracking_fixtures.py does.
Frame sixteen_bit(Frame frame, int number, int step) {
  frame.type = PixelType::uint16;
  for (std::size_t i = 0; i < frame.pixels.size(); ++i) {
    const int row = static_cast<int>(i / frame.columns), column = static_cast<int>(i % frame.columns);
    frame.pixels[i] =
        static_cast<float>(static_cast<int>(frame.pixels[i]) * step + (7 * row + 13 * column + 5 * number) % step);
  }
  return frame;
}

TEST(CrockerGrier, FindsWhatTrackpyFindsInFramesOf16Bit) {
  const fs::path folder = fs::path(AN_FIXTURES) / "tracking";
  const std::vector<Frame> bytes = testing::challenge_frames(folder / "v2_multi.tif");
  for (const char set : {'L', 'A', 'B', 'C', 'W'}) {
    const auto all = testing::read_table(folder / (std::string("sixteen_bit_tp_") + set + ".csv"));
    for (const int step : {1, 16, 256}) {
      SCOPED_TRACE(std::string("set ") + set + ", up to " + std::to_string(256 * step - 1));
      std::vector<Frame> frames;
      for (int number = 0; number < 8; ++number)
        frames.push_back(sixteen_bit(bytes[static_cast<std::size_t>(number)], number, step));
      std::map<std::string, std::vector<double>> table;
      for (const auto& [name, values] : all)
        for (std::size_t row = 0; row < values.size(); ++row)
          if (all.at("step")[row] == step) table[name].push_back(values[row]);
      CrockerGrierParameters parameters = parameters_of(set);
      if (set == 'L') parameters.minmass = 9 * step;
      if (set == 'A') parameters.minmass = 13 * step;
      if (set == 'W') parameters.minmass = 60 * step;
      expect_same(table, parameters, frames);
    }
  }
}

// Two maxima of equal mass with y + x equal but for rounding; which is kept was recorded with trackpy 0.7, which adds
// what it has divided by the separation.
TEST(CrockerGrier, JudgesEqualMassesAsTrackpyDoes) {
  Frame frame{128, 128, PixelType::uint8, std::vector<float>(128 * 128)};
  constexpr std::array<std::array<float, 6>, 5> values{{{68, 71, 56, 48, 67, 70},
                                                        {70, 66, 67, 67, 70, 76},
                                                        {67, 64, 65, 70, 61, 80},
                                                        {68, 67, 70, 59, 54, 72},
                                                        {65, 65, 61, 64, 56, 59}}};
  for (std::size_t row = 0; row < values.size(); ++row)
    std::copy(values[row].begin(), values[row].end(), &frame.pixels[(113 + row) * 128 + 71]);
  CrockerGrierParameters parameters;
  parameters.normalisation = Normalisation::none;
  parameters.border = 0;
  parameters.preprocess = false;
  parameters.minmass = 0;
  parameters.percentile = 0;
  const std::vector<Feature> found = CrockerGrier(parameters).locate(frame);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_NEAR(found[0].y, 113.252873563, 1e-9);
  EXPECT_NEAR(found[0].x, 71.954022989, 1e-9);
  EXPECT_NEAR(found[1].y, 114.975155280, 1e-9);
  EXPECT_NEAR(found[1].x, 73.987577640, 1e-9);
}

// A dim ground of bytes: more than half of the pixels are equal, and the median distance from the median is 0.
TEST(CrockerGrier, FindsSpotsOnAGroundOfEqualPixels) {
  Frame frame{64, 64, PixelType::uint8, {}};
  for (int row = 0; row < 64; ++row)
    for (int column = 0; column < 64; ++column) {
      double value = (row * 7 + column * 3) % 5 == 0 ? 11 : 10;
      for (const auto& [y, x] : {std::pair{12, 14}, {30, 44}, {50, 20}})
        value += 60 * std::exp(-0.5 * (std::pow(row - y, 2) + std::pow(column - x, 2)));
      frame.pixels.push_back(static_cast<float>(std::floor(value)));
    }
  CrockerGrierParameters parameters;
  parameters.normalisation = Normalisation::mad;
  EXPECT_EQ(CrockerGrier(parameters).locate(frame).size(), 3U);
}

}  // namespace
}  // namespace an::tracking
