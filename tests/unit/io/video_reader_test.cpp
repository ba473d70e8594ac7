// SPDX-License-Identifier: MIT
#include "io/video_reader.hpp"

#include <gtest/gtest.h>
#include <tiffio.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include "complaint.hpp"
#include "core/error.hpp"
#include "temporary_folder.hpp"

namespace an::io {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t rows = 37, columns = 53;

double value_at(std::size_t page, std::size_t i) { return static_cast<double>((17 * page + 5 * i) % 251); }

struct Layout {
  std::uint16_t bits = 8;
  std::uint16_t format = SAMPLEFORMAT_UINT;
  int compression = COMPRESSION_NONE;
  bool tiled = false;
  const char* mode = "w";
  std::uint32_t strip_rows = 10;
  std::uint16_t photometric = PHOTOMETRIC_MINISBLACK;
  std::string description = {};
  float resolution = 8;
  std::uint16_t resolution_unit = RESUNIT_INCH;
};

template <class Value>
void write_pixels(TIFF* file, const Layout& layout, std::size_t page) {
  std::vector<Value> pixels;
  for (std::size_t i = 0; i < std::size_t{rows} * columns; ++i) pixels.push_back(static_cast<Value>(value_at(page, i)));
  if (!layout.tiled) {
    for (std::uint32_t row = 0; row < rows; ++row)
      ASSERT_EQ(TIFFWriteScanline(file, &pixels[std::size_t{row} * columns], row, 0), 1);
    return;
  }
  for (std::uint32_t top = 0; top < rows; top += 16)
    for (std::uint32_t left = 0; left < columns; left += 32) {
      std::vector<Value> tile(16 * 32);
      for (std::uint32_t r = 0; r < 16 && top + r < rows; ++r)
        for (std::uint32_t c = 0; c < 32 && left + c < columns; ++c)
          tile[std::size_t{r} * 32 + c] = pixels[std::size_t{top + r} * columns + left + c];
      ASSERT_GT(TIFFWriteTile(file, tile.data(), left, top, 0, 0), 0);
    }
}

void write_video(const fs::path& path, const Layout& layout, std::size_t pages = 3) {
  TIFF* file = TIFFOpen(path.c_str(), layout.mode);
  ASSERT_NE(file, nullptr);
  for (std::size_t page = 0; page < pages; ++page) {
    TIFFSetField(file, TIFFTAG_IMAGEWIDTH, columns);
    TIFFSetField(file, TIFFTAG_IMAGELENGTH, rows);
    TIFFSetField(file, TIFFTAG_BITSPERSAMPLE, layout.bits);
    TIFFSetField(file, TIFFTAG_SAMPLEFORMAT, layout.format);
    TIFFSetField(file, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(file, TIFFTAG_PHOTOMETRIC, layout.photometric);
    TIFFSetField(file, TIFFTAG_COMPRESSION, layout.compression);
    if (!layout.description.empty()) {
      TIFFSetField(file, TIFFTAG_IMAGEDESCRIPTION, layout.description.c_str());
      TIFFSetField(file, TIFFTAG_XRESOLUTION, static_cast<double>(layout.resolution));
      TIFFSetField(file, TIFFTAG_YRESOLUTION, static_cast<double>(layout.resolution));
      TIFFSetField(file, TIFFTAG_RESOLUTIONUNIT, layout.resolution_unit);
    }
    if (layout.tiled) {
      TIFFSetField(file, TIFFTAG_TILEWIDTH, 32);
      TIFFSetField(file, TIFFTAG_TILELENGTH, 16);
    } else {
      TIFFSetField(file, TIFFTAG_ROWSPERSTRIP, layout.strip_rows);
    }
    if (layout.format == SAMPLEFORMAT_IEEEFP)
      write_pixels<float>(file, layout, page);
    else if (layout.bits == 16)
      write_pixels<std::uint16_t>(file, layout, page);
    else if (layout.bits == 32)
      write_pixels<std::uint32_t>(file, layout, page);
    else
      write_pixels<std::uint8_t>(file, layout, page);
    ASSERT_EQ(TIFFWriteDirectory(file), 1);
  }
  TIFFClose(file);
}

void expect_pages(const fs::path& path, PixelType type, std::size_t pages = 3) {
  VideoReader reader(path);
  for (std::size_t page = 0; page < pages; ++page) {
    const auto frame = reader.next();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->rows, rows);
    EXPECT_EQ(frame->columns, columns);
    EXPECT_EQ(frame->type, type);
    for (std::size_t i = 0; i < frame->pixels.size(); ++i)
      ASSERT_EQ(static_cast<double>(frame->pixels[i]), value_at(page, i)) << page << ", " << i;
  }
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(reader.next_page(), pages);
}

std::string complaint_about(const fs::path& path) {
  return testing::complaint([&] {
    VideoReader reader(path);
    while (reader.next()) {
    }
  });
}

TEST(VideoReader, ReadsEveryLayout) {
  const testing::TemporaryFolder folder;
  const fs::path path = folder.path() / "a.tif";
  for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS})
    for (const bool tiled : {false, true})
      for (const char* mode : {"w", "w8", "wb", "w8b"}) {
        SCOPED_TRACE(std::string(mode) + (tiled ? " tiles " : " strips ") + std::to_string(compression));
        write_video(path, {8, SAMPLEFORMAT_UINT, compression, tiled, mode});
        expect_pages(path, PixelType::uint8);
        write_video(path, {16, SAMPLEFORMAT_UINT, compression, tiled, mode});
        expect_pages(path, PixelType::uint16);
        write_video(path, {32, SAMPLEFORMAT_IEEEFP, compression, tiled, mode});
        expect_pages(path, PixelType::float32);
      }
}

