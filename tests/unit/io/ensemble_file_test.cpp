// SPDX-License-Identifier: MIT
#include "io/ensemble_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "temporary_folder.hpp"

namespace an::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

LineProblem problem_of(std::string_view text) {
  const EnsembleFile file = parse_ensemble(text);
  EXPECT_FALSE(file.labels.has_value()) << text;
  EXPECT_EQ(file.problems.size(), 1U) << text;
  return file.problems.empty() ? LineProblem{} : file.problems[0];
}

TEST(EnsembleFile, HasAColumnAState) {
  const EnsembleFile file = parse_ensemble("model: multi_state; num_state: 2 \n1;2\n.1;.2\n3;4\n.3;.4\n.25;.75\n");
  ASSERT_TRUE(file.labels.has_value());
  EXPECT_TRUE(file.problems.empty());
  EXPECT_EQ(file.model, "multi_state");
  EXPECT_EQ(file.header, "model: multi_state; num_state: 2 ");
  EXPECT_THAT(file.labels->alpha_mean, ElementsAre(1, 2));
  EXPECT_THAT(file.labels->alpha_variance, ElementsAre(.1, .2));
  EXPECT_THAT(file.labels->k_mean, ElementsAre(3, 4));
  EXPECT_THAT(file.labels->k_variance, ElementsAre(.3, .4));
  EXPECT_THAT(file.labels->weight, ElementsAre(.25, .75));
}

TEST(EnsembleFile, OfOneStateIsAColumnOrARowAndWeighsOne) {
  for (const char* text : {"any\n1\n2\n3\n4\n0\n", "any\n1;2;3;4;nan\n"}) {
    const EnsembleFile file = parse_ensemble(text);
    ASSERT_TRUE(file.labels.has_value()) << text;
    EXPECT_EQ(file.labels->states(), 1U);
    EXPECT_THAT(file.labels->alpha_variance, ElementsAre(2));
    EXPECT_THAT(file.labels->k_variance, ElementsAre(4));
    EXPECT_THAT(file.labels->weight, ElementsAre(1));
    EXPECT_EQ(file.model, "");
  }
}

TEST(EnsembleFile, SkipsTheFirstLineWhateverItIsThenCommentsAndEmptyLines) {
  const EnsembleFile file = parse_ensemble("# header\n\n1;1 # alpha\r\n# note\n2;2\r3;3\n4;4\n\n 5 ;\t5 \n\n");
  ASSERT_TRUE(file.labels.has_value());
  EXPECT_THAT(file.labels->alpha_mean, ElementsAre(1, 1));
  EXPECT_THAT(file.labels->weight, ElementsAre(5, 5));
}

TEST(EnsembleFile, TellsHowManyRowsAreMissing) {
  EXPECT_THAT(problem_of("h\n1;1\n1;1\n1;1\n1;1\n").what, StartsWith("4 rows of 2 numbers"));
  EXPECT_THAT(problem_of("1;1\n1;1\n1;1\n1;1\n1;1\n").what, HasSubstr("is the header missing?"));
  EXPECT_THAT(problem_of("").what, StartsWith("no numbers"));
  EXPECT_THAT(problem_of("model: single_state; num_state: 1 \n").what, StartsWith("no numbers"));
}

TEST(EnsembleFile, QuotesTheOfficialExceptionOfAShape) {
  EXPECT_EQ(problem_of("h\n1;1\n1;1\n1;1\n1;1\n").official,
            "ValueError: not enough values to unpack (expected 2, got 1)");
  EXPECT_EQ(problem_of("h\n1;1\n1;1\n").official, "IndexError: index 2 is out of bounds for axis 0 with size 2");
  EXPECT_EQ(problem_of("h\n1\n1\n1\n1\n1\n1\n").official, "ValueError: too many values to unpack (expected 2)");
  EXPECT_EQ(problem_of("h\n").official, "ValueError: not enough values to unpack (expected 2, got 0)");
}

TEST(EnsembleFile, ReportsEveryBadLine) {
  const EnsembleFile file = parse_ensemble("h\n1;1\n1\n1;x\n1;\n1;1\n");
  ASSERT_EQ(file.problems.size(), 3U);
  EXPECT_EQ(file.problems[0].line, 3U);
  EXPECT_EQ(file.problems[0].what, "1 values, but the first row has 2");
  EXPECT_EQ(file.problems[1].line, 4U);
  EXPECT_EQ(file.problems[1].column, 3U);
  EXPECT_EQ(file.problems[1].official, "ValueError: could not convert string 'x' to float64 at row 2, column 2.");
  EXPECT_THAT(file.problems[2].what, StartsWith("nothing where a number is expected"));
}

TEST(EnsembleFile, TellsWhichSeparatorToUse) {
  EXPECT_THAT(parse_ensemble("h\n1,2\n1,2\n").problems.at(0).what, HasSubstr("separate values by ';', not ','"));
  EXPECT_THAT(parse_ensemble("h\n1 2\n1 2\n").problems.at(0).what,
              HasSubstr("separate values by ';', not white space"));
}

TEST(EnsembleFile, ReportsWhatIsNotUtf8EvenInTheHeader) {
  const LineProblem problem = problem_of("mod\xe9l\n1\n2\n3\n4\n5\n");
  EXPECT_EQ(problem.line, 1U);
  EXPECT_EQ(problem.column, 4U);
  EXPECT_EQ(problem.official,
            "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xe9 in position 3: invalid continuation byte");
}

TEST(EnsembleFile, IsWrittenAsTheOfficialPackageDoes) {
  const EnsembleLabels labels{{1, 0.5}, {1e-4, 0}, {.15, 1e-12}, {.01, 1e6}, {.75, .25}};
  EXPECT_EQ(format_ensemble(labels, "immobile_traps"),
            "model: immobile_traps; num_state: 2 \n"
            "1.000000000000000000e+00;5.000000000000000000e-01\n"
            "1.000000000000000048e-04;0.000000000000000000e+00\n"
            "1.499999999999999944e-01;9.999999999999999799e-13\n"
            "1.000000000000000021e-02;1.000000000000000000e+06\n"
            "7.500000000000000000e-01;2.500000000000000000e-01\n");
}

TEST(EnsembleFile, ReadsBackWhatItWrites) {
  const testing::TemporaryFolder folder;
  const EnsembleLabels labels{{1. / 3, 2}, {0, 1e-300}, {1e6, 4}, {.1, .2}, {.3, .7}};
  write_ensemble(folder.path() / "e.txt", labels, "dimerization");
  const EnsembleFile file = read_ensemble(folder.path() / "e.txt");
  ASSERT_TRUE(file.labels.has_value());
  EXPECT_EQ(file.model, "dimerization");
  EXPECT_EQ(file.labels->alpha_mean, labels.alpha_mean);
  EXPECT_EQ(file.labels->alpha_variance, labels.alpha_variance);
  EXPECT_EQ(file.labels->k_mean, labels.k_mean);
  EXPECT_EQ(file.labels->k_variance, labels.k_variance);
  EXPECT_EQ(file.labels->weight, labels.weight);
}

TEST(EnsembleFile, ThrowsWhereTheFileCannotBeRead) { EXPECT_THROW(read_ensemble("/nonexistent/e.txt"), InputError); }

}  // namespace
}  // namespace an::io
