// SPDX-License-Identifier: MIT
#include "report/published_tables.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace an::report {
namespace {

TEST(PublishedTable, GivesNumbersInTheOrderAskedFor) {
  const std::vector<double> found = published_table("table_4").values("8", {"w1_k", "unknown", "trajectories"});
  EXPECT_EQ(found[0], 2.403);
  EXPECT_TRUE(std::isnan(found[1]));
  EXPECT_EQ(found[2], 1524);
  EXPECT_TRUE(std::isnan(published_table("table_4").values("10", {"w1_k"})[0]));
}

// The paper rounds to three decimals, and its averages with them.
TEST(PublishedTable, AveragesAreThoseOfTheRows) {
  for (const char* name : {"table_3", "table_4"}) {
    const PublishedTable& table = published_table(name);
    ASSERT_EQ(table.rows.size(), 10U);
    for (std::size_t c = 1; c < table.columns.size(); ++c) {
      double sum = 0, weights = 0;
      const bool weighted = table.columns[c].substr(0, 2) != "w1";
      for (std::size_t r = 0; r < 9; ++r) {
        const double weight = weighted ? table.rows[r].values[0] : 1;
        sum += weight * table.rows[r].values[c];
        weights += weight;
      }
      EXPECT_NEAR(sum / weights, table.rows[9].values[c], 0.0011) << name << ' ' << table.columns[c];
    }
  }
}

TEST(PublishedScores, AreThoseOfTheTables) {
  ASSERT_EQ(published_scores(1).rows.size(), 10U);
  EXPECT_EQ(published_scores(1).rows[4].name, "5");
  EXPECT_EQ(published_scores(1).values("5", {"rmse_cp"})[0], 5.02);
  EXPECT_EQ(published_scores(2).rows[9].name, "average");
  EXPECT_EQ(published_scores(2).values("average", {"w1_k"})[0], 0.305);
  EXPECT_TRUE(published_scores(3).rows.empty());
  EXPECT_TRUE(published_scores(2).has("9"));
  EXPECT_FALSE(published_scores(2).has("0"));
}

}  // namespace
}  // namespace an::report
