// SPDX-License-Identifier: MIT
#include "report/html_page.hpp"

#include <fmt/format.h>

#include <iterator>

#include "report/svg.hpp"

namespace an::report {

namespace {

constexpr std::string_view style = R"(
body{font:15px/1.5 system-ui,sans-serif;color:#222;background:#fff;max-width:1240px;margin:0 auto;padding:0 1rem 3rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem;border-bottom:1px solid #ccc}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
th,td{padding:.15rem .6rem;text-align:right;white-space:nowrap}
th:first-child,td:first-child,.words{text-align:left}
.words{white-space:normal;min-width:22rem}
thead th{border-bottom:2px solid #222}tbody tr:nth-child(even){background:#f4f6f9}
.figures{display:flex;flex-wrap:wrap;gap:1rem}
figure{margin:0;flex:1 1 300px;max-width:580px}
svg{width:100%;height:auto}
figcaption{font-size:.85rem;color:#555}
@media print{h2{break-after:avoid}figure,tr{break-inside:avoid}body{max-width:none}}
)";

// Longer cells hold words, and are set left.
constexpr std::size_t longest_number = 24;

}  // namespace

HtmlPage::HtmlPage(std::string_view title)
    : body_(fmt::format("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                        "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n",
                        escaped(title), style)) {}

void HtmlPage::heading(std::string_view words) {
  end_figures();
  fmt::format_to(std::back_inserter(body_), "<h2>{}</h2>\n", escaped(words));
}

void HtmlPage::paragraph(std::string_view words) {
  end_figures();
  fmt::format_to(std::back_inserter(body_), "<p>{}</p>\n", escaped(words));
}

void HtmlPage::table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
  end_figures();
  body_ += "<div class=\"wide\"><table>\n<thead><tr>";
  for (const std::string& cell : header) body_ += "<th>" + escaped(cell) + "</th>";
  body_ += "</tr></thead>\n<tbody>\n";
  for (const std::vector<std::string>& row : rows) {
    body_ += "<tr>";
    for (const std::string& cell : row) {
      const bool is_bold = cell.starts_with('*');
      body_ += cell.size() > longest_number ? "<td class=\"words\">" : "<td>";
      body_ += is_bold ? "<b>" + escaped(std::string_view(cell).substr(1)) + "</b>" : escaped(cell);
      body_ += "</td>";
    }
    body_ += "</tr>\n";
  }
  body_ += "</tbody></table></div>\n";
}

void HtmlPage::figure(std::string_view svg, std::string_view caption) {
  if (!in_figures_) body_ += "<div class=\"figures\">\n";
  in_figures_ = true;
  fmt::format_to(std::back_inserter(body_), "<figure>{}<figcaption>{}</figcaption></figure>\n", svg, escaped(caption));
}

void HtmlPage::end_figures() {
  if (in_figures_) body_ += "</div>\n";
  in_figures_ = false;
}

std::string HtmlPage::finish() const { return body_ + (in_figures_ ? "</div>\n" : "") + "</body>\n</html>\n"; }

}  // namespace an::report
