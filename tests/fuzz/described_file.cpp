// SPDX-License-Identifier: MIT
#include "described_file.hpp"

#include <hdf5.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "io/hdf5_handle.hpp"
#include "same_values.hpp"

namespace an::fuzz {

namespace {

using Json = nlohmann::ordered_json;
using io::Hdf5Handle;

constexpr hsize_t most_written = 4096;  // values

double number_of(const Json& json) {
  if (json.is_number()) return json.get<double>();
  return json == "inf" ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
}

std::vector<double> numbers_of(const Json& json) {
  std::vector<double> numbers;
  if (json.is_array())
    for (const Json& value : json) numbers.push_back(number_of(value));
  return numbers;
}

std::vector<hsize_t> extent_of(const Json& json) {
  std::vector<hsize_t> extent;
  for (const Json& value : json)
    extent.push_back(value.is_number_unsigned() || (value.is_number_integer() && value.get<std::int64_t>() >= 0)
                         ? value.get<hsize_t>()
                         : 1);
  return extent;
}

// The product, or a little more than `most` where it is more.
hsize_t count_of(const std::vector<hsize_t>& extent, hsize_t most = most_written) {
  hsize_t count = 1;
  for (const hsize_t n : extent) count = n == 0 ? 0 : count > most / n ? most + 1 : count * n;
  return count;
}

Hdf5Handle type_of(const std::string& name) {
  Hdf5Handle type(H5Tcopy(name == "float" || name == "half" ? H5T_NATIVE_FLOAT
                          : name == "int64"                 ? H5T_NATIVE_INT64
                          : name == "int8"                  ? H5T_NATIVE_INT8
                                                            : H5T_NATIVE_DOUBLE),
                  H5Tclose);
  if (name == "half") {
    H5Tset_fields(type, 15, 10, 5, 0, 10);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, 15);
  }
  if (name != "bool") return type;
  Hdf5Handle truth(H5Tenum_create(H5T_NATIVE_INT8), H5Tclose);  // as h5py has it
  for (const std::int8_t value : {std::int8_t{0}, std::int8_t{1}})
    H5Tenum_insert(truth, value == 0 ? "FALSE" : "TRUE", &value);
  return truth;
}

void add_text(hid_t object, const std::string& name, const std::string& text, bool variable) {
  const Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, variable ? H5T_VARIABLE : text.size() + 1);
  const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Hdf5Handle attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  const char* const start = text.c_str();
  if (attribute >= 0) H5Awrite(attribute, type, variable ? static_cast<const void*>(&start) : start);
}

// What an array or attribute holds.
struct Content {
  std::vector<double> values;
  std::vector<hsize_t> shape;
  std::string type = "double";

  explicit Content(const Json& json) {
    values = numbers_of(json.is_object() && json.contains("values") ? json["values"] : json);
    shape = {values.size()};
    if (!json.is_object()) return;
    if (json.contains("shape") && json["shape"].is_array() && json["shape"].size() <= H5S_MAX_RANK)
      shape = extent_of(json["shape"]);
    if (json.contains("type") && json["type"].is_string()) type = json["type"].get<std::string>();
  }
  Hdf5Handle space() const {
    return {H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose};
  }
  // As many values as the shape has; the last one over and over. Numbers of truth are small integers.
  std::vector<double> filled() const {
    std::vector<double> all(count_of(shape), values.empty() ? 0 : values.back());
    for (std::size_t i = 0; i < std::min(all.size(), values.size()); ++i) all[i] = values[i];
    return all;
  }
};

template <class Write>
void write_values(const Content& content, const Write& write) {
  const std::vector<double> all = content.filled();
  if (content.type != "bool") return write(H5T_NATIVE_DOUBLE, all.data());
  std::vector<std::int8_t> truths;
  for (const double value : all) truths.push_back(value > 0 ? 1 : 0);
  write(type_of("bool"), truths.data());
}

void add_attribute(hid_t file, const std::string& name, const Json& json) {
  if (json.is_string()) return add_text(file, name, json.get<std::string>(), false);
  if (json.is_object() && json.contains("text") && json["text"].is_string())
    return add_text(file, name, json["text"].get<std::string>(), true);
  const Content content(json);
  if (count_of(content.shape) > most_written) return;
  const Hdf5Handle space = content.space();
  const Hdf5Handle attribute(H5Acreate2(file, name.c_str(), type_of(content.type), space, H5P_DEFAULT, H5P_DEFAULT),
                             H5Aclose);
  if (attribute < 0) return;
  write_values(content, [&](hid_t type, const void* data) { H5Awrite(attribute, type, data); });
}

Hdf5Handle storage_of(const Json& json, const Content& content) {
  constexpr hsize_t largest_chunk = hsize_t{1} << 20U;
  Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  if (!json.is_object()) return properties;
  if (json.contains("chunk") && json["chunk"].is_array() && json["chunk"].size() == content.shape.size()) {
    const std::vector<hsize_t> chunk = extent_of(json["chunk"]);
    if (H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data()) >= 0 && json.contains("deflate"))
      H5Pset_deflate(properties, 6);
  } else if (json.contains("early") && count_of(content.shape, largest_chunk) <= largest_chunk) {
    H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER);
  }
  return properties;
}

void add_array(hid_t file, const std::string& name, const Json& json) {
  const Content content(json);
  const Hdf5Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links, 1);
  const Hdf5Handle space = content.space();
  const Hdf5Handle properties = storage_of(json, content);
  const Hdf5Handle set(H5Dcreate2(file, name.c_str(), type_of(content.type), space, links, properties, H5P_DEFAULT),
                       H5Dclose);
  if (set < 0) return;
  if (count_of(content.shape) <= most_written && !(json.is_object() && json.contains("early")))
    write_values(content,
                 [&](hid_t type, const void* data) { H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data); });
  if (!json.is_object() || !json.contains("name") || !json["name"].is_string()) return;
  const std::string group = name.substr(0, name.rfind('/'));
  const Hdf5Handle object(H5Oopen(file, group.empty() ? "/" : group.c_str(), H5P_DEFAULT), H5Oclose);
  if (object >= 0) add_text(object, "name", json["name"].get<std::string>(), true);
}

}  // namespace

void write_described(const std::filesystem::path& path, const Json& description) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const Hdf5Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  require(file >= 0);
  if (!description.is_object()) return;
  const auto each = [&](const char* key, const auto& add) {
    if (description.contains(key) && description[key].is_object())
      for (const auto& [name, json] : description[key].items())
        if (!name.empty() && name.find('\0') == std::string::npos) add(file, name, json);
  };
  each("attributes", add_attribute);
  each("arrays", add_array);
}

}  // namespace an::fuzz
