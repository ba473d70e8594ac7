// SPDX-License-Identifier: MIT
#include "evaluation/defect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace an::evaluation {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Defect, NamesTheTrajectoryAndTheSegmentFromOne) {
  EXPECT_THAT(description({DefectKind::alpha_out_of_range, 1, 2.5}, 7),
              AllOf(StartsWith("trajectory 7, segment 2: alpha is 2.5"), HasSubstr("0 to 2")));
  EXPECT_THAT(description({DefectKind::missing, -1, 0}, 7), StartsWith("trajectory 7 has no line"));
  EXPECT_THAT(description({DefectKind::length_differs, -1, -3}, 0), HasSubstr("(-3 frames more)"));
}

TEST(Defect, SaysWhereTheOfficialScorerStops) {
  for (const DefectKind kind :
       {DefectKind::k_infinite, DefectKind::length_invalid, DefectKind::reference_length, DefectKind::reference_k}) {
    EXPECT_TRUE(stops_official_scorer(kind));
    EXPECT_THAT(description({kind, 0, -1}, 1), HasSubstr("[the official scorer stops here: ValueError"));
  }
  for (const DefectKind kind : {DefectKind::length_invalid, DefectKind::reference_length})
    EXPECT_THAT(description({kind, -1, 0}, 1), HasSubstr("IndexError"));
  for (const DefectKind kind : {DefectKind::missing, DefectKind::no_change_point, DefectKind::alpha_not_a_number,
                                DefectKind::k_not_a_number, DefectKind::k_negative, DefectKind::state_invalid}) {
    EXPECT_FALSE(stops_official_scorer(kind));
    EXPECT_THAT(description({kind, 0, 5}, 1), Not(HasSubstr("stops")));
  }
}

TEST(Defect, TellsTheReferencesFromTheSubmissions) {
  EXPECT_TRUE(in_reference(DefectKind::reference_k));
  EXPECT_TRUE(in_reference(DefectKind::reference_length));
  EXPECT_FALSE(in_reference(DefectKind::k_infinite));
}

TEST(Defect, CostsTheMetricOfItsQuantity) {
  EXPECT_THAT(affected_metrics(DefectKind::alpha_not_a_number), ElementsAre(2));
  EXPECT_THAT(affected_metrics(DefectKind::k_negative), ElementsAre(3));
  EXPECT_THAT(affected_metrics(DefectKind::state_invalid), ElementsAre(4));
  EXPECT_THAT(affected_metrics(DefectKind::missing), ElementsAre(0, 1, 2, 3, 4));
}

}  // namespace
}  // namespace an::evaluation
