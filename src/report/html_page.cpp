// SPDX-License-Identifier: MIT
#include "report/html_page.hpp"

#include <fmt/format.h>

#include <iterator>

#include "report/svg.hpp"

namespace an::report {

namespace {

constexpr std::string_view style = R"(
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,sans-serif;color:#1c2733;background:#fff;max-width:1240px;margin:0 auto;padding:0 1rem 3rem}
h1{font-size:1.6rem;line-height:1.2;margin:1.4rem 0 .5rem}
h2{font-size:1.3rem;margin:2.4rem 0 .8rem;padding-bottom:.2rem;border-bottom:2px solid #08306b;color:#08306b}
h3{font-size:1.05rem;margin:1.6rem 0 .4rem}
p{max-width:52rem;margin:.5rem 0;color:#45525f;overflow-wrap:anywhere}
.wide{overflow-x:auto;width:fit-content;max-width:100%;margin:.8rem 0;border:1px solid #dde3ea;border-radius:6px}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.87rem}
th,td{padding:.25rem .75rem;text-align:right;white-space:nowrap;vertical-align:top}
th:first-child,td:first-child{text-align:left;position:sticky;left:0;background:#fff}
td.words,th.words{text-align:left;white-space:normal;min-width:14rem;overflow-wrap:anywhere}
td small{color:#6b7885}
thead th{background:#eef2f7;border-bottom:1px solid #c3ccd6}thead th:first-child{background:#eef2f7}
tbody tr+tr td{border-top:1px solid #edf0f4}
caption{text-align:left;padding:.4rem .6rem;font-weight:600}
.numbers{display:flex;flex-wrap:wrap;gap:.6rem;margin:.8rem 0}
.numbers div{flex:1 1 8rem;padding:.5rem .8rem;border:1px solid #dde3ea;border-radius:6px;background:#f7f9fb}
.numbers b{display:block;font-size:1.35rem;line-height:1.3;font-variant-numeric:tabular-nums}
.numbers span,.numbers small{display:block;color:#6b7885;font-size:.8rem}
.figures{display:flex;flex-wrap:wrap;gap:1rem;margin:.8rem 0}
figure{margin:0;flex:1 1 260px;max-width:590px;min-width:0}
svg{width:100%;height:auto;display:block}
figcaption{font-size:.83rem;color:#6b7885;margin-top:.2rem}
@media(max-width:500px){th,td{padding:.25rem .45rem}}
@media print{@page{margin:14mm}body{font-size:10pt;max-width:none;padding:0}table{font-size:7.5pt}th,td{padding:1pt 4pt}
.wide{overflow:visible;border:0}th:first-child,td:first-child{position:static}h2,h3{break-after:avoid}
figure,tr,.numbers div{break-inside:avoid}figure{flex-basis:45%}}
)";

// Bytes; columns with longer cells hold words, and are set left.
constexpr std::size_t longest_number = 24;

}  // namespace

HtmlPage::HtmlPage(std::string_view title)
    : body_(fmt::format(
          "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
          "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n",
          escaped(title), style)) {}

void HtmlPage::element(std::string_view tag, std::string_view words) {
  end_figures();
  fmt::format_to(std::back_inserter(body_), "<{0}>{1}</{0}>\n", tag, escaped(words));
}

void HtmlPage::heading(std::string_view words) { element("h2", words); }
void HtmlPage::subheading(std::string_view words) { element("h3", words); }
void HtmlPage::paragraph(std::string_view words) { element("p", words); }

void HtmlPage::table(const Table& table) {
  end_figures();
  body_ += "<div class=\"wide\"><table>\n";
  if (!table.title.empty()) element("caption", table.title);
  // A column with a long cell holds words.
  std::vector<const char*> of_words(table.header.size(), "");
  for (const std::vector<TableCell>& row : table.rows)
    for (std::size_t c = 0; c < row.size(); ++c)
      if (shown(row[c]).size() > longest_number) of_words[c] = " class=\"words\"";
  body_ += "<thead><tr>";
  for (std::size_t c = 0; c < table.header.size(); ++c)
    body_ += fmt::format("<th{}>{}</th>", of_words[c], escaped(table.header[c]));
  body_ += "</tr></thead>\n<tbody>\n";
  for (const std::vector<TableCell>& row : table.rows) {
    body_ += "<tr>";
    for (std::size_t c = 0; c < row.size(); ++c) {
      const TableCell& cell = row[c];
      body_ += fmt::format("<td{}>", of_words[c]);
      body_ += cell.bold ? "<b>" + escaped(cell.text) + "</b>" : escaped(cell.text);
      if (!cell.beside.empty()) body_ += " <small>(" + escaped(cell.beside) + ")</small>";
      body_ += "</td>";
    }
    body_ += "</tr>\n";
  }
  body_ += "</tbody></table></div>\n";
}

void HtmlPage::numbers(const std::vector<KeyNumber>& numbers) {
  end_figures();
  body_ += "<div class=\"numbers\">\n";
  for (const KeyNumber& number : numbers)
    fmt::format_to(std::back_inserter(body_), "<div><span>{}</span><b>{}</b><small>{}</small></div>\n",
                   escaped(number.name), escaped(number.value), escaped(number.note));
  body_ += "</div>\n";
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
