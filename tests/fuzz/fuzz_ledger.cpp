// SPDX-License-Identifier: MIT
#include <string>

#include "app/items/item_costs.hpp"
#include "app/items/run_ledger.hpp"
#include "core/error.hpp"
#include "io/file_checksum.hpp"
#include "io/text_file.hpp"
#include "same_values.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace an;

// Each line behind the hash that makes it one of a ledger; lines that begin with ! stay as they are.
std::string hashed(std::string_view text) {
  std::string all;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    all += line.starts_with('!') ? std::string(line) : io::content_hash(line) + " " + std::string(line);
    all += '\n';
    begin = end + 1;
  }
  return all;
}

// A list of costs is read, or refused with an InputError; then it is written and read back the same.
void read_costs(const testing::TemporaryFolder& folder, std::string_view text) {
  try {
    const std::filesystem::path again = folder.path() / "again.csv";
    const auto costs = app::read_item_costs(folder.add("costs.csv", text));
    app::write_item_costs(again, costs);
    const auto same = app::read_item_costs(again);
    fuzz::require(same.size() == costs.size());
    for (std::size_t i = 0; i < same.size(); ++i)
      fuzz::require(same[i].stage == costs[i].stage && same[i].rank == costs[i].rank &&
                    same[i].items.after == costs[i].items.after &&
                    fuzz::same_values(same[i].items.expected, costs[i].items.expected));
  } catch (const InputError&) {
  }
}

}  // namespace

// Whatever a ledger holds, an item that was never finished is not whole; and one that is added then is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const testing::TemporaryFolder folder(testing::place_in_memory());
  static const parallel::Communicator alone;
  folder.clear();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_costs(folder, text);
  const app::ItemFiles item{{folder.add("input", "1")}, {folder.add("output.csv", "2")}};
  folder.add("ledger/rank_0.txt", hashed(text));
  {
    app::RunLedger ledger(folder.path(), "settings", alone);
    fuzz::require(ledger.standing(item) != app::Standing::whole);
    ledger.record(item);
  }
  app::RunLedger ledger(folder.path(), "settings", alone);
  fuzz::require(ledger.standing(item) == app::Standing::whole);
  ledger.close();
  fuzz::require(app::RunLedger(folder.path(), "settings", alone).standing(item) == app::Standing::whole);
  return 0;
}
