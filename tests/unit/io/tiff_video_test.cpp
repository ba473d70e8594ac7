// SPDX-License-Identifier: MIT
#include "io/tiff_video.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "core/error.hpp"
#include "temporary_folder.hpp"

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
  const TiffVideo video = read_tiff_video(folder / "a.tiff");
  EXPECT_EQ(video.rows, 5U);
  EXPECT_EQ(video.columns, 9U);
  EXPECT_EQ(video.pages, some_pages());
}

TEST(TiffVideo, RefusesWhatIsNoTiffOrCutShort) {
  const TemporaryFolder temporary;
  const std::filesystem::path& folder = temporary.path();
  std::ofstream(folder / "b.tiff") << "not a TIFF";
  EXPECT_THROW(read_tiff_video(folder / "b.tiff"), InputError);
  EXPECT_THROW(read_tiff_video(folder / "missing.tiff"), InputError);
  write_tiff_video(folder / "a.tiff", some_pages(), 5, 9);
  std::ifstream file(folder / "a.tiff", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  for (const std::size_t size : {bytes.size() / 4, bytes.size() / 2, bytes.size() - 100}) {
    std::ofstream(folder / "c.tiff", std::ios::binary) << bytes.substr(0, size);
    EXPECT_THROW(read_tiff_video(folder / "c.tiff"), InputError) << size;
  }
}

TEST(TiffVideo, SaysWhereItCannotBeWritten) {
  const TemporaryFolder temporary;
  const std::filesystem::path& folder = temporary.path();
  EXPECT_THROW(write_tiff_video(folder / "no/such/folder/a.tiff", some_pages(), 5, 9), OutputError);
}

}  // namespace
}  // namespace an::io
