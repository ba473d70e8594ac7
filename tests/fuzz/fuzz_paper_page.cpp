// SPDX-License-Identifier: MIT
#include "app/paper/paper_page.hpp"
#include "core/error.hpp"
#include "same_values.hpp"
#include "temporary_folder.hpp"

// Tables and figures are shown as pages, or refused with an InputError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace an;
  static const testing::TemporaryFolder folder(testing::place_in_memory());
  folder.clear();
  folder.add("paper/paper.json", {reinterpret_cast<const char*>(data), size});
  try {
    app::write_paper_pages(folder.path() / "paper");
    fuzz::require(exists(folder.path() / "paper" / "index.html"));
  } catch (const InputError&) {
  } catch (const OutputError&) {  // a name longer than the file system takes
  }
  return 0;
}
