// SPDX-License-Identifier: MIT
#include "app/items/progress.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace an::app {
namespace {

// A stage that is watched by a clock which is set by hand.
struct Watched {
  std::ostringstream out;
  double now = 100;
  Progress progress;

  explicit Watched(ProgressMode mode, std::size_t columns = 80)
      : progress(
            mode, out, [this] { return now; }, columns) {}
  std::string shown() {
    const std::string text = out.str();
    out.str("");
    return text;
  }
  void update(double after, std::size_t done) {
    now = 100 + after;
    progress.update(done);
  }
};

TEST(Progress, IsSilentWhereItIsOffAndForOtherRanks) {
  Watched off(ProgressMode::off);
  off.progress.start("scoring", "fields of view", 10);
  off.update(100, 5);
  off.progress.note("something");
  off.progress.finish();
  EXPECT_EQ(off.shown(), "");
  Progress other;
  other.start("scoring", "fields of view", 10);
  other.update(3);
  other.note("something");
  other.finish();
}

TEST(Progress, WritesALineEveryHalfMinuteAndOneAtTheEnd) {
  Watched lines(ProgressMode::lines);
  lines.progress.start("scoring", "fields of view", 100);
  lines.update(29, 29);
  EXPECT_EQ(lines.shown(), "");
  lines.update(30, 30);
  EXPECT_EQ(lines.shown(), "scoring: 30 of 100 fields of view (30 %), 1.00/s, 1 min 10 s left\n");
  lines.update(59, 59);
  EXPECT_EQ(lines.shown(), "");
  lines.update(80, 100);
  EXPECT_EQ(lines.shown(), "scoring: 100 of 100 fields of view (100 %), 1.25/s, 0.0 s left\n");
  lines.progress.finish();
  EXPECT_EQ(lines.shown(), "scoring: 100 fields of view in 1 min 20 s, 1.25/s\n");
}

TEST(Progress, TellsTheTimeLeftByTheWorkThatIsDone) {
  Watched lines(ProgressMode::lines);
  lines.progress.start("solving", "fields of view", 100);
  lines.now = 130;
  lines.progress.update(10, 0.75);
  EXPECT_EQ(lines.shown(), "solving: 10 of 100 fields of view (10 %), 0.33/s, 10 s left\n");
  lines.now = 160;
  lines.progress.update(11, 0);  // nothing can be said yet
  EXPECT_EQ(lines.shown(), "solving: 11 of 100 fields of view (11 %)\n");
}

TEST(Progress, LeavesNoTraceOfAShortStage) {
  for (const ProgressMode mode : {ProgressMode::bar, ProgressMode::lines}) {
    Watched brief(mode);
    brief.progress.start("scoring", "fields of view", 4);
    brief.update(0.9, 4);
    brief.progress.finish();
    EXPECT_EQ(brief.shown(), "");
  }
}

TEST(Progress, RedrawsABarAndWipesItBeforeLinesThatStay) {
  Watched bar(ProgressMode::bar);
  bar.progress.start("training", "steps", 4);
  bar.update(2, 1);
  const std::string drawn = bar.shown();
  EXPECT_EQ(drawn, "\r[###.........] training: 1 of 4 steps (25 %), 0.50/s, 6.0 s left");
  bar.update(2.1, 2);  // too soon after the last
  EXPECT_EQ(bar.shown(), "");
  bar.progress.note("step 2: well");
  const std::string wiped(drawn.size() - 1, ' ');
  EXPECT_EQ(bar.shown(), "\r" + wiped + "\rstep 2: well\n");
  bar.update(4, 4);
  bar.shown();
  bar.progress.finish();
  EXPECT_NE(bar.shown().find("\rtraining: 4 steps in 4.0 s, 1.00/s\n"), std::string::npos);
}

TEST(Progress, KeepsWithinANarrowTerminal) {
  Watched narrow(ProgressMode::bar, 30);
  narrow.progress.start("training", "steps", 4);
  narrow.update(2, 1);
  EXPECT_EQ(narrow.shown(), "\rtraining: 1 of 4 steps (25 %)");
}

}  // namespace
}  // namespace an::app
