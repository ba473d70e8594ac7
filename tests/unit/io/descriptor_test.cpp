// SPDX-License-Identifier: MIT
#include "io/descriptor.hpp"

#include <gtest/gtest.h>

#include "temporary_folder.hpp"

namespace an::io {
namespace {

TEST(Descriptor, ClosesItsFile) {
  const testing::TemporaryFolder folder;
  int number = -1;
  {
    const Descriptor file(folder.add("a", "content"), O_RDONLY);
    number = file.number();
    EXPECT_GE(::fcntl(number, F_GETFD), 0);
  }
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

TEST(Descriptor, IsNegativeWhereThereIsNoFile) {
  const testing::TemporaryFolder folder;
  Descriptor file(folder.path() / "none", O_RDONLY);
  EXPECT_EQ(errno, ENOENT);
  EXPECT_LT(file.number(), 0);
  EXPECT_EQ(file.close(), 0);
}

TEST(UninterruptedCall, IsMadeAgainAfterASignalAlone) {
  int calls = 0;
  EXPECT_EQ(uninterrupted([&] {
              errno = EINTR;
              return ++calls < 3 ? -1 : 7;
            }),
            7);
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(uninterrupted([&] {
              errno = EIO;
              return -1;
            }),
            -1);
}

}  // namespace
}  // namespace an::io
