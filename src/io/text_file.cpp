// SPDX-License-Identifier: MIT
#include "io/text_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/error.hpp"

namespace an::io {

namespace {

[[noreturn]] void throw_unreadable(const std::filesystem::path& path, int error_number) {
  throw InputError(path, fmt::format("cannot be read: {}", std::generic_category().message(error_number)));
}

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

}  // namespace

std::string read_text_file(const std::filesystem::path& path) {
  // Without O_NONBLOCK a named pipe in a submission would stop the program for ever.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.number < 0) throw_unreadable(path, errno);
  struct stat status {};
  if (::fstat(file.number, &status) != 0) throw_unreadable(path, errno);
  if (S_ISDIR(status.st_mode)) throw InputError(path, "is a folder, not a file");
  if (!S_ISREG(status.st_mode)) throw InputError(path, "is not a regular file");
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(file.number, text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_unreadable(path, errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return text;
}

}  // namespace an::io
