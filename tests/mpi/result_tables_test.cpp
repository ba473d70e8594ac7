// SPDX-License-Identifier: MIT
#include "app/score/result_tables.hpp"

#include <optional>

#include "app/score/score_plan.hpp"
#include "io/array_reader.hpp"
#include "mpi_test_main.hpp"
#include "temporary_folder.hpp"

namespace an::app {
namespace {

using test::world;

// A folder of root's, of which all ranks know.
class SharedFolder {
 public:
  SharedFolder() {
    if (world().is_root()) path_ = own_.emplace().path().string();
    world().broadcast(path_);
  }
  ~SharedFolder() { world().barrier(); }
  std::filesystem::path path() const { return path_; }

 private:
  std::optional<testing::TemporaryFolder> own_;
  std::string path_;
};

// Some columns of every table of rows.
std::vector<std::vector<double>> columns_of(const std::filesystem::path& path) {
  const io::ArrayReader file(path);
  std::vector<std::vector<double>> columns;
  for (const char* name :
       {"/trajectories/trajectory", "/trajectories/submission", "/trajectories/experiment", "/trajectories/fov",
        "/trajectories/index", "/trajectories/pairs", "/segments/segment", "/segments/trajectory",
        "/segments/alpha_true", "/segments/k_predicted", "/segments/state_predicted", "/change_points/change_point",
        "/change_points/trajectory", "/change_points/frame_true", "/change_points/length_after",
        "/fields_of_view/fov_row", "/fields_of_view/fov", "/fields_of_view/mae_alpha"})
    columns.push_back(file.doubles(name));
  return columns;
}

TEST(ResultTables, AreTheSameInManyRoundsAndInOne) {
  const SharedFolder folder;
  const std::filesystem::path bench = std::filesystem::path(AN_FIXTURES) / "scoring/bench_A";
  const ScorePlan plan = make_score_plan(bench / "ref", {bench / "sub_good", bench / "sub_mid"}, {.lenient = true});
  RowStore rows(folder.path(), plan);
  const ScoreResults results = score_all(plan, world(), rows, {});
  const auto written = [&](const std::string& name, std::uint64_t most_rows) {
    write_result_file(folder.path() / name, plan, results, rows, {"{}", "{}", ""}, world(), most_rows);
    world().barrier();
    return columns_of(folder.path() / name);
  };
  const auto in_one_round = written("one.h5", 1'000'000);
  std::int64_t trajectories = 0;
  for (const RowSection& section : results.sections) trajectories += section.rows[trajectories_table];
  EXPECT_GT(trajectories, 500);
  EXPECT_EQ(static_cast<std::int64_t>(in_one_round.front().size()), trajectories);
  for (const std::uint64_t most_rows : {std::uint64_t{37}, std::uint64_t{400}})
    EXPECT_TRUE(written(std::to_string(most_rows) + ".h5", most_rows) == in_one_round) << "at most " << most_rows;
}

}  // namespace
}  // namespace an::app

AN_MPI_TEST_MAIN()
