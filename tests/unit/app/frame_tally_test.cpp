// SPDX-License-Identifier: MIT
#include "app/paper/frame_tally.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "complaint.hpp"
#include "io/label_file.hpp"

namespace an::app {
namespace {

using testing::complaint;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

FrameLabels frames_of(const char* line) { return FrameLabels::of(io::parse_labels(line).table, 0, "fov_0.txt"); }

TEST(FrameLabels, AreThoseOfTheSegments) {
  const FrameLabels frames = frames_of("7,0.5,1,2,3,0,0.25,0,4");
  EXPECT_THAT(frames.alpha, ElementsAre(1, 1, 1, 0.25));
  EXPECT_THAT(frames.state, ElementsAre(2, 2, 2, 0));
}

TEST(FrameLabels, StatesAndLengthsThatThereAreNotNameTheLine) {
  const auto of = [](const char* line) { return complaint([&] { frames_of(line); }); };
  EXPECT_EQ(of("0,1,1,7,10"), "fov_0.txt:1: state 7 (expected 0, 1, 2 or 3)");
  EXPECT_THAT(of("0,1,1,-1,10"), HasSubstr("state -1"));
  EXPECT_THAT(of("0,1,1,1.5,10"), HasSubstr("state 1.5"));
  EXPECT_THAT(of("0,1,1,nan,10"), HasSubstr("state nan"));
  EXPECT_THAT(of("0,1,1,2,1e300"), HasSubstr("ends at frame 1e+300"));
  EXPECT_THAT(of("0,1,1,2,nan"), HasSubstr("ends at frame nan"));
  EXPECT_THAT(of("0,1,1,2,-3"), HasSubstr("ends at frame -3"));
  EXPECT_THAT(of("0,1,1,2,5,1,1,2"), HasSubstr("without its length"));
}

}  // namespace
}  // namespace an::app
