// SPDX-License-Identifier: MIT
#include "io/spool_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

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

TEST(SpoolFile, FillsPlacesOneAfterTheOther) {
  const testing::TemporaryFolder folder;
  SpoolFile spool(folder.path());
  std::string text;
  for (int i = 0; i < 2000; ++i) text += std::to_string(i) + " ";
  append(spool, "before" + text);
  std::vector<std::string> parts;  // more than a system call takes, some of them empty
  for (std::size_t left = text.size(), i = 0; left > 0; left -= parts.back().size(), ++i)
    parts.emplace_back(std::min(left, i % 7), '\0');
  std::vector<std::span<std::byte>> places;
  for (std::string& part : parts) places.push_back(std::as_writable_bytes(std::span(part)));
  EXPECT_GT(places.size(), 2000U);
  spool.read(6, places);
  std::string all;
  for (const std::string& part : parts) all += part;
  EXPECT_EQ(all, text);
  EXPECT_THROW(spool.read(7, places), OutputError);
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
