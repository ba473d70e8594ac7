// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "parallel/communicator.hpp"

namespace an::app {

/// The folder of the ledger in a folder of results.
inline constexpr const char* ledger_name = "ledger";

/// What an item of work reads and writes.
struct ItemFiles {
  std::vector<std::filesystem::path> inputs;
  std::vector<std::filesystem::path> outputs;  ///< the first one names the item, in its folder
};

/// How an item stands on resuming.
enum class Standing {
  absent,   ///< never finished
  whole,    ///< finished, from the same inputs, and its outputs are as they were written
  damaged,  ///< finished, but an output is missing or not as it was written
  outdated  ///< finished, from inputs that have changed since
};

/// The items that are finished in a folder of results: `ledger/rank_R.txt`, to which rank R adds a line an item, and,
/// once all is done, `ledger/all.txt`.
///
/// A line is: hash of the rest of the line, key of the item, checksums of its outputs, name. The key is a hash of
/// settings, the program's version and the contents of the inputs. A line that is torn or damaged counts for nothing,
/// so a kill at any moment loses no more than items, never makes one that is not whole look so: outputs are on the disk
/// before their line is written.
class RunLedger {
 public:
  /// Reads what earlier runs have left. Collective. \param folder exists \param settings all that decides results
  /// beside the inputs \throws OutputError
  RunLedger(const std::filesystem::path& folder, std::string_view settings, const parallel::Communicator& world);

  Standing standing(const ItemFiles& item);
  /// Names of the items that earlier runs had finished: their first outputs, in the folder.
  std::vector<std::string> finished() const;
  /// Removes the outputs, so that nobody takes them for the new ones. \throws OutputError
  static void begin(const ItemFiles& item);
  /// Adds a finished item. \throws OutputError
  void record(const ItemFiles& item);
  /// Brings the lines of all ranks into one file: the same for any number of ranks and interruptions. Collective.
  /// \throws OutputError
  void close();

 private:
  std::string name_of(const ItemFiles& item) const;
  std::string key_of(const ItemFiles& item);

  std::filesystem::path results_, folder_, own_file_;
  std::string settings_;
  const parallel::Communicator& world_;
  std::multimap<std::string, std::string> found_;        ///< lines of earlier runs, by name
  std::map<std::filesystem::path, std::string> inputs_;  ///< their checksums, taken once
  std::string own_lines_;                                ///< of the items that this rank has found whole or made
  bool appended_ = false;
};

}  // namespace an::app
