// SPDX-License-Identifier: MIT
#include "io/array_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include "complaint.hpp"
#include "core/error.hpp"
#include "io/hdf5_handle.hpp"
#include "temporary_folder.hpp"

#ifndef __has_feature  // g++
#define __has_feature(x) 0
#endif

namespace an::io {
namespace {

using ::testing::AllOf;
using testing::complaint;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Files that another program could leave, valid to HDF5.
class ForeignFile : public ::testing::Test {
 protected:
  ForeignFile() : file_(H5Fcreate(path().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose) {}

  std::filesystem::path path() const { return folder_.path() / "a.h5"; }
  // In chunks, packed, of which the first has numbers.
  void add_array(const std::vector<hsize_t>& shape, const std::vector<hsize_t>& chunk, bool has_data = true) const {
    const int rank = static_cast<int>(shape.size());
    const Hdf5Handle space(H5Screate_simple(rank, shape.data(), nullptr), H5Sclose);
    const Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    ASSERT_GE(H5Pset_chunk(properties, rank, chunk.data()), 0);
    ASSERT_GE(H5Pset_deflate(properties, 6), 0);
    const Hdf5Handle set(H5Dcreate2(file_, "x", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, properties, H5P_DEFAULT),
                         H5Dclose);
    ASSERT_GE(static_cast<hid_t>(set), 0);
    if (!has_data) return;
    const std::vector<hsize_t> first(shape.size());
    const hsize_t one = 1;
    const Hdf5Handle single(H5Screate_simple(1, &one, nullptr), H5Sclose);
    ASSERT_GE(H5Sselect_elements(space, H5S_SELECT_SET, 1, first.data()), 0);
    const double value = 7;
    ASSERT_GE(H5Dwrite(set, H5T_NATIVE_DOUBLE, single, space, H5P_DEFAULT, &value), 0);
  }
  void add_attribute(const char* name, hid_t type, hid_t space, const void* values) const {
    const Hdf5Handle attribute(H5Acreate2(file_, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    if (values == nullptr) return;
    ASSERT_GE(H5Awrite(attribute, type, values), 0);
  }
  void close() { file_ = {}; }

  testing::TemporaryFolder folder_;
  Hdf5Handle file_;
};

TEST_F(ForeignFile, AShapeOfMoreThanIsStoredIsRefusedBeforeMemoryIsTaken) {
  add_array({hsize_t{1} << 60U}, {64});
  close();
  EXPECT_THAT(complaint([&] { ArrayReader(path()).doubles("x"); }),
              AllOf(HasSubstr("a.h5: x: shape [1152921504606846976], but only"), HasSubstr("bytes are stored")));
  EXPECT_EQ(ArrayReader(path()).shape("x"), (std::vector<std::uint64_t>{std::uint64_t{1} << 60U}));
}

TEST_F(ForeignFile, SoIsAShapeOfSeveralAxes) {
  add_array({hsize_t{1} << 30U, hsize_t{1} << 30U}, {1, 64});
  close();
  EXPECT_THAT(complaint([&] { ArrayReader(path()).floats("x"); }),
              HasSubstr("shape [1073741824, 1073741824], but only"));
}

TEST_F(ForeignFile, WhatIsPackedTightlyIsRead) {
  const std::vector<hsize_t> shape{100000};
  add_array(shape, shape);
  close();
  const std::vector<double> values = ArrayReader(path()).doubles("x");
  EXPECT_EQ(values.size(), 100000U);
  EXPECT_EQ(values[0], 7);
  EXPECT_EQ(values[99999], 0);
  EXPECT_LT(std::filesystem::file_size(path()), 10000U);
}

TEST_F(ForeignFile, AnArrayThatWasNeverWrittenIsNamed) {
  add_array({4}, {4}, false);
  close();
  EXPECT_THAT(complaint([&] { ArrayReader(path()).doubles("x"); }), HasSubstr("a.h5: x: holds no data"));
}

TEST_F(ForeignFile, AnArrayThatMemoryCannotHoldIsNamed) {
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
  GTEST_SKIP() << "the sanitizer ends the program where memory runs out";
#endif
  // Of one byte each, in a file that is one hole: as numbers of eight bytes more than a process can address.
  const hsize_t many = (hsize_t{1} << 44U) - (hsize_t{1} << 24U);
  const Hdf5Handle space(H5Screate_simple(1, &many, nullptr), H5Sclose);
  const Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  ASSERT_GE(H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY), 0);
  ASSERT_GE(H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER), 0);
  {
    const Hdf5Handle set(H5Dcreate2(file_, "x", H5T_NATIVE_INT8, space, H5P_DEFAULT, properties, H5P_DEFAULT),
                         H5Dclose);
    ASSERT_GE(static_cast<hid_t>(set), 0);
  }
  close();
  std::error_code error;
  if (std::filesystem::file_size(path(), error) < many) GTEST_SKIP() << "files cannot be so large here";
  EXPECT_THAT(complaint([&] { ArrayReader(path()).doubles("x"); }),
              HasSubstr("a.h5: x: there is no memory for its 17592169267200 numbers"));
}

TEST_F(ForeignFile, AListOfTextsIsNoText) {
  const Hdf5Handle fixed(H5Tcopy(H5T_C_S1), H5Tclose);
  ASSERT_GE(H5Tset_size(fixed, 4), 0);
  const Hdf5Handle variable(H5Tcopy(H5T_C_S1), H5Tclose);
  ASSERT_GE(H5Tset_size(variable, H5T_VARIABLE), 0);
  const hsize_t count = 40;
  const Hdf5Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose);
  add_attribute("fixed", fixed, space, std::string(4 * count, 'x').c_str());
  add_attribute("variable", variable, space, std::vector<const char*>(count, "text").data());
  close();
  const ArrayReader file(path());
  EXPECT_THAT(complaint([&] { file.text("/", "fixed"); }), HasSubstr("attribute fixed of /: not a text"));
  EXPECT_THAT(complaint([&] { file.text("/", "variable"); }), HasSubstr("attribute variable of /: not a text"));
}

TEST_F(ForeignFile, TextsOfEitherKindAndTruthValuesAreRead) {
  const Hdf5Handle variable(H5Tcopy(H5T_C_S1), H5Tclose);
  ASSERT_GE(H5Tset_size(variable, H5T_VARIABLE), 0);
  const Hdf5Handle truth(H5Tenum_create(H5T_NATIVE_INT8), H5Tclose);
  for (const std::int8_t value : {std::int8_t{0}, std::int8_t{1}})
    ASSERT_GE(H5Tenum_insert(truth, value == 0 ? "FALSE" : "TRUE", &value), 0);
  const Hdf5Handle one(H5Screate(H5S_SCALAR), H5Sclose);
  const char* const text = "of any length";
  const char* const none = nullptr;
  const std::int8_t yes = 1;
  add_attribute("text", variable, one, &text);
  add_attribute("none", variable, one, &none);
  add_attribute("truth", truth, one, &yes);
  close();
  const ArrayReader file(path());
  EXPECT_EQ(file.text("/", "text"), "of any length");
  EXPECT_EQ(file.text("/", "none"), "");
  EXPECT_THAT(*file.numbers("/", "truth"), ElementsAre(1));
}

TEST_F(ForeignFile, AnEmptyAttributeHasNoNumbersAndNoText) {
  const Hdf5Handle text(H5Tcopy(H5T_C_S1), H5Tclose);
  const Hdf5Handle nothing(H5Screate(H5S_NULL), H5Sclose);
  add_attribute("n", H5T_NATIVE_DOUBLE, nothing, nullptr);
  add_attribute("t", text, nothing, nullptr);
  close();
  const ArrayReader file(path());
  EXPECT_TRUE(file.numbers("/", "n")->empty());
  EXPECT_THAT(complaint([&] { file.text("/", "t"); }), HasSubstr("attribute t of /: not a text"));
}

}  // namespace
}  // namespace an::io
