// SPDX-License-Identifier: MIT
#include "io/text_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <system_error>

#include "core/error.hpp"
#include "io/descriptor.hpp"

namespace an::io {

namespace {

[[noreturn]] void throw_unreadable(const std::filesystem::path& path, int error_number) {
  throw InputError(path, fmt::format("cannot be read: {}", std::generic_category().message(error_number)));
}

}  // namespace

std::string read_text_file(const std::filesystem::path& path) {
  // Without O_NONBLOCK a named pipe in a submission would stop the program for ever.
  const Descriptor file(path, O_RDONLY | O_NONBLOCK);
  struct stat status {};
  if (file.number() < 0 || ::fstat(file.number(), &status) != 0) throw_unreadable(path, errno);
  if (S_ISDIR(status.st_mode)) throw InputError(path, "is a folder, not a file");
  if (!S_ISREG(status.st_mode)) throw InputError(path, "is not a regular file");
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = uninterrupted([&] { return ::read(file.number(), text.data() + size, text.size() - size); });
    if (count < 0) throw_unreadable(path, errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return text;
}

}  // namespace an::io
