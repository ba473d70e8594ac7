// SPDX-License-Identifier: MIT
#include "io/atomic_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "core/error.hpp"
#include "temporary_folder.hpp"

namespace an::io {
namespace {

namespace fs = std::filesystem;

std::size_t entries_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(AtomicFile, ReplacesTheWholeContentAndLeavesNothingElse) {
  const testing::TemporaryFolder folder;
  const fs::path path = folder.add("scores.txt", "a longer old content");
  folder.add("scores.txt.part", "left by a run that was killed");
  write_file_atomically(path, "new");
  EXPECT_EQ(testing::content_of(path), "new");
  EXPECT_EQ(entries_in(folder.path()), 1U);
}

TEST(AtomicFile, MakesNoFolders) {
  const testing::TemporaryFolder folder;
  EXPECT_THROW(write_file_atomically(folder.path() / "missing" / "scores.txt", "x"), OutputError);
  EXPECT_EQ(entries_in(folder.path()), 0U);
}

TEST(AtomicFile, LeavesTheOldFileWhereTheNewOneCannotBeWritten) {
  const testing::TemporaryFolder folder;
  const fs::path path = folder.add("scores.txt", "old");
  // A limit on file sizes fails as a full disk does: in the middle of the writing.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 1000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_THROW(write_file_atomically(path, std::string(5000, 'x')), OutputError);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(testing::content_of(path), "old");
  EXPECT_EQ(entries_in(folder.path()), 1U);
}

TEST(AtomicFile, DoesNotReplaceAFolder) {
  const testing::TemporaryFolder folder;
  folder.add("scores.txt/inside");
  EXPECT_THROW(write_file_atomically(folder.path() / "scores.txt", "x"), OutputError);
  EXPECT_EQ(entries_in(folder.path()), 1U);
}

TEST(AtomicFile, PublishesAFinishedPart) {
  const testing::TemporaryFolder folder;
  const fs::path part = folder.add("results.h5.part", "whole");
  publish_file(part, folder.path() / "results.h5");
  EXPECT_EQ(testing::content_of(folder.path() / "results.h5"), "whole");
  EXPECT_EQ(entries_in(folder.path()), 1U);
  EXPECT_THROW(publish_file(part, folder.path() / "results.h5"), OutputError) << "the part is gone";
}

TEST(AtomicFile, FoldersAreMadeWithTheirParents) {
  const testing::TemporaryFolder folder;
  make_folder(folder.path() / "a" / "b");
  make_folder(folder.path() / "a" / "b");
  EXPECT_TRUE(fs::is_directory(folder.path() / "a" / "b"));
  EXPECT_THROW(make_folder(folder.add("file") / "c"), OutputError);
}

}  // namespace
}  // namespace an::io
