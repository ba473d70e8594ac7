// SPDX-License-Identifier: MIT
#include "io/spool_file.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "core/error.hpp"
#include "temporary_folder.hpp"

namespace an::io {
namespace {

std::string read_back(const SpoolFile& spool, std::uint64_t offset, std::size_t size) {
  std::string text(size, '\0');
  spool.read(offset, std::as_writable_bytes(std::span(text)));
  return text;
}

std::uint64_t append(SpoolFile& spool, const std::string& text) { return spool.append(std::as_bytes(std::span(text))); }

TEST(SpoolFile, GivesBackWhatWasAppended) {
  const testing::TemporaryFolder folder;
  SpoolFile spool(folder.path());
  EXPECT_EQ(append(spool, "first"), 0U);
  EXPECT_EQ(append(spool, ""), 5U);
  EXPECT_EQ(append(spool, "second"), 5U);
  EXPECT_EQ(read_back(spool, 5, 6), "second");
  EXPECT_EQ(read_back(spool, 0, 11), "firstsecond");
}

TEST(SpoolFile, HasNoName) {
  const testing::TemporaryFolder folder;
  const SpoolFile spool(folder.path());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(SpoolFile, CanBeMoved) {
  const testing::TemporaryFolder folder;
  SpoolFile first(folder.path());
  append(first, "kept");
  SpoolFile second(std::move(first));
  EXPECT_EQ(read_back(second, 0, 4), "kept");
  SpoolFile third(folder.path());
  third = std::move(second);
  EXPECT_EQ(append(third, "more"), 4U);
  EXPECT_EQ(read_back(third, 2, 4), "ptmo");
}

TEST(SpoolFile, RefusesToReadBeyondItsEnd) {
  const testing::TemporaryFolder folder;
  SpoolFile spool(folder.path());
  append(spool, "abc");
  EXPECT_THROW(read_back(spool, 1, 3), OutputError);
}

TEST(SpoolFile, NeedsAFolder) { EXPECT_THROW(SpoolFile("/nonexistent"), OutputError); }

}  // namespace
}  // namespace an::io
