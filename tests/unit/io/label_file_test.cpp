// SPDX-License-Identifier: MIT
#include "io/label_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "oracle.hpp"
#include "temporary_folder.hpp"

namespace an::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<double> row(const LabelFile& file, std::size_t i) {
  const auto fields = file.table[i].fields();
  return {fields.begin(), fields.end()};
}

std::vector<std::size_t> bad_lines(const LabelFile& file) {
  std::vector<std::size_t> lines;
  for (const LineProblem& problem : file.problems) lines.push_back(problem.line);
  return lines;
}

/// The only problem of a text.
LineProblem problem_of(std::string_view text) {
  const LabelFile file = parse_labels(text);
  EXPECT_EQ(file.problems.size(), 1U) << text;
  return file.problems.empty() ? LineProblem{} : file.problems[0];
}

// The case's row: index, then lists of K, alpha, state and change point.
std::vector<double> expected_fields(const testing::Json& row) {
  std::vector<double> fields{testing::number(row.at(0))};
  const auto k = testing::numbers(row.at(1)), alpha = testing::numbers(row.at(2)), state = testing::numbers(row.at(3));
  const auto change_points = testing::numbers(row.at(4));
  for (std::size_t i = 0; i < k.size(); ++i) {
    fields.insert(fields.end(), {k[i], alpha[i], state[i]});
    if (i < change_points.size()) fields.push_back(change_points[i]);
  }
  return fields;
}

TEST(LabelFile, AgreesWithTheOfficialReader) {
  for (const auto& test : testing::function_cases("load_file_to_df")) {
    const std::string text = test.at("in").get<std::string>();
    const LabelFile file = parse_labels(text);
    const bool fatal = !file.problems.empty() && file.problems[0].fatal;
    ASSERT_EQ(fatal, test.at("out").contains("exception")) << text;
    if (fatal) {
      EXPECT_EQ(file.problems[0].official, test.at("out").at("exception").get<std::string>() + ": " +
                                               test.at("out").at("message").get<std::string>());
      continue;
    }
    const auto& rows = test.at("out").at("ok");
    ASSERT_EQ(file.table.size(), rows.size()) << text;
    for (std::size_t i = 0; i < rows.size(); ++i)
      EXPECT_THAT(row(file, i), ::testing::Pointwise(::testing::NanSensitiveDoubleEq(), expected_fields(rows.at(i))))
          << text;
  }
}

TEST(LabelFile, KeepsLinesOfTheOfficialLengthsOnly) {
  for (const auto& test : testing::function_cases("check_prediction_length")) {
    const int length = test.at("in").get<int>();
    if (length == 0) continue;  // no line has no value
    std::string text = "0";
    for (int i = 1; i < length; ++i) text += ",1";
    EXPECT_EQ(parse_labels(text).table.size() == 1, test.at("out").at("ok").get<bool>()) << length;
  }
}

TEST(LabelFile, PlacesValuesAsTheOfficialReaderDoes) {
  for (const auto& test : testing::function_cases("separate_prediction_values")) {
    const int length = test.at("in").get<int>();
    if (length == 0 || length % 4 > 1) continue;
    std::string text = "0";
    for (int i = 1; i < length; ++i) text.append(1, ',').append(std::to_string(i));
    const LabelFile file = parse_labels(text);
    const LabelRow labels = file.table[0];
    const auto& lists = test.at("out").at("ok");
    std::vector<std::vector<double>> found(4);
    for (std::size_t i = 0; i < labels.segments(); ++i) {
      found[0].push_back(labels.k(i));
      found[1].push_back(labels.alpha(i));
      found[2].push_back(labels.state(i));
    }
    for (std::size_t i = 0; i < labels.change_points(); ++i) found[3].push_back(labels.change_point(i));
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(found[i], testing::numbers(lists.at(i))) << length;
  }
}

TEST(LabelFile, EndsLinesWhereSplitlinesDoes) {
  for (const char* end : {"\n", "\r\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\u0085", "\u2028", "\u2029"}) {
    const LabelFile file = parse_labels(std::string("1,1,1,1,9") + end + "2,1,1,1,8" + end);
    ASSERT_EQ(file.table.size(), 2U) << end;
    EXPECT_TRUE(file.problems.empty());
    EXPECT_EQ(file.table[1].index(), 2);
    EXPECT_EQ(file.table.line(1), 2U);
  }
}

