// SPDX-License-Identifier: MIT
#include "app/items/run_ledger.hpp"

#include <gmock/gmock.h>

#include <string>

#include "io/atomic_file.hpp"
#include "io/text_file.hpp"
#include "temporary_folder.hpp"

namespace an::app {
namespace {

namespace fs = std::filesystem;

class RunLedgerTest : public ::testing::Test {
 protected:
  RunLedgerTest() {
    io::write_file_atomically(folder_.path() / "input", "1 2 3");
    item_ = {{folder_.path() / "input"}, {folder_.path() / "a b\nc.csv", folder_.path() / "a.json"}};
  }
  void make(RunLedger& ledger) const {
    for (const fs::path& output : item_.outputs) io::write_file_atomically(output, "content of " + output.string());
    ledger.record(item_);
  }
  Standing standing(const std::string& settings = "settings") const {
    return RunLedger(folder_.path(), settings, alone_).standing(item_);
  }
  void make_and_leave() const {
    RunLedger ledger(folder_.path(), "settings", alone_);
    make(ledger);
  }
  fs::path lines() const { return folder_.path() / "ledger" / "rank_0.txt"; }

  testing::TemporaryFolder folder_;
  ItemFiles item_;
  parallel::Communicator alone_;
};

TEST_F(RunLedgerTest, KnowsAFinishedItemAgain) {
  EXPECT_EQ(standing(), Standing::absent);
  make_and_leave();
  EXPECT_EQ(standing(), Standing::whole);
}

TEST_F(RunLedgerTest, FindsOutputsThatAreMissingCutOrChanged) {
  make_and_leave();
  const std::string content = io::read_text_file(item_.outputs[1]);
  io::write_file_atomically(item_.outputs[1], content.substr(0, content.size() - 1));
  EXPECT_EQ(standing(), Standing::damaged);
  std::string flipped = content;
  flipped[3] ^= 1;
  io::write_file_atomically(item_.outputs[1], flipped);
  EXPECT_EQ(standing(), Standing::damaged);
  fs::remove(item_.outputs[1]);
  EXPECT_EQ(standing(), Standing::damaged);
  io::write_file_atomically(item_.outputs[1], content);
  EXPECT_EQ(standing(), Standing::whole);
}

TEST_F(RunLedgerTest, TellsOtherInputsAndSettings) {
  make_and_leave();
  EXPECT_EQ(standing("other settings"), Standing::outdated);
  io::write_file_atomically(item_.inputs[0], "1 2 4");
  EXPECT_EQ(standing(), Standing::outdated);
  fs::remove(item_.inputs[0]);
  EXPECT_EQ(standing(), Standing::outdated);
  io::write_file_atomically(item_.inputs[0], "1 2 3");
  EXPECT_EQ(standing(), Standing::whole);
}

TEST_F(RunLedgerTest, TakesNoLineThatIsTornOrChanged) {
  make_and_leave();
  const std::string text = io::read_text_file(lines());
  for (std::size_t size = 0; size + 1 < text.size(); ++size) {
    folder_.add("ledger/rank_0.txt", text.substr(0, size));
    EXPECT_EQ(standing(), Standing::absent) << size;
  }
  for (std::size_t place = 1; place + 1 < text.size(); ++place) {
    std::string flipped = text;
    flipped[place] ^= 1;
    folder_.add("ledger/rank_0.txt", flipped);
    EXPECT_EQ(standing(), Standing::absent) << place;
  }
}

TEST_F(RunLedgerTest, AddsAfterATornLine) {
  make_and_leave();
  const std::string text = io::read_text_file(lines());
  folder_.add("ledger/rank_0.txt", text.substr(0, text.size() / 2));
  make_and_leave();
  EXPECT_EQ(standing(), Standing::whole);
}

TEST_F(RunLedgerTest, IsTheSameInTheEndWhateverHappened) {
  RunLedger once(folder_.path(), "settings", alone_);
  make(once);
  once.close();
  EXPECT_FALSE(fs::exists(lines()));
  const std::string expected = io::read_text_file(folder_.path() / "ledger" / "all.txt");
  make_and_leave();
  make_and_leave();
  RunLedger again(folder_.path(), "settings", alone_);
  EXPECT_EQ(again.standing(item_), Standing::whole);
  again.close();
  EXPECT_EQ(io::read_text_file(folder_.path() / "ledger" / "all.txt"), expected);
}

}  // namespace
}  // namespace an::app
