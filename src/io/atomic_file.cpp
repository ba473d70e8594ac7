// SPDX-License-Identifier: MIT
#include "io/atomic_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/error.hpp"

namespace an::io {

namespace fs = std::filesystem;

namespace {

class OutputDescriptor {
 public:
  OutputDescriptor(const fs::path& path, int flags) : path_(path), number_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (number_ < 0) throw OutputError(path_, "cannot be written", errno);
  }
  ~OutputDescriptor() { ::close(number_); }
  OutputDescriptor(const OutputDescriptor&) = delete;
  OutputDescriptor& operator=(const OutputDescriptor&) = delete;

  void write(std::string_view content) const {
    while (!content.empty()) {
      const ssize_t count = ::write(number_, content.data(), content.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw OutputError(path_, "cannot be written", errno);
      content.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  void flush() const {
    // Some file systems (and pipes) cannot be flushed; that is no failure to write.
    if (::fsync(number_) != 0 && errno != EINVAL && errno != EROFS) throw OutputError(path_, "cannot be flushed to disk", errno);
  }

 private:
  fs::path path_;
  int number_;
};

}  // namespace

void publish_file(const fs::path& part, const fs::path& path) {
  OutputDescriptor(part, O_RDONLY).flush();
  std::error_code error;
  fs::rename(part, path, error);
  if (error) throw OutputError(path, "cannot be renamed from its .part file", error.value());
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  fs::path part = path;
  part += ".part";
  try {
    OutputDescriptor(part, O_WRONLY | O_CREAT | O_TRUNC).write(content);
    publish_file(part, path);
  } catch (...) {
    std::error_code ignored;
    fs::remove(part, ignored);
    throw;
  }
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw OutputError(folder, "cannot be made", error.value());
}

}  // namespace an::io
