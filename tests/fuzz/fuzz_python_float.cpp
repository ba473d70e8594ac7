// SPDX-License-Identifier: MIT
#include <string>
#include <string_view>

#include "core/number_text.hpp"
#include "io/python_float.hpp"
#include "same_values.hpp"

// A number that was read is written and read back the same. The readers agree with each other and with strtod where all
// of them must.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace an;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::optional<double> python = io::parse_python_float(text);
  if (python) fuzz::require(fuzz::same_value(*io::parse_python_float(shortest_text(*python)), *python));
  const std::optional<double> numpy = io::parse_numpy_float(text);
  if (python && numpy) fuzz::require(fuzz::same_value(*numpy, *python));
  double value = 0;
  const char* const after = io::scan_plain_number(text.data(), text.data() + size, value);
  if (after != nullptr) {
    const std::string_view number = text.substr(0, static_cast<std::size_t>(after - text.data()));
    fuzz::require(fuzz::same_value(*io::parse_python_float(number), value));
    fuzz::require(fuzz::same_value(std::strtod(std::string(number).c_str(), nullptr), value));
  }
  return 0;
}
