// SPDX-License-Identifier: MIT
#include "app/score/result_layout.hpp"

namespace an::app {

using io::Column;
using io::ColumnType;

namespace {

const std::vector<Column> single_columns{
    {"rmse_cp", ColumnType::float64, "frames", "root mean squared error of change points"},
    {"jsc_cp", ColumnType::float64, "1", "Jaccard similarity of change points"},
    {"mae_alpha", ColumnType::float64, "1", "mean absolute error of alpha"},
    {"msle_k", ColumnType::float64, "1", "mean squared log error of K"},
    {"f1_state", ColumnType::float64, "1", "micro-averaged F1 of the diffusive state"}};
const std::vector<Column> ensemble_columns{
    {"w1_alpha", ColumnType::float64, "1", "Wasserstein-1 distance of the distributions of alpha"},
    {"w1_k", ColumnType::float64, "pixel^2/frame^alpha", "Wasserstein-1 distance of the distributions of K"}};
const std::vector<Column> fov_place_columns{{"submission", ColumnType::int32, "", "row of /submissions"},
                                            {"track", ColumnType::int8, "", "1 videos, 2 trajectories"},
                                            {"experiment", ColumnType::int32, "", "number of the experiment"},
                                            {"fov", ColumnType::int32, "", "number of the field of view"}};

std::vector<Column> joined(std::vector<Column> columns, const std::vector<Column>& more) {
  columns.insert(columns.end(), more.begin(), more.end());
  return columns;
}

io::Table fov_table() {
  return {"/fields_of_view", "fov_row", 0,
          joined(joined(fov_place_columns, {{"trajectory_count", ColumnType::int64, "1", "trajectories scored"},
                                            {"pair_count", ColumnType::int64, "1", "pairs of segments"}}),
                 single_columns)};
}

io::Table trajectory_table() {
  return {"/trajectories", "trajectory", 0,
          joined(fov_place_columns,
                 {{"index", ColumnType::float64, "", "index in the reference file"},
                  {"length", ColumnType::int64, "frames", "length of the trajectory, -1 where it is not given"},
                  {"change_points_true", ColumnType::int32, "1", "change points of the reference"},
                  {"change_points_predicted", ColumnType::int32, "1", "change points of the submission"},
                  {"true_positives", ColumnType::int32, "1", "change points matched"},
                  {"false_positives", ColumnType::int32, "1", "predicted change points without a match"},
                  {"false_negatives", ColumnType::int32, "1", "true change points without a match"},
                  {"sum_squares", ColumnType::int64, "frames^2", "squared distances of the matched change points"},
                  {"pairs", ColumnType::int32, "1", "segments paired"},
                  {"missing", ColumnType::int8, "", "1 where the submission has no usable line"}})};
}

io::Table segment_table() {
  return {
      "/segments",
      "segment",
      0,
      {{"trajectory", ColumnType::int64, "", "row of /trajectories"},
       {"segment_true", ColumnType::int32, "", "segment of the reference, from 0; -1 where the trajectory is missing"},
       {"segment_predicted", ColumnType::int32, "",
        "segment of the submission, from 0; -1 where the trajectory is missing"},
       {"alpha_true", ColumnType::float64, "1", "anomalous exponent of the reference"},
       {"alpha_predicted", ColumnType::float64, "1", "anomalous exponent scored (penalised where invalid)"},
       {"alpha_error", ColumnType::float64, "1", "absolute error of alpha"},
       {"k_true", ColumnType::float64, "pixel^2/frame^alpha", "generalised diffusion coefficient of the reference"},
       {"k_predicted", ColumnType::float64, "pixel^2/frame^alpha",
        "generalised diffusion coefficient scored (penalised where invalid)"},
       {"k_squared_log_error", ColumnType::float64, "1", "squared difference of ln(K + 1)"},
       {"state_true", ColumnType::int8, "", "0 immobile, 1 confined, 2 free, 3 directed"},
       {"state_predicted", ColumnType::int8, "", "as state_true; -1 where there is none"}}};
}

io::Table matched_change_point_table() {
  return {"/change_points",
          "change_point",
          0,
          {{"trajectory", ColumnType::int64, "", "row of /trajectories"},
           {"frame_true", ColumnType::int64, "frames", "first frame of the true segment that begins; -1: none matches"},
           {"frame_predicted", ColumnType::int64, "frames", "the same of the submission; -1: not found"},
           {"alpha_before", ColumnType::float64, "1", "true anomalous exponent before it"},
           {"alpha_after", ColumnType::float64, "1", "true anomalous exponent from it on"},
           {"k_before", ColumnType::float64, "pixel^2/frame^alpha", "true generalised diffusion coefficient before it"},
           {"k_after", ColumnType::float64, "pixel^2/frame^alpha", "true generalised diffusion coefficient from it on"},
           {"state_before", ColumnType::int8, "", "true state before it; -1 without a true change point"},
           {"state_after", ColumnType::int8, "", "true state from it on; -1 without a true change point"},
           {"length_before", ColumnType::int64, "frames", "length of the true segment before it"},
           {"length_after", ColumnType::int64, "frames", "length of the true segment that it begins"}}};
}

}  // namespace

io::Table submission_table(std::size_t longest_name) {
  return {"/submissions", "submission", 0, {{"name", ColumnType::text, "", "name of the submission", longest_name}}};
}

io::Table global_table() {
  return {"/global", "row", 0,
          joined(joined({{"submission", ColumnType::int32, "", "row of /submissions"},
                         {"track", ColumnType::int8, "", "1 videos, 2 trajectories"}},
                        single_columns),
                 ensemble_columns)};
}

io::Table experiment_table() {
  return {"/", "row", 0,
          joined(joined({{"submission", ColumnType::int32, "", "row of /submissions"},
                         {"track", ColumnType::int8, "", "1 videos, 2 trajectories"},
                         {"experiment", ColumnType::int32, "", "number of the experiment"},
                         {"trajectory_count", ColumnType::int64, "1", "trajectories scored"}},
                        single_columns),
                 ensemble_columns)};
}

io::Table change_point_table() {
  return {"/change_point_errors",
          "change_point_error",
          0,
          {{"submission", ColumnType::int32, "", "row of /submissions"},
           {"track", ColumnType::int8, "", "1 videos, 2 trajectories"},
           {"experiment", ColumnType::int32, "", "number of the experiment"},
           {"error", ColumnType::int32, "frames", "predicted less true"},
           {"change_points", ColumnType::int64, "1", "matched change points of this error"}}};
}

std::array<io::Table, row_table_count> row_tables() {
  return {fov_table(), trajectory_table(), segment_table(), matched_change_point_table()};
}

}  // namespace an::app
