// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/table.hpp"

namespace an::report {

/// A number with what it is, and words below it.
struct KeyNumber {
  std::string name, value, note;
};

/// One self-contained page, part after part: no script, nothing from the network.
class HtmlPage {
 public:
  explicit HtmlPage(std::string_view title);

  void heading(std::string_view words);
  void subheading(std::string_view words);
  void paragraph(std::string_view words);
  /// The table with its title; the first column and columns of words are set left, all else right. A wide one is
  /// scrolled on its own.
  void table(const Table& table);
  /// Numbers that are to be seen first, side by side.
  void numbers(const std::vector<KeyNumber>& numbers);
  /// A drawing with words below, beside the figures before and after it where there is room.
  void figure(std::string_view svg, std::string_view caption);
  /// The next figure stands below the ones so far.
  void end_figures();
  std::string finish() const;

 private:
  void element(std::string_view tag, std::string_view words);

  std::string body_;
  bool in_figures_ = false;
};

}  // namespace an::report
