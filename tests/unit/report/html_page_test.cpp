// SPDX-License-Identifier: MIT
#include "report/html_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace an::report {
namespace {

using ::testing::HasSubstr;

TEST(HtmlPage, EscapesWords) {
  HtmlPage page("a < b & c");
  page.table({"t", "1 & 2", {"<i>"}, {{{"\"x\"", true, "<0>", ""}}}, "paper"});
  page.numbers({{"n<", "v<", "w<"}});
  const std::string html = page.finish();
  EXPECT_THAT(html, HasSubstr("<h1>a &lt; b &amp; c</h1>"));
  EXPECT_THAT(html, HasSubstr("<th>&lt;i&gt;</th>"));
  EXPECT_THAT(html, HasSubstr("<caption>1 &amp; 2</caption>"));
  EXPECT_THAT(html, HasSubstr("<td><b>&quot;x&quot;</b> <small>(&lt;0&gt;)</small></td>"));
  EXPECT_THAT(html, HasSubstr("<span>n&lt;</span><b>v&lt;</b><small>w&lt;</small>"));
}

TEST(HtmlPage, FiguresInARowShareOneBlock) {
  HtmlPage page("t");
  page.figure("<svg/>", "one");
  page.figure("<svg/>", "two");
  page.paragraph("between");
  page.figure("<svg/>", "three");
  const std::string html = page.finish();
  EXPECT_THAT(html, HasSubstr("one</figcaption></figure>\n<figure>"));
  EXPECT_THAT(html, HasSubstr("two</figcaption></figure>\n</div>\n<p>between</p>\n<div class=\"figures\">"));
  EXPECT_THAT(html, HasSubstr("three</figcaption></figure>\n</div>\n</body>"));
}

}  // namespace
}  // namespace an::report
