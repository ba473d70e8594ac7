// SPDX-License-Identifier: MIT
#include "io/file_checksum.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "io/atomic_file.hpp"
#include "temporary_folder.hpp"

namespace an::io {
namespace {

// Values of the reference implementation: for no bytes its XXH3 test vector, for "abc" that of python3 ctypes on
// libxxhash 0.8.1.
TEST(ContentHash, IsXxh3) {
  EXPECT_EQ(content_hash(""), "2d06800538d394c2");
  EXPECT_EQ(content_hash("abc"), "78af5f94892f3950");
}

TEST(FileChecksum, IsSizeAndHashOfTheContent) {
  const testing::TemporaryFolder folder;
  std::string content(1'000'000, 'x');  // several blocks
  content[700'000] = 'y';
  write_file_atomically(folder.path() / "a", content);
  EXPECT_EQ(file_checksum(folder.path() / "a"), "1000000:" + content_hash(content));
  content[700'000] = 'z';
  write_file_atomically(folder.path() / "b", content);
  EXPECT_NE(file_checksum(folder.path() / "b"), file_checksum(folder.path() / "a"));
}

TEST(FileChecksum, IsEmptyWhereThereIsNoFile) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(file_checksum(folder.path() / "missing"), "");
  EXPECT_EQ(file_checksum(folder.path()), "");
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(file_checksum(folder.path() / "pipe"), "");
  EXPECT_EQ(file_checksum("/proc/self/mem"), "") << "a file that can be opened, but not read at its begin";
}

}  // namespace
}  // namespace an::io
