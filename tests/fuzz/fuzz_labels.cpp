// SPDX-License-Identifier: MIT
#include "io/label_file.hpp"
#include "same_values.hpp"

// A table that was read is written and read back the same; rows and problems stand in the order of the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace an;
  const io::LabelFile file = io::parse_labels({reinterpret_cast<const char*>(data), size});
  const io::LabelFile again = io::parse_labels(io::format_labels(file.table));
  fuzz::require(again.problems.empty() && again.table.size() == file.table.size());
  for (std::size_t row = 0; row < file.table.size(); ++row) {
    fuzz::require(fuzz::same_values(again.table[row].fields(), file.table[row].fields()));
    fuzz::require(again.table.line(row) == row + 1 && file.table.line(row) >= row + 1);
  }
  for (const io::LineProblem& problem : file.problems) fuzz::require(problem.fatal != problem.official.empty());
  return 0;
}
