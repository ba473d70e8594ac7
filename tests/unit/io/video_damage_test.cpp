// SPDX-License-Identifier: MIT
// Videos whose tags do not fit each other or the file, byte by byte as no library would write them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tiff.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "complaint.hpp"
#include "core/error.hpp"
#include "io/video_reader.hpp"
#include "temporary_folder.hpp"

namespace an::io {
namespace {

using ::testing::HasSubstr;

using Tags = std::map<std::uint16_t, std::uint32_t>;

// Little-endian.
std::string bytes_of(std::uint64_t number, std::size_t count) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>(number >> (8 * i));
  return bytes;
}

constexpr std::uint32_t data_place = 8;

// A page of 4 x 6 grey values of 8 bits, but for what `other` says.
Tags page(const Tags& other = {}) {
  Tags tags{{TIFFTAG_IMAGEWIDTH, 6},      {TIFFTAG_IMAGELENGTH, 4},  {TIFFTAG_BITSPERSAMPLE, 8},
            {TIFFTAG_COMPRESSION, 1},     {TIFFTAG_PHOTOMETRIC, 1},  {TIFFTAG_STRIPOFFSETS, data_place},
            {TIFFTAG_SAMPLESPERPIXEL, 1}, {TIFFTAG_ROWSPERSTRIP, 4}, {TIFFTAG_STRIPBYTECOUNTS, 24},
            {TIFFTAG_SAMPLEFORMAT, 1}};
  for (const auto& [tag, value] : other) tags[tag] = value;
  return tags;
}

class VideoDamage : public ::testing::Test {
 protected:
  // Pages behind one another; each but the last names the next. `beyond` is named by the last.
  std::filesystem::path write(const std::vector<Tags>& pages, std::uint32_t beyond = 0) const {
    std::string file = "II" + bytes_of(42, 2) + bytes_of(data_place + 96, 4) + std::string(96, '\7');
    for (std::size_t i = 0; i < pages.size(); ++i) {
      file += bytes_of(pages[i].size(), 2);
      for (const auto& [tag, value] : pages[i]) {
        const bool is_short = tag != TIFFTAG_IMAGEWIDTH && tag != TIFFTAG_IMAGELENGTH && value < 65536;
        file += bytes_of(tag, 2) + bytes_of(is_short ? TIFF_SHORT : TIFF_LONG, 2) + bytes_of(1, 4) + bytes_of(value, 4);
      }
      file += bytes_of(i + 1 < pages.size() ? file.size() + 4 : beyond, 4);
    }
    return folder_.add("a.tif", file);
  }
  // What is said of a video of these pages.
  std::string complaint(const std::vector<Tags>& pages, std::uint32_t beyond = 0) const {
    return testing::complaint([&] {
      VideoReader reader(write(pages, beyond));
      while (reader.next()) {
      }
    });
  }

  testing::TemporaryFolder folder_;
};

TEST_F(VideoDamage, IsNoneWhereTheTagsFit) { EXPECT_EQ(complaint({page(), page()}), "no complaint"); }

TEST_F(VideoDamage, PagesAreAlike) {
  EXPECT_THAT(complaint({page(), page({{TIFFTAG_IMAGEWIDTH, 5}})}),
              HasSubstr("a.tif: page 1: 4 x 5 pixels (expected 4 x 6 as on page 0)"));
  EXPECT_THAT(complaint({page(), page({{TIFFTAG_IMAGELENGTH, 3}})}), HasSubstr("page 1: 3 x 6 pixels (expected 4 x 6"));
  EXPECT_THAT(complaint({page(), page({{TIFFTAG_BITSPERSAMPLE, 16}, {TIFFTAG_STRIPBYTECOUNTS, 48}})}),
              HasSubstr("page 1: other bits a pixel than on page 0 (expected the same)"));
}

TEST_F(VideoDamage, PixelsAreOneGreyValue) {
  EXPECT_THAT(complaint({page({{TIFFTAG_SAMPLESPERPIXEL, 2}})}), HasSubstr("page 0: 2 samples of 8 bits a pixel"));
  EXPECT_THAT(complaint({page({{TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_INT}})}),
              HasSubstr("sample format 2, photometric 1 (expected one grey value"));
  EXPECT_THAT(complaint({page({{TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP}, {TIFFTAG_BITSPERSAMPLE, 64}})}),
              HasSubstr("1 sample of 64 bits a pixel, sample format 3"));
}

TEST_F(VideoDamage, SizesAreSuchThatMemoryHoldsAPage) {
  EXPECT_THAT(complaint({page({{TIFFTAG_IMAGEWIDTH, 65537}})}), HasSubstr("page 0: 4 x 65537 pixels (expected 1 to"));
  EXPECT_THAT(complaint({page({{TIFFTAG_IMAGELENGTH, 65537}})}), HasSubstr("65537 x 6 pixels (expected 1 to 65536"));
  EXPECT_THAT(complaint({page({{TIFFTAG_IMAGELENGTH, 60000}, {TIFFTAG_IMAGEWIDTH, 60000}})}),
              HasSubstr("60000 x 60000 pixels (expected 1 to 65536 each, and 268435456 in all at most)"));
  EXPECT_THAT(complaint({page({{TIFFTAG_IMAGELENGTH, 10000}, {TIFFTAG_IMAGEWIDTH, 20000}})}),
              HasSubstr("page 0: 10000 x 20000 pixels, but the file has"));
}

TEST_F(VideoDamage, StripsAreInTheFile) {
  EXPECT_THAT(complaint({page({{TIFFTAG_STRIPOFFSETS, 1000000}})}), HasSubstr("page 0: strip 0 cannot be read"));
  EXPECT_NE(complaint({page({{TIFFTAG_ROWSPERSTRIP, 2}})}), "no complaint") << "a second strip has no place";
}

TEST_F(VideoDamage, TilesHaveASizeAndAreInTheFile) {
  Tags tiles = page({{TIFFTAG_TILEWIDTH, 16},
                     {TIFFTAG_TILELENGTH, 16},
                     {TIFFTAG_TILEOFFSETS, 1000000},
                     {TIFFTAG_TILEBYTECOUNTS, 256}});
  for (const int tag : {TIFFTAG_STRIPOFFSETS, TIFFTAG_ROWSPERSTRIP, TIFFTAG_STRIPBYTECOUNTS})
    tiles.erase(static_cast<std::uint16_t>(tag));
  EXPECT_THAT(complaint({tiles}), HasSubstr("page 0: the tile at row 0, column 0 cannot be read"));
  tiles[TIFFTAG_TILEWIDTH] = 70000;
  EXPECT_THAT(complaint({tiles}), HasSubstr("page 0: tiles without a size"));
  tiles[TIFFTAG_TILEWIDTH] = 65536;
  tiles[TIFFTAG_TILELENGTH] = 70000;
  EXPECT_THAT(complaint({tiles}), HasSubstr("page 0: tiles without a size"));
}

TEST_F(VideoDamage, APageThatIsNamedIsThere) {
  EXPECT_THAT(complaint({page()}, 1000000), HasSubstr("a.tif: page 1: cannot be read"));
  EXPECT_THAT(complaint({page()}, 1000000), HasSubstr("(expected a page, as the one before says)"));
}

TEST_F(VideoDamage, PagesCanBeSoughtWhereTheyAre) {
  VideoReader reader(write({page(), page()}));
  EXPECT_EQ(reader.count(), 2U);
  reader.seek(1);
  EXPECT_TRUE(reader.next());
  EXPECT_FALSE(reader.next());
  EXPECT_THROW(reader.seek(2), InputError);
}

}  // namespace
}  // namespace an::io
