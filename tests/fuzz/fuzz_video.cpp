// SPDX-License-Identifier: MIT
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "core/error.hpp"
#include "io/video_reader.hpp"
#include "same_values.hpp"

// Any bytes are a video, or an InputError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace an;
  const int file = memfd_create("video", 0);
  fuzz::require(file >= 0 && write(file, data, size) == static_cast<ssize_t>(size));
  try {
    io::VideoReader reader("/proc/self/fd/" + std::to_string(file));
    for (int page = 0; page < 20; ++page) {
      const auto frame = reader.next();
      if (!frame) break;
      fuzz::require(frame->pixels.size() == frame->rows * frame->columns);
    }
  } catch (const InputError&) {
  }
  close(file);
  return 0;
}
