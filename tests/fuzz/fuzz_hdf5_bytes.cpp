// SPDX-License-Identifier: MIT
#include "core/error.hpp"
#include "io/array_reader.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace an;

template <class Read>
void attempt(const Read& read) {
  try {
    read();
  } catch (const InputError&) {
  }
}

void read_all(const io::ArrayReader& file, const std::string& group, int depth) {
  constexpr int deepest = 4;
  std::vector<std::string> names;
  attempt([&] { names = file.children(group); });
  for (const std::string& child : names) {
    const std::string name = (group == "/" ? "" : group) + "/" + child;
    attempt([&] { file.shape(name); });
    attempt([&] { file.doubles(name); });
    attempt([&] { file.floats(name); });
    for (const char* attribute : {"n", "t"}) {
      attempt([&] { file.numbers(name, attribute); });
      attempt([&] { file.text(name, attribute); });
    }
    if (depth < deepest) read_all(file, name, depth + 1);
  }
}

}  // namespace

// Any bytes are an HDF5 file, or an InputError. No test: HDF5 1.10 itself reads beyond its memory in files of which a
// few bytes were changed. What stops it with a function of this program on top is a fault of ours:
// `fuzz_hdf5_bytes -fork=1 -ignore_crashes=1 CORPUS`.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const testing::TemporaryFolder folder(testing::place_in_memory());
  attempt([&] {
    const io::ArrayReader file(folder.add("a.h5", {reinterpret_cast<const char*>(data), size}));
    for (const char* attribute : {"n", "t"}) {
      attempt([&] { file.numbers("/", attribute); });
      attempt([&] { file.text("/", attribute); });
    }
    read_all(file, "/", 0);
  });
  return 0;
}
