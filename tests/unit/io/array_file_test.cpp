// SPDX-License-Identifier: MIT
#include "io/array_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "complaint.hpp"
#include "core/error.hpp"
#include "io/array_reader.hpp"
#include "io/atomic_file.hpp"
#include "io/result_file.hpp"
#include "temporary_folder.hpp"

namespace an::io {
namespace {

using testing::complaint;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Shape = std::vector<std::uint64_t>;

class ArrayFileTest : public ::testing::Test {
 protected:
  std::filesystem::path write(const char* name = "a.h5") const {
    const std::filesystem::path path = folder_.path() / name;
    ArrayFile file(path);
    file.set_attribute("words", std::string("a text"));
    file.set_attribute("numbers", std::vector<double>{1.5, -2});
    file.add_group("g");
    file.add("g/doubles", std::vector<double>{1, 2, 3, 4, 5, 6}, Shape{2, 3}, {{1, 3}, 4});
    file.add("g/floats", std::vector<float>{0.1F, 2}, Shape{2}, {{}, 0, true});
    file.add("whole", std::vector<std::int64_t>{7, -8}, Shape{2});
    file.add("small", std::vector<std::int8_t>{-3}, Shape{1});
    file.add("nothing", std::vector<double>{}, Shape{0}, {{4}, 1});
    EXPECT_FALSE(std::filesystem::exists(path));
    file.commit();
    return path;
  }

