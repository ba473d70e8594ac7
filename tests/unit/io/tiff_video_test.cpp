// SPDX-License-Identifier: MIT
#include "io/tiff_video.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "temporary_folder.hpp"
#include "video_pages.hpp"

namespace an::io {
namespace {

using testing::TemporaryFolder;

std::vector<std::vector<std::uint8_t>> some_pages() {
  std::vector<std::vector<std::uint8_t>> pages(7, std::vector<std::uint8_t>(5 * 9));
  for (std::size_t p = 0; p < pages.size(); ++p)
    for (std::size_t i = 0; i < pages[p].size(); ++i) pages[p][i] = static_cast<std::uint8_t>(31 * p + 7 * i);
  return pages;
}

TEST(TiffVideo, ReadsBackWhatItWrote) {
  const TemporaryFolder temporary;
  const std::filesystem::path& folder = temporary.path();
  write_tiff_video(folder / "a.tiff", some_pages(), 5, 9);
  EXPECT_EQ(testing::pages_of(folder / "a.tiff"), some_pages());
}

TEST(TiffVideo, IsBigWhereFourGigabytesMayNotDo) {
  EXPECT_FALSE(needs_big_tiff(201, 128, 128));
  EXPECT_FALSE(needs_big_tiff(3'800, 1024, 1024));
  EXPECT_TRUE(needs_big_tiff(4'000, 1024, 1024));
  EXPECT_TRUE(needs_big_tiff(1, 65536, 65536));
  EXPECT_TRUE(needs_big_tiff(8'000'000, 1, 1));
}

TEST(TiffVideo, SaysWhereItCannotBeWritten) {
  const TemporaryFolder temporary;
  const std::filesystem::path& folder = temporary.path();
  EXPECT_THROW(write_tiff_video(folder / "no/such/folder/a.tiff", some_pages(), 5, 9), OutputError);
}

}  // namespace
}  // namespace an::io