TEST(LabelFile, ReportsEveryBadLine) {
  const LabelFile file = parse_labels("0,1,1,2,9\nx,1,1,2,9\n2,1,1\n3,1,1,2,y\n\n5,1,1,2,9\n");
  EXPECT_THAT(bad_lines(file), ElementsAre(2, 3, 4, 5));
  EXPECT_FALSE(file.problems[1].fatal) << "the official scorer drops a line of three values silently";
  EXPECT_EQ(file.problems[1].official, "");
  EXPECT_EQ(file.problems[2].column, 9U);
  EXPECT_THAT(file.problems[2].what, StartsWith("'y' is not a number"));
  EXPECT_TRUE(std::isnan(file.problems[0].index)) << "no trajectory can be told";
  EXPECT_EQ(file.problems[1].index, 2);
  EXPECT_EQ(file.problems[2].index, 3);
  ASSERT_EQ(file.table.size(), 2U);
  EXPECT_EQ(file.table[1].index(), 5);
  EXPECT_EQ(file.table.line(1), 6U);
}

TEST(LabelFile, TellsTheLikelyCause) {
  EXPECT_THAT(problem_of("0,1,1,2,9\n\n").what, StartsWith("an empty line"));
  EXPECT_THAT(problem_of("\xEF\xBB\xBF"
                         "0,1,1,2,9")
                  .what,
              HasSubstr("byte order mark"));
  EXPECT_THAT(problem_of("0;1;1;2;9").what, HasSubstr("separated by ';'"));
  EXPECT_THAT(problem_of("0 1 1 2 9").what, HasSubstr("separated by white space"));
  EXPECT_THAT(problem_of("traj_idx,D,alpha,state,cp").what, HasSubstr("header"));
  EXPECT_THAT(problem_of("# made by me").what, HasSubstr("comment"));
  EXPECT_THAT(problem_of("[0,1,1,2,9]").what, HasSubstr("brackets"));
  EXPECT_THAT(problem_of("0,1,1,2,9,").what, HasSubstr("last ','"));
  EXPECT_THAT(problem_of("0,,1,2,9").what, HasSubstr("between two ','"));
  EXPECT_THAT(problem_of(std::string("\xff\xfe"
                                     "0\0",
                                     4))
                  .what,
              HasSubstr("UTF-8"));
}

TEST(LabelFile, QuotesTheOfficialException) {
  EXPECT_EQ(problem_of("0,1,1,2,9,").official, "ValueError: could not convert string to float: ''");
  EXPECT_EQ(problem_of("0, it's,1,2,9").official, "ValueError: could not convert string to float: \" it's\"");
  EXPECT_EQ(problem_of("0,a\\\tb").official, "ValueError: could not convert string to float: 'a\\\\\\tb'");
  EXPECT_EQ(problem_of("0,1,1,2,9\n1,\xff,1,2,9").official,
            "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 12: invalid start byte");
  EXPECT_EQ(problem_of("0,\xe2\x82").official,
            "UnicodeDecodeError: 'utf-8' codec can't decode bytes in position 2-3: unexpected end of data");
}

TEST(LabelFile, StopsCountingProblemsOneByOneAtALimit) {
  const LabelFile file = parse_labels(std::string(ProblemList::limit + 5, '\n'));
  ASSERT_EQ(file.problems.size(), ProblemList::limit + 1);
  EXPECT_THAT(file.problems.back().what, StartsWith("5 more"));
  EXPECT_TRUE(file.problems.back().fatal);
}

TEST(LabelFile, WritesWholeIndicesStatesAndChangePointsPlainly) {
  LabelTable table;
  table.append(std::vector<double>{3, 0.1, 1, 2, 45, 0, 1e-5, 0, 200}, 1);
  table.append(std::vector<double>{4.5, std::nan(""), -0.0, -1, INFINITY}, 2);
  EXPECT_EQ(format_labels(table), "3,0.1,1.0,2,45,0.0,1e-05,0,200\n4.5,nan,-0.0,-1,inf\n");
}

TEST(LabelFile, ReadsBackWhatItWrites) {
  const testing::TemporaryFolder folder;
  LabelTable table;
  table.append(std::vector<double>{0, 0.1, 1.0 / 3, 2, 45, 1e300, 5e-324, 0, 200}, 1);
  write_labels(folder.path() / "fov_0.txt", table);
  const LabelFile file = read_labels(folder.path() / "fov_0.txt");
  ASSERT_EQ(file.table.size(), 1U);
  EXPECT_THAT(row(file, 0), ElementsAre(0, 0.1, 1.0 / 3, 2, 45, 1e300, 5e-324, 0, 200));
}

TEST(LabelFile, ThrowsWhereTheFileCannotBeRead) { EXPECT_THROW(read_labels("/nonexistent/fov_0.txt"), InputError); }

}  // namespace
}  // namespace an::io
