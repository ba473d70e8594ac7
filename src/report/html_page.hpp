// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace an::report {

/// One self-contained page, part after part: no script, nothing from the network.
class HtmlPage {
 public:
  explicit HtmlPage(std::string_view title);

  void heading(std::string_view words);
  void paragraph(std::string_view words);
  /// A header and rows of cells; the first column and long words are set left, all else right. Cells that begin
  /// with `*` are bold.
  void table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);
  /// A drawing with words below, beside the figures before and after it where there is room.
  void figure(std::string_view svg, std::string_view caption);
  std::string finish() const;

 private:
  void end_figures();

  std::string body_;
  bool in_figures_ = false;
};

}  // namespace an::report
