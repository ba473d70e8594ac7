// SPDX-License-Identifier: MIT
#include <functional>
#include <numeric>
#include <string>

#include "core/error.hpp"
#include "described_file.hpp"
#include "io/array_reader.hpp"
#include "same_values.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace an;

// Read, or refused in words.
void attempt(const std::function<void()>& read) {
  try {
    read();
  } catch (const InputError&) {
  }
}

void read_array(const io::ArrayReader& file, const std::string& name) {
  const std::vector<std::uint64_t> shape = file.shape(name);
  attempt([&] { fuzz::require(file.floats(name, {7, 7}).size() == 49); });
  const std::vector<double> values = file.doubles(name);
  fuzz::require(values.size() == std::accumulate(shape.begin(), shape.end(), std::uint64_t{1}, std::multiplies<>()));
  fuzz::require(file.floats(name).size() == values.size());
}

void read_attribute(const io::ArrayReader& file, const std::string& object, const std::string& name) {
  attempt([&] { file.numbers(object, name); });
  attempt([&] { file.text(object, name); });
}

void read_all(const io::ArrayReader& file, const std::string& group, int depth) {
  constexpr int deepest = 4;
  std::vector<std::string> names;
  attempt([&] { names = file.children(group); });
  for (const std::string& child : names) {
    const std::string name = (group == "/" ? "" : group) + "/" + child;
    fuzz::require(file.has(name));
    attempt([&] { read_array(file, name); });
    read_attribute(file, name, "name");
    if (depth < deepest) read_all(file, name, depth + 1);
  }
}

}  // namespace

// Of any file that is HDF5 each array and attribute is read, as many numbers as its shape has, or refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const testing::TemporaryFolder folder(testing::place_in_memory());
  const auto description = nlohmann::ordered_json::parse(data, data + size, nullptr, false);
  const std::filesystem::path path = folder.path() / "a.h5";
  fuzz::write_described(path, description);
  const io::ArrayReader file(path);
  read_all(file, "/", 0);
  if (!description.is_object() || !description.contains("attributes") || !description["attributes"].is_object())
    return 0;
  for (const auto& attribute : description["attributes"].items()) read_attribute(file, "/", attribute.key());
  return 0;
}
