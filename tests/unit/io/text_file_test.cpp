// SPDX-License-Identifier: MIT
#include "io/text_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/error.hpp"
#include "temporary_folder.hpp"

namespace an::io {
namespace {

using testing::TemporaryFolder;

std::string problem_of(const std::filesystem::path& path) {
  try {
    read_text_file(path);
  } catch (const InputError& error) {
    EXPECT_EQ(error.problems().at(0).file, path);
    return error.problems().at(0).what;
  }
  return "none";
}

TEST(TextFile, IsReadByteForByte) {
  const TemporaryFolder folder;
  const std::string content("a\r\n\0\xff z", 7);
  EXPECT_EQ(read_text_file(folder.add("a.txt", content)), content);
  EXPECT_EQ(read_text_file(folder.add("empty.txt")), "");
}

TEST(TextFile, NamesTheReasonWhereItCannotBeRead) {
  const TemporaryFolder folder;
  EXPECT_EQ(problem_of(folder.path() / "missing.txt"), "cannot be read: No such file or directory");
  EXPECT_EQ(problem_of(folder.path()), "is a folder, not a file");
  EXPECT_EQ(problem_of(folder.add("file") / "below"), "cannot be read: Not a directory");
}

TEST(TextFile, DoesNotWaitForANamedPipe) {
  const TemporaryFolder folder;
  const std::filesystem::path pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(problem_of(pipe), "is not a regular file");
}

}  // namespace
}  // namespace an::io
