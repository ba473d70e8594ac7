// SPDX-License-Identifier: MIT
#include "io/text_lines.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace an::io {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) lines.emplace_back(take_line(text));
  return lines;
}

TEST(TextLines, EndWithANewlineOrTheText) {
  using testing::ElementsAre;
  using testing::IsEmpty;
  EXPECT_THAT(lines_of(""), IsEmpty());
  EXPECT_THAT(lines_of("a"), ElementsAre("a"));
  EXPECT_THAT(lines_of("a\n"), ElementsAre("a"));
  EXPECT_THAT(lines_of("\na\r\n\nb"), ElementsAre("", "a\r", "", "b"));
}

}  // namespace
}  // namespace an::io