TEST(VideoReader, NamesThePageAndWhatWasExpected) {
  const testing::TemporaryFolder folder;
  const fs::path path = folder.path() / "a.tif";
  write_video(path, {32, SAMPLEFORMAT_UINT});
  EXPECT_NE(complaint_about(path).find("page 0: 1 sample of 32 bits"), std::string::npos) << complaint_about(path);
  Layout white;
  white.photometric = PHOTOMETRIC_MINISWHITE;
  write_video(path, white);
  EXPECT_NE(complaint_about(path).find("expected one grey value"), std::string::npos) << complaint_about(path);
  std::ofstream(path) << "no TIFF";
  EXPECT_NE(complaint_about(path).find("cannot be read as TIFF"), std::string::npos) << complaint_about(path);
  EXPECT_NE(complaint_about(folder.path() / "missing.tif").find("missing.tif"), std::string::npos);
  EXPECT_NE(complaint_about(folder.path()), "no complaint");
}

TEST(VideoReader, RefusesWhatIsCutShort) {
  const testing::TemporaryFolder folder;
  for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE}) {
    Layout layout;
    layout.compression = compression;
    write_video(folder.path() / "a.tif", layout);
    std::ifstream file(folder.path() / "a.tif", std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    for (std::size_t part = 1; part < 20; ++part) {
      std::ofstream(folder.path() / "b.tif", std::ios::binary) << bytes.substr(0, bytes.size() * part / 20);
      EXPECT_NE(complaint_about(folder.path() / "b.tif"), "no complaint") << part;
    }
  }
}

