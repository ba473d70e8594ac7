// SPDX-License-Identifier: MIT
#include "io/atomic_file.hpp"

#include <cstdio>
#include <system_error>

#include "core/error.hpp"
#include "io/descriptor.hpp"

namespace an::io {

namespace fs = std::filesystem;

namespace {

void write_content(const fs::path& path, std::string_view content) {
  Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (file.number() < 0) throw OutputError(path, "cannot be created", errno);
  while (!content.empty()) {
    const ssize_t count = uninterrupted([&] { return ::write(file.number(), content.data(), content.size()); });
    if (count < 0) throw OutputError(path, "cannot be written", errno);
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  if (file.close() != 0) throw OutputError(path, "cannot be written", errno);
}

// Makes the new name last; file systems that cannot sync a folder keep names safe by themselves.
void sync_folder(const fs::path& folder) {
  const Descriptor descriptor(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
  if (descriptor.number() >= 0) ::fsync(descriptor.number());
}

}  // namespace

fs::path part_of(const fs::path& path) {
  fs::path part = path;
  part += ".part";
  return part;
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  const fs::path part = part_of(path);
  try {
    write_content(part, content);
    publish_file(part, path);
  } catch (...) {
    ::unlink(part.c_str());
    throw;
  }
}

void publish_file(const fs::path& part, const fs::path& path) {
  const Descriptor file(part, O_RDONLY);
  if (file.number() < 0 || ::fsync(file.number()) != 0) throw OutputError(part, "cannot be written to the disk", errno);
  if (std::rename(part.c_str(), path.c_str()) != 0) throw OutputError(path, "cannot be created", errno);
  sync_folder(path.parent_path());
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw OutputError(folder, "cannot be created", error.value());
}

}  // namespace an::io
