// SPDX-License-Identifier: MIT
#include "app/items/root_answer.hpp"

#include <filesystem>

#include "app/predict/prediction_plan.hpp"
#include "app/score/score_plan.hpp"
#include "app/track/video_items.hpp"
#include "mpi_test_main.hpp"

namespace an::app {
namespace {

using test::world;

TEST(OnRoot, EveryRankGetsRootsAnswer) {
  int asked = 0;
  const auto with_answer = [&](bool on_first) {
    return on_root(world(), [&] {
      ++asked;
      return on_first == world().is_root();
    });
  };
  EXPECT_TRUE(with_answer(true));
  EXPECT_FALSE(with_answer(false));
  EXPECT_EQ(asked, world().is_root() ? 2 : 0);
}

// What is made on root arrives whole on every rank, and is made on root alone.
template <class T>
T arrived(const std::function<T()>& find) {
  int made = 0;
  const auto bytes_of = [](const T& value) {
    ByteWriter writer;
    pack(writer, value);
    return writer.take();
  };
  const T value = made_on_root<T>(world(), [&] {
    ++made;
    return find();
  });
  EXPECT_EQ(made, world().is_root() ? 1 : 0);
  EXPECT_EQ(bytes_of(value), bytes_of(find()));
  return value;
}

const std::filesystem::path fixtures = AN_FIXTURES;

TEST(MadeOnRoot, ArePlansOfPredictions) {
  const auto plan = arrived<PredictionPlan>([] { return find_public_data(fixtures / "benchmark/public"); });
  ASSERT_FALSE(plan.fovs.empty());
  const PlannedFov& last = plan.fovs.back();
  EXPECT_EQ(last.cost, static_cast<double>(std::filesystem::file_size(last.input)));
  EXPECT_EQ(fixtures / "benchmark/public" / plan.experiments[last.experiment].place, last.input.parent_path());
  EXPECT_EQ(plan.experiments[last.experiment].fovs.back(), plan.fovs.size() - 1);
}

TEST(MadeOnRoot, AreVideosAndTheirTruths) {
  const auto items = arrived<std::vector<VideoItem>>([] {
    std::vector<VideoItem> found = find_videos(fixtures / "tracking/v2_multi.tif");
    find_truths(fixtures / "tracking/v2_multi_gt.csv", found);
    return found;
  });
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].name(), "v2_multi");
  EXPECT_EQ(items[0].truth, fixtures / "tracking/v2_multi_gt.csv");
  EXPECT_EQ(items[0].cost, static_cast<double>(std::filesystem::file_size(items[0].video)));
}

TEST(MadeOnRoot, ArePlansOfScores) {
  const std::filesystem::path bench = fixtures / "scoring/bench_A";
  const auto plan = arrived<ScorePlan>(
      [&] { return make_score_plan(bench / "ref", {bench / "sub_good"}, {.lenient = true, .listed_defects = 7}); });
  EXPECT_EQ(plan.reference, bench / "ref");
  EXPECT_TRUE(plan.rules.lenient);
  EXPECT_EQ(plan.rules.listed_defects, 7U);
  ASSERT_FALSE(plan.tracks.empty());
  EXPECT_TRUE(plan.has_track(0, 0));
  EXPECT_TRUE(std::filesystem::is_directory(plan.submitted_experiment(0, 0, 0)));
  EXPECT_EQ(plan.experiment(plan.fovs.back()).first_fov + plan.experiment(plan.fovs.back()).fovs, plan.fovs.size());
}

}  // namespace
}  // namespace an::app

AN_MPI_TEST_MAIN()
