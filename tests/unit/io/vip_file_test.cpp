// SPDX-License-Identifier: MIT
#include "io/vip_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/error.hpp"
#include "temporary_folder.hpp"

namespace an::io {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();

TEST(VipFile, HoldsAnIndexALine) {
  const VipFile file = parse_vips("0.000000000000000000e+00\n# old ones\n 7 \n\n3.0 # again\n");
  EXPECT_THAT(file.indices, ElementsAre(0, 7, 3));
  EXPECT_THAT(file.problems, IsEmpty());
}

TEST(VipFile, MayHaveAllIndicesOnOneLine) { EXPECT_THAT(parse_vips("1 2\t3").indices, ElementsAre(1, 2, 3)); }

TEST(VipFile, WithASingleIndexStopsTheOfficialScorer) {
  const VipFile file = parse_vips("4\n");
  EXPECT_THAT(file.indices, ElementsAre(4));
  ASSERT_EQ(file.problems.size(), 1U);
  EXPECT_TRUE(file.problems[0].fatal);
  EXPECT_EQ(file.problems[0].official, "TypeError: len() of unsized object");
}

TEST(VipFile, CutsNumbersToIntegersAsNumpyDoesAndSaysSo) {
  const VipFile file = parse_vips("1.7\n-2.7\nnan\n1e30\n5\n");
  EXPECT_THAT(file.indices, ElementsAre(1, -2, lowest, lowest, 5));
  ASSERT_EQ(file.problems.size(), 4U);
  EXPECT_EQ(file.problems[3].line, 4U);
  for (const LineProblem& problem : file.problems) EXPECT_FALSE(problem.fatal);
}

TEST(VipFile, ReportsEveryBadLine) {
  const VipFile file = parse_vips("1\nx\n2\n3,\n");
  EXPECT_THAT(file.indices, ElementsAre(1, 2));
  ASSERT_EQ(file.problems.size(), 2U);
  EXPECT_EQ(file.problems[0].line, 2U);
  EXPECT_EQ(file.problems[0].official, "ValueError: could not convert string 'x' to float64 at row 1, column 1.");
  EXPECT_EQ(file.problems[1].what, "'3,' is not a number: separate values by line ends, not ','");
}

TEST(VipFile, IsNoTableOfSeveralRowsAndColumns) {
  const VipFile file = parse_vips("1 2\n3 4\n");
  ASSERT_EQ(file.problems.size(), 1U);
  EXPECT_TRUE(file.problems[0].fatal);
}

TEST(VipFile, MayBeEmpty) {
  const VipFile file = parse_vips("");
  EXPECT_THAT(file.indices, IsEmpty());
  ASSERT_EQ(file.problems.size(), 1U);
  EXPECT_FALSE(file.problems[0].fatal);
}

TEST(VipFile, ReadsBackWhatItWrites) {
  const testing::TemporaryFolder folder;
  const std::vector<std::int64_t> indices{0, 12, 345678};
  EXPECT_EQ(format_vips(indices), "0.000000000000000000e+00\n1.200000000000000000e+01\n3.456780000000000000e+05\n");
  write_vips(folder.path() / "vip.txt", indices);
  EXPECT_EQ(read_vips(folder.path() / "vip.txt").indices, indices);
}

TEST(VipFile, ThrowsWhereTheFileCannotBeRead) { EXPECT_THROW(read_vips("/nonexistent/vip.txt"), InputError); }

}  // namespace
}  // namespace an::io