TEST(VideoReader, RefusesTilesThatSoSmallAFileCannotHold) {
  const testing::TemporaryFolder folder;
  const fs::path path = folder.path() / "tile.tif";
  TIFF* file = TIFFOpen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  TIFFSetField(file, TIFFTAG_IMAGEWIDTH, columns);
  TIFFSetField(file, TIFFTAG_IMAGELENGTH, rows);
  TIFFSetField(file, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(file, TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(file, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(file, TIFFTAG_TILEWIDTH, 65536);  // 4 GB
  TIFFSetField(file, TIFFTAG_TILELENGTH, 65520);
  std::array<char, 100> some{};
  ASSERT_EQ(TIFFWriteRawTile(file, 0, some.data(), some.size()), 100);
  ASSERT_EQ(TIFFWriteDirectory(file), 1);
  TIFFClose(file);
  const std::string found = complaint_about(path);
  EXPECT_NE(found.find("page 0: a block of 4293918720 bytes, but the file has"), std::string::npos) << found;
}

TEST(VideoReader, RefusesWhatIsNoNumber) {
  const testing::TemporaryFolder folder;
  const fs::path path = folder.path() / "a.tif";
  write_video(path, {32, SAMPLEFORMAT_IEEEFP});
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  const float wanted = static_cast<float>(value_at(1, 60));
  const float first = static_cast<float>(value_at(1, 59));
  std::string pattern(8, '\0');
  std::memcpy(pattern.data(), &first, 4);
  std::memcpy(pattern.data() + 4, &wanted, 4);
  const std::size_t at = bytes.find(pattern, bytes.size() / 3);
  ASSERT_NE(at, std::string::npos);
  const float nan = std::nanf("");
  std::memcpy(bytes.data() + at, &nan, 4);
  std::ofstream(path, std::ios::binary) << bytes;
  EXPECT_NE(complaint_about(path).find("is nan (expected a finite number)"), std::string::npos)
      << complaint_about(path);
}

TEST(VideoReader, KeepsTheCalibrationAndAsksAboutStacks) {
  const testing::TemporaryFolder folder;
  const fs::path path = folder.path() / "a.tif";
  Layout layout;
  layout.description = "ImageJ=1.54f\nimages=3\nframes=3\nunit=micron\nfinterval=0.05\n";
  write_video(path, layout);
  const VideoReader reader(path);
  EXPECT_EQ(reader.calibration().unit, "micron");
  EXPECT_DOUBLE_EQ(reader.calibration().pixel_size, 0.125);
  EXPECT_DOUBLE_EQ(reader.calibration().frame_interval, 0.05);
  layout.description = "ImageJ=1.54f\nimages=6\nslices=3\nframes=2\n";
  write_video(path, layout, 6);
  EXPECT_NE(complaint_about(path).find("3 slices x 2 frames"), std::string::npos) << complaint_about(path);
  EXPECT_NO_THROW(VideoReader(path, true));
  layout.description = "ImageJ=1.54f\nimages=3\nslices=3\n";  // a stack that is a video
  write_video(path, layout);
  expect_pages(path, PixelType::uint8);
}

TEST(VideoReader, KnowsTheUnitsOfMicroscopesFromDotsPerInch) {
  const testing::TemporaryFolder folder;
  const fs::path path = folder.path() / "a.tif";
  const auto calibration = [&](const std::string& description, float resolution, std::uint16_t unit) {
    Layout layout;
    layout.description = description;
    layout.resolution = resolution;
    layout.resolution_unit = unit;
    write_video(path, layout);
    return VideoReader(path).calibration();
  };
  EXPECT_EQ(calibration("ImageJ=1.54f\nunit=\\u00B5m\n", 4, RESUNIT_NONE).unit, "micron");
  EXPECT_EQ(calibration("any words", 4, RESUNIT_CENTIMETER).unit, "cm");
  EXPECT_DOUBLE_EQ(calibration("any words", 4, RESUNIT_CENTIMETER).pixel_size, 0.25);
  EXPECT_EQ(calibration("any words\nunit=micron\n", 4, RESUNIT_INCH).unit, "px");
  EXPECT_EQ(calibration("ImageJ=1.54f\nunit=pixel\n", 4, RESUNIT_INCH).unit, "px");
  EXPECT_EQ(calibration("ImageJ=1.54f\nunit=micron\n", 0, RESUNIT_INCH).unit, "px");
  EXPECT_EQ(calibration("ImageJ=1.54f\nunit=micron\nfinterval=-3\n", 4, RESUNIT_NONE).frame_interval, 0);
  EXPECT_EQ(calibration("ImageJ=1.54f\nunit=micron\nfinterval=inf\n", 4, RESUNIT_NONE).frame_interval, 0);
  EXPECT_EQ(calibration("ImageJ=1.54f\nunit=micron\nfinterval=soon\n", 4, RESUNIT_NONE).frame_interval, 0);
}

TEST(VideoReader, KeepsTheFrameIntervalInSeconds) {
  const testing::TemporaryFolder folder;
  const fs::path path = folder.path() / "a.tif";
  const auto interval = [&](const std::string& lines, float resolution = 4) {
    Layout layout;
    layout.description = "ImageJ=1.54f\nunit=micron\n" + lines;
    layout.resolution = resolution;
    write_video(path, layout);
    return VideoReader(path).calibration().frame_interval;
  };
  EXPECT_DOUBLE_EQ(interval("finterval=30\n"), 30);
  EXPECT_DOUBLE_EQ(interval("finterval=30\ntunit=sec\n"), 30);
  EXPECT_DOUBLE_EQ(interval("finterval=30\ntunit=ms\n"), 0.03);
  EXPECT_DOUBLE_EQ(interval("finterval=30\ntunit=\\u00B5s\n"), 3e-5);
  EXPECT_DOUBLE_EQ(interval("tunit=min\nfinterval=0.5\n"), 30);
  EXPECT_DOUBLE_EQ(interval("finterval=2\ntunit=h\n"), 7200);
  EXPECT_EQ(interval("finterval=30\ntunit=fortnight\n"), 0);
  EXPECT_EQ(interval("finterval=1e308\ntunit=h\n"), 0);
  EXPECT_DOUBLE_EQ(interval("finterval=30\n", 0), 30);  // without the size of a pixel
}

TEST(VideoReader, ReadsTheDescriptionOfOme) {
  const testing::TemporaryFolder folder;
  const fs::path path = folder.path() / "a.tif";
  const auto described = [&](const std::string& attributes) {
    Layout layout;
    layout.description =
        R"(<?xml version="1.0" encoding="UTF-8"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06">)"
        R"(<Image ID="Image:0" Name="Pixels"><Pixels ID="Pixels:0" )" +
        attributes + R"(><Channel ID="Channel:0:0" SizeC="7"/></Pixels></Image></OME>)";
    write_video(path, layout);
    return path;
  };
  EXPECT_NE(complaint_about(described(R"(SizeC="2" SizeT="3" SizeZ="1")")).find("2 channels x 1 slices x 3 frames"),
            std::string::npos)
      << complaint_about(path);
  EXPECT_NE(complaint_about(described("SizeC='1' SizeT='3' SizeZ='5'")).find("1 channels x 5 slices x 3 frames"),
            std::string::npos)
      << complaint_about(path);
  EXPECT_NO_THROW(VideoReader(path, true));
  const Calibration plain =
      VideoReader(
          described(R"(SizeC="1" SizeT="3" SizeZ="1" PhysicalSizeX="0.1" PhysicalSizeY="0.1" TimeIncrement="0.05")"))
          .calibration();
  EXPECT_EQ(plain.unit, "micron");
  EXPECT_DOUBLE_EQ(plain.pixel_size, 0.1);
  EXPECT_DOUBLE_EQ(plain.frame_interval, 0.05);
  const Calibration other =
      VideoReader(described(R"(PhysicalSizeXUnit="nm" PhysicalSizeX="100" TimeIncrementUnit="ms" TimeIncrement="50")"))
          .calibration();
  EXPECT_EQ(other.unit, "nm");
  EXPECT_DOUBLE_EQ(other.pixel_size, 100);
  EXPECT_DOUBLE_EQ(other.frame_interval, 0.05);
  EXPECT_EQ(VideoReader(described(R"(PhysicalSizeXUnit="pixel" PhysicalSizeX="1")")).calibration().unit, "px");
  EXPECT_EQ(VideoReader(described(R"(PhysicalSizeXUnit="&#181;m" PhysicalSizeX="1")")).calibration().unit, "micron");
  EXPECT_EQ(VideoReader(described(R"(SizeT="3")")).calibration().unit, "px");
  expect_pages(path, PixelType::uint8);
}

TEST(VideoReader, TakesNoColoursForFrames) {
  const testing::TemporaryFolder folder;
  const fs::path path = folder.path() / "a.tif";
  Layout layout;
  layout.description = "ImageJ=1.54f\nimages=3\nchannels=3\n";
  write_video(path, layout);
  EXPECT_NE(complaint_about(path).find("3 channels x 1 slices x 1 frames"), std::string::npos) << complaint_about(path);
}

}  // namespace
}  // namespace an::io
