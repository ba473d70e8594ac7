// SPDX-License-Identifier: MIT
#include "report/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace an::report {
namespace {

using ::testing::HasSubstr;

Table example() {
  return {"t",
          "Scores & more",
          {"exp", "K_1"},
          {{{"a,b", false, "", ""}, {"0.100", true, "0.2", "0.1001"}}, {{"50 %", false, "", ""}, {"-", false, "", ""}}},
          "paper"};
}

TEST(Table, TextIsAlignedAndMarksBoldCells) {
  EXPECT_EQ(table_text(example()),
            "Scores & more\n\n"
            "exp            K_1\n"
            "-------------------\n"
            "a,b    0.100 (0.2)*\n"
            "50 %             -\n");
}

TEST(Table, CsvHasExactNumbersAndAColumnOfWhatIsBeside) {
  EXPECT_EQ(table_csv(example()), "exp,K_1,K_1 paper\n\"a,b\",0.1001,0.2\n50 %,-,\n");
}

TEST(Table, CsvDoublesQuotes) {
  EXPECT_EQ(table_csv({"t", "", {"a\"b"}, {{{"x\ny", false, "", ""}}}, ""}), "\"a\"\"b\"\n\"x\ny\"\n");
}

TEST(Table, MarkdownEscapesItsMarks) {
  EXPECT_EQ(table_markdown(example()),
            "**Scores & more**\n\n| exp | K\\_1 |\n| --- | ---: |\n| a,b | **0.100 (0.2)** |\n| 50 % | - |\n");
}

TEST(Table, LatexEscapesItsCharacters) {
  EXPECT_EQ(table_latex(example()),
            "% Scores & more\n\\begin{tabular}{lr}\n\\hline\nexp & K\\_1 \\\\\n\\hline\n"
            "a,b & \\textbf{0.100 (0.2)} \\\\\n50 \\% & - \\\\\n\\hline\n\\end{tabular}\n");
  EXPECT_THAT(table_latex({"t", "", {"a\\b~"}, {}, ""}), HasSubstr("a\\textbackslash{}b\\~{}"));
}

TEST(Table, ScoreCellsKeepTheWholeNumber) {
  EXPECT_EQ(score_cell(1.0 / 3).text, "0.333");
  EXPECT_EQ(score_cell(1.0 / 3).exact, "0.3333333333333333");
}

}  // namespace
}  // namespace an::report
