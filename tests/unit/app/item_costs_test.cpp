// SPDX-License-Identifier: MIT
#include "app/items/item_costs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "complaint.hpp"
#include "core/error.hpp"
#include "temporary_folder.hpp"

namespace an::app {
namespace {

using parallel::no_item;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ItemCosts, LeaveOutWhatWasDoneAlready) {
  ItemOutcome outcome;
  outcome.expected = {30, 20, 1, 2, 3};
  outcome.after = {no_item, no_item, 0, 0, 1};
  outcome.seconds = {-1, 5, 0.5, -1, 0.25};
  outcome.owner = {0, 1, 1, 0, 0};
  const StageCosts costs = stage_costs("solve", outcome);
  EXPECT_THAT(costs.items.expected, ElementsAre(20, 1, 3));
  EXPECT_THAT(costs.items.seconds, ElementsAre(5, 0.5, 0.25));
  EXPECT_THAT(costs.items.after, ElementsAre(no_item, no_item, 0));
  EXPECT_THAT(costs.rank, ElementsAre(1, 1, 0));
  EXPECT_EQ(outcome.working_seconds(), 5.75);
  EXPECT_EQ(outcome.working_seconds(0, 2), 5);
}

TEST(ItemCosts, AreReadAsTheyWereWritten) {
  const testing::TemporaryFolder folder;
  const std::vector<StageCosts> written{{"track", {{1e6, 0.1}, {0.25, 3e-6}, {no_item, no_item}}, {0, 3}},
                                        {"solve", {{2, 1}, {1, 2}, {no_item, 0}}, {1, 1}}};
  write_item_costs(folder.path() / "costs.csv", written);
  const std::vector<StageCosts> read = read_item_costs(folder.path() / "costs.csv");
  ASSERT_EQ(read.size(), 2U);
  for (std::size_t s = 0; s < 2; ++s) {
    EXPECT_EQ(read[s].stage, written[s].stage);
    EXPECT_EQ(read[s].items.expected, written[s].items.expected);
    EXPECT_EQ(read[s].items.seconds, written[s].items.seconds);
    EXPECT_EQ(read[s].items.after, written[s].items.after);
    EXPECT_EQ(read[s].rank, written[s].rank);
  }
}

TEST(ItemCosts, SayWhichLineIsWrong) {
  const testing::TemporaryFolder folder;
  const std::string header = "stage,item,after,rank,expected,seconds\n";
  const std::string good = "solve,0,,0,1.0,2.5\n";
  for (const char* bad : {"solve,1,,0,1.0\n", "solve,1,1,0,1.0,2.5\n", "solve,1,,0,1.0,-1\n", "solve,1,,0,x,1\n",
                          "solve,1,,0,1,nan\n", "\n", "solve,1,,0,1,1,1\n"}) {
    const auto file = folder.add("costs.csv", header + good + bad);
    EXPECT_THAT(testing::complaint([&] { read_item_costs(file); }), HasSubstr("costs.csv:3: ")) << bad;
  }
  EXPECT_THROW(read_item_costs(folder.add("costs.csv", header)), InputError);
  EXPECT_THROW(read_item_costs(folder.add("costs.csv", "")), InputError);
  EXPECT_THROW(read_item_costs(folder.path() / "none.csv"), InputError);
}

}  // namespace
}  // namespace an::app