  testing::TemporaryFolder folder_;
};

TEST_F(ArrayFileTest, IsReadAsItWasWritten) {
  const ArrayReader file(write());
  EXPECT_EQ(file.shape("g/doubles"), (Shape{2, 3}));
  EXPECT_THAT(file.doubles("g/doubles"), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(file.floats("g/doubles", {2, 3}), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(file.floats("g/floats"), ElementsAre(::testing::FloatNear(0.1F, 1e-4F), 2));
  EXPECT_NE(file.floats("g/floats")[0], 0.1F);  // half precision
  EXPECT_THAT(file.doubles("whole"), ElementsAre(7, -8));
  EXPECT_THAT(file.doubles("small"), ElementsAre(-3));
  EXPECT_TRUE(file.doubles("nothing").empty());
  EXPECT_THAT(file.children("g"), ElementsAre("doubles", "floats"));
  EXPECT_EQ(file.text("/", "words"), "a text");
  EXPECT_THAT(*file.numbers("/", "numbers"), ElementsAre(1.5, -2));
}

TEST_F(ArrayFileTest, KeepsTextsOfAnyLength) {
  for (const std::size_t length : {0U, 60000U, 60001U, 65536U, 1000000U}) {
    const std::filesystem::path path = folder_.path() / "long.h5";
    std::string text(length, 'a');
    if (!text.empty()) text.back() = 'z';
    ArrayFile file(path);
    file.set_attribute("words", text);
    file.set_attribute("numbers", std::vector<double>{1});
    file.commit();
    const ArrayReader reader(path);
    EXPECT_EQ(reader.text("/", "words"), text);
    EXPECT_THAT(*reader.numbers("/", "numbers"), ElementsAre(1));
  }
}

TEST_F(ArrayFileTest, HalfPrecisionIsTheNearestThereIs) {
  const std::vector<float> values{0.0F,       -0.0F,       0.06249F, 0.9998F,      -1.9999F, 65519.0F,
                                  6.1034e-5F, 0.03124999F, 3e-8F,    1.000488282F, 1e6F};
  const std::vector<float> expected{0.0F,     -0.0F,   0.0625F,  1.0F, -2.0F,   65504.0F,
                                    0x1p-14F, 0x1p-5F, 0x1p-24F, 1.0F, INFINITY};
  const std::filesystem::path path = folder_.path() / "half.h5";
  ArrayFile file(path);
  file.add("a", std::span(values), Shape{values.size()}, {{}, 0, true});
  file.commit();
  const std::vector<float> found = ArrayReader(path).floats("a");
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(found[i], expected[i]) << values[i];
}

TEST_F(ArrayFileTest, WhatIsNotThereIsSaid) {
  const ArrayReader file(write());
  EXPECT_TRUE(file.has("g/doubles"));
  EXPECT_TRUE(file.has("/"));
  EXPECT_FALSE(file.has("g/none"));
  EXPECT_FALSE(file.has("none/doubles"));
  EXPECT_EQ(file.text("/", "none"), std::nullopt);
  EXPECT_EQ(file.numbers("/", "none"), std::nullopt);
  EXPECT_THAT(complaint([&] { file.doubles("none"); }), HasSubstr("a.h5: no array none"));
  EXPECT_THAT(complaint([&] { file.children("none"); }), HasSubstr("no group none"));
  EXPECT_THAT(complaint([&] { file.shape("none"); }), HasSubstr("no array none"));
  EXPECT_THAT(complaint([&] { file.floats("whole", {3}); }), HasSubstr("shape [2] (expected [3])"));
  EXPECT_THAT(complaint([&] { file.text("/", "numbers"); }), HasSubstr("not a text"));
  EXPECT_THAT(complaint([&] { file.numbers("/", "words"); }), HasSubstr("not a number"));
}

TEST_F(ArrayFileTest, NoOrADamagedFileIsNamed) {
  EXPECT_THAT(complaint([&] { ArrayReader(folder_.path() / "none.h5"); }), HasSubstr("there is no such file"));
  const std::filesystem::path path = write();
  std::filesystem::resize_file(path, 700);
  EXPECT_THAT(complaint([&] { const ArrayReader reader(path); }), HasSubstr("not an HDF5 file, or a damaged one"));
}

TEST_F(ArrayFileTest, LeavesNothingUnlessCommitted) {
  { ArrayFile file(folder_.path() / "b.h5"); }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  EXPECT_THROW(ArrayFile(folder_.path() / "none" / "b.h5"), OutputError);
}

TEST_F(ArrayFileTest, LeavesNothingWhereItCannotHaveItsName) {
  const std::filesystem::path taken = folder_.path() / "b.h5";
  folder_.add("b.h5/file");
  const auto commit = [](auto&& file) { file.commit(); };
  EXPECT_THAT(complaint<OutputError>([&] { commit(ArrayFile(taken)); }), HasSubstr("b.h5: cannot be created: "));
  EXPECT_FALSE(exists(part_of(taken)));
  EXPECT_THAT(complaint<OutputError>([&] { commit(ResultFile(taken, false)); }),
              HasSubstr("b.h5: cannot be created: "));
  EXPECT_FALSE(exists(part_of(taken)));
}

TEST_F(ArrayFileTest, ValuesAreAsManyAsTheShapeSays) {
  ArrayFile file(folder_.path() / "b.h5");
  EXPECT_THROW(file.add("x", std::vector<double>{1, 2, 3}, Shape{2, 2}), LogicError);
}

TEST_F(ArrayFileTest, WhatIsThereAlreadyIsNotAddedAgain) {
  ArrayFile file(folder_.path() / "b.h5");
  file.add_group("g");
  EXPECT_THAT(testing::complaint<OutputError>([&] { file.add_group("g"); }),
              HasSubstr("b.h5.part: cannot be written: H5Gcreate2"));
}

TEST_F(ArrayFileTest, TablesAreWrittenByWholeColumns) {
  const Table table{"/", "row", 2, {{"n", ColumnType::int8, "", ""}, {"x", ColumnType::float64, "", ""}}};
  ResultFile file(folder_.path() / "b.h5", false);
  file.create(table);
  const RowBlock all{0, 2};
  const std::vector<std::vector<std::byte>> one(1);
  EXPECT_THROW(file.write(table, all, one), LogicError);
  const std::vector<std::vector<std::byte>> short_of_a_row{std::vector<std::byte>(2), std::vector<std::byte>(8)};
  EXPECT_THROW(file.write(table, all, short_of_a_row), LogicError);
}

TEST_F(ArrayFileTest, NumbersRowsAsTheyAreWritten) {
  const std::filesystem::path path = folder_.path() / "long.h5";
  constexpr std::uint64_t rows = 20, first = 13;
  {
    const Table table{"/", "row", rows, {}};
    ResultFile file(path, false);
    file.create(table);
    file.write(table, {first, rows - first}, {});
    file.write(table, {0, first}, {});
    file.commit();
  }
  const std::vector<double> numbers = ArrayReader(path).doubles("/row");
  ASSERT_EQ(numbers.size(), rows);
  for (std::size_t i = 0; i < rows; ++i) ASSERT_EQ(numbers[i], static_cast<double>(i));
}

TEST_F(ArrayFileTest, EqualDataAreEqualBytes) {
  const std::string first = testing::content_of(write());
  EXPECT_EQ(testing::content_of(write("again.h5")), first);
}

TEST_F(ArrayFileTest, ReadsTablesOfResults) {
  const std::filesystem::path path = folder_.path() / "results.h5";
  const Table table{
      "/t", "row", 3, {{"n", ColumnType::int32, "px", "a number"}, {"s", ColumnType::text, "", "a text", 2}}};
  const auto bytes = [](const auto& values) {
    const auto span = std::as_bytes(std::span(values));
    return std::vector<std::byte>(span.begin(), span.end());
  };
  {
    ResultFile file(path, false);
    file.set_attribute("schema", "x");
    file.create(table);
    const std::vector<std::int32_t> numbers{7, 6};
    file.write(table, {1, 2}, std::vector{bytes(numbers), bytes(std::string("ccbb"))});
    file.write(table, {0, 1}, std::vector{bytes(std::vector<std::int32_t>{5}), bytes(std::string("aa"))});
    file.write(table, {}, std::vector<std::vector<std::byte>>(2));
    file.commit();
  }
  const ArrayReader file(path);
  EXPECT_THAT(file.doubles("/t/n"), ElementsAre(5, 7, 6));
  EXPECT_THAT(file.doubles("/t/row"), ElementsAre(0, 1, 2));
  EXPECT_THAT(file.doubles("/t/n", 1, 2), ElementsAre(7, 6));
  EXPECT_THAT(file.doubles("/t/n", 3, 0), ElementsAre());
  EXPECT_THAT(complaint([&] { file.doubles("/t/n", 2, 2); }), HasSubstr("/t/n: shape [3] (expected 4 numbers)"));
  EXPECT_THAT(complaint([&] { file.doubles("/t/n", UINT64_MAX, 2); }), HasSubstr("/t/n: shape [3]"));
  EXPECT_EQ(file.text("/", "schema"), "x");
  EXPECT_EQ(file.text("/t/n", "units"), "px");
  EXPECT_EQ(file.text("/t/s", "units"), std::nullopt);
  EXPECT_THAT(complaint([&] { file.doubles("/t/s"); }), HasSubstr("cannot be read as numbers"));
}

}  // namespace
}  // namespace an::io
