// SPDX-License-Identifier: MIT
#include "evaluation/index_alignment.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace an::evaluation {
namespace {

LabelTable table_of(const std::vector<double>& indices) {
  LabelTable table;
  for (std::size_t i = 0; i < indices.size(); ++i) table.append(std::vector{indices[i], 1.0, 1.0, 2.0, 50.0}, i + 1);
  return table;
}

// numpy 1.26.4: np.array(values, dtype=object).argsort(kind="quicksort")
TEST(OrderByIndex, LeavesEqualIndicesInNumpysOrder) {
  const auto order =
      order_by_index(table_of({0, 1, 2, 3, 4, 5, 6, 7, 5, 6, 7, 6, 0, 7, 5, 2, 2, 7, 7, 4, 5, 1, 5, 6, 3}));
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 12, 21, 1, 2,  16, 15, 24, 3,  4,  19, 22, 20,
                                             5, 8,  14, 6, 23, 11, 9,  7,  17, 18, 10, 13}));
}

TEST(OrderByIndex, IsStableUpToSixteenRowsAndPutsNanLast) {
  EXPECT_EQ(order_by_index(table_of({3, std::nan(""), 1, 3, 1})), (std::vector<std::size_t>{2, 4, 0, 3, 1}));
}

// Musser's sequence, whose medians of three are always small: quicksort's depth runs out, and a part is sorted by
// heaps.
TEST(OrderByIndex, SortsWhatQuicksortCannot) {
  constexpr std::size_t half = 500;
  std::vector<double> indices(2 * half);
  for (std::size_t i = 1; i <= half; ++i) {
    if (i % 2 == 1) {
      indices[i - 1] = static_cast<double>(i);
      indices[i] = static_cast<double>(half + i);
    }
    indices[half + i - 1] = static_cast<double>(2 * i);
  }
  const std::vector<std::size_t> order = order_by_index(table_of(indices));
  ASSERT_EQ(order.size(), indices.size());
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(indices[order[i]], static_cast<double>(i + 1));
}

FovIndices fov(std::vector<double> truth, std::vector<double> prediction) {
  FovIndices indices;
  collect_indices(table_of(truth), indices.truth, indices.truth_rows);
  collect_indices(table_of(prediction), indices.prediction, indices.prediction_rows);
  return indices;
}

std::vector<std::optional<RowPlace>> predictions(const std::vector<FovIndices>& fovs) {
  std::vector<std::optional<RowPlace>> places;
  for (const AlignedTrajectory& row : align_officially(fovs)) places.push_back(row.prediction);
  return places;
}

using Places = std::vector<std::optional<RowPlace>>;

TEST(AlignOfficially, ShiftsAllThatFollowsALostLastTrajectory) {
  // The truth runs 0 1 2 | 3 4, the submission 0 1 | 2 3: each later trajectory is scored against the one before it.
  EXPECT_EQ(predictions({fov({0, 1, 2}, {0, 1}), fov({0, 1}, {0, 1})}),
            (Places{RowPlace{0, 0}, RowPlace{0, 1}, RowPlace{1, 0}, RowPlace{1, 1}, std::nullopt}));
}

TEST(AlignOfficially, ForgetsFovsBeforeTheFirstSubmittedRow) {
  const std::vector<FovIndices> fovs{fov({0, 1}, {}), fov({0, 1}, {0, 1})};
  const auto rows = align_officially(fovs);
  ASSERT_EQ(rows.size(), 2U);  // of the second field of view, numbered 2 and 3
  EXPECT_EQ(rows[0].place, (RowPlace{1, 0}));
  EXPECT_FALSE(rows[0].prediction || rows[1].prediction);
}

TEST(AlignOfficially, TakesTheFirstOfRepeatedIndices) {
  EXPECT_EQ(predictions({fov({0, 1}, {1, 1, 0})}), (Places{RowPlace{0, 2}, RowPlace{0, 0}}));
}

TEST(AlignOfficially, FindsNothingForNan) {
  const auto rows = align_officially(std::vector{fov({0, std::nan("")}, {0, std::nan("")})});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_FALSE(rows[1].truth || rows[1].prediction);
}

TEST(AlignedByFov, AsksForEqualLastIndicesUnlessNothingFollows) {
  EXPECT_TRUE(aligned_by_fov(fov({0, 1, 2}, {0, 2}), false));
  EXPECT_FALSE(aligned_by_fov(fov({0, 1, 2}, {0, 1}), false));
  EXPECT_TRUE(aligned_by_fov(fov({0, 1, 2}, {0, 1}), true));
  EXPECT_FALSE(aligned_by_fov(fov({0, 1}, {0, 0, 1}), true));
  EXPECT_FALSE(aligned_by_fov(fov({0, 1}, {-1, 1}), true));
}

}  // namespace
}  // namespace an::evaluation
