// SPDX-License-Identifier: MIT
#include "app/report/report_analysis.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace an::app {
namespace {

const TrajectoryName one{3, 0, 5};

// A true change point between two states, found at a frame (-1: not).
ReportedChangePoint point(double k_before, double k_after, std::int64_t found, int state_before = 2) {
  return {one, 50, found, 1, 1.3, k_before, k_after, 50, 12, state_before, 2};
}

const DetectionClass& of(const std::vector<DetectionClass>& classes, const std::string& label) {
  for (const DetectionClass& c : classes)
    if (c.label == label) return c;
  throw std::runtime_error("no class " + label);
}

Detection detection_of(const std::vector<ReportedChangePoint>& points) {
  Detection detection;
  for (const ReportedChangePoint& p : points) detection.add(p);
  return detection;
}

const ReportedChangePoint made_up{one, -1, 70, NAN, NAN, NAN, NAN, -1, -1, -1, -1};  // found, but not there

TEST(Detection, IsCountedByTheRatioOfKWhicheverIsFirst) {
  const Detection detection =
      detection_of({point(1, 4, 52), point(4, 1, -1), point(1, 1.2, 51), point(0, 1, 50, 0), made_up});
  const std::vector<DetectionClass>& classes = detection.by_k();
  EXPECT_EQ(of(classes, "3–5").count, 2);
  EXPECT_EQ(of(classes, "3–5").found, 1);
  EXPECT_EQ(of(classes, "3–5").sum_squares, 4);
  EXPECT_EQ(of(classes, "1–1.5").found, 1);
  EXPECT_EQ(of(classes, "rest").count, 1);
  EXPECT_EQ(of(classes, "≥ 30").count, 0);
}

TEST(Detection, IsCountedByTheDifferenceOfAlphaWhereBothMove) {
  EXPECT_EQ(of(detection_of({point(1, 4, 52), point(0, 1, 50, 0)}).by_alpha(), "0.25–0.5").count, 1);
}

TEST(Detection, IsCountedByTheShorterSegment) {
  EXPECT_EQ(of(detection_of({point(1, 4, 52)}).by_length(), "10–20").found, 1);
}

TEST(Calibration, CountsIntervalsThatHoldTheTruth) {
  const std::vector<SegmentDetails> details{{0, 0.9, 1.2, 1.5, 2.5, 0.95, 1}, {30, 0.9, 0.99, 1.5, 2.5, 0.85, 0.6}};
  Calibrator calibrator;
  calibrator.add(ReportedPair{one, 0, 1.0, 1.1, 2.0, 2.0, 2, 2}, details);
  calibrator.add(ReportedPair{one, 1, 1.0, 1.1, 9.0, 2.0, 2, 0}, details);
  calibrator.add(ReportedPair{one, 2, 1.0, 1.1, 9.0, 2.0, 2, 0}, details);  // which the details lack
  calibrator.add(ReportedPair{{9, 9, 9}, 0, 1, 1, 1, 1, 2, 2}, {});
  const Calibration c = calibrator.result();
  ASSERT_EQ(c.coverage.size(), 1U);
  EXPECT_EQ(c.coverage.at(3).segments, 2);
  EXPECT_EQ(c.coverage.at(3).alpha_held, 1);
  EXPECT_EQ(c.coverage.at(3).k_held, 1);
  EXPECT_EQ(c.state.at(7).count, 1);  // of .9 to .97
  EXPECT_EQ(c.state.at(7).found, 1);
  EXPECT_EQ(c.state.at(6).found, 0);  // of .8 to .9, wrong
  EXPECT_EQ(c.state.at(6).count, 1);
  EXPECT_NEAR(calibration_error(c.state), (0.05 + 0.85) / 2, 1e-12);
}

TEST(Calibration, OfAChangePointAsksForATrueOneWithinThreeFrames) {
  const auto with = [](std::int64_t begin, double probability) {
    return SegmentDetails{begin, 0, 2, 0, 9, 1, probability};
  };
  const std::vector<SegmentDetails> details{with(0, 1), with(53, 0.75), with(54, 0.75), with(70, 0.75)};
  Calibrator calibrator;
  for (const ReportedChangePoint& p : {point(1, 4, 53), point(1, 4, 54), made_up}) calibrator.add(p, details);
  const Calibration c = calibrator.result();
  EXPECT_EQ(c.change_point.at(5).count, 3);  // of .7 to .8
  EXPECT_EQ(c.change_point.at(5).found, 1);
  EXPECT_NEAR(c.change_point.at(5).probability, 0.75, 1e-12);
  EXPECT_TRUE(std::isnan(calibration_error(c.state)));
}

}  // namespace
}  // namespace an::app
