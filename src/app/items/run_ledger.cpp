// SPDX-License-Identifier: MIT
#include "app/items/run_ledger.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <system_error>

#include "app/program_info.hpp"
#include "core/byte_archive.hpp"
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/file_checksum.hpp"
#include "io/text_file.hpp"
#include "io/text_lines.hpp"
#include "parallel/work_list.hpp"

namespace an::app {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t hash_digits = 16;
constexpr const char* merged_name = "all.txt";

// Calls `use` with every line.
template <class Use>
void each_line(std::string_view text, const Use& use) {
  while (!text.empty()) use(io::take_line(text));
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

// Empty where one is missing. A file of two names is read once.
std::string checksums(const std::vector<fs::path>& outputs) {
  std::string all, last;
  std::error_code error;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (i == 0 || !fs::equivalent(outputs[i - 1], outputs[i], error)) last = io::file_checksum(outputs[i]);
    if (last.empty()) return {};
    all += (all.empty() ? "" : ",") + last;
  }
  return all;
}

std::string_view name_in(std::string_view line) {
  std::size_t begin = 0;
  for (int fields = 0; fields < 3; ++fields) begin = line.find(' ', begin) + 1;
  return line.substr(begin);
}

std::string line_of(std::string_view key, std::string_view outputs, std::string_view name) {
  const std::string rest = fmt::format("{} {} {}", key, outputs, name);
  return fmt::format("{} {}", io::content_hash(rest), rest);
}

// One write, so that a kill tears the last line at most. It need not reach the disk: a line that is lost costs an item
// that is done again.
void append(const fs::path& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file < 0) throw OutputError(path, "cannot be created", errno);
  int failed = 0;
  while (!text.empty() && failed == 0) {
    const ssize_t count = ::write(file, text.data(), text.size());
    if (count >= 0)
      text.remove_prefix(static_cast<std::size_t>(count));
    else if (errno != EINTR)
      failed = errno;
  }
  if (::close(file) != 0 && failed == 0) failed = errno;
  if (failed != 0) throw OutputError(path, "cannot be written", failed);
}

}  // namespace

RunLedger::RunLedger(const fs::path& folder, std::string_view settings, const parallel::Communicator& world)
    : results_(folder),
      folder_(folder / ledger_name),
      own_file_(folder_ / fmt::format("rank_{}.txt", world.rank())),
      settings_(io::content_hash(fmt::format("{}\n{}", version_text(), settings))),
      world_(world) {
  std::string lines;
  if (world.is_root()) {
    io::make_folder(folder_);
    for (const fs::path& file : files_in(folder_)) lines += io::read_text_file(file) + '\n';  // the last may be torn
  }
  world.broadcast(lines);
  each_line(lines, [&](std::string_view line) {
    if (line.size() <= hash_digits || line.substr(0, hash_digits) != io::content_hash(line.substr(hash_digits + 1)))
      return;
    found_.emplace(name_in(line), line);
  });
}

std::string RunLedger::name_of(const ItemFiles& item) const {
  std::string name = item.outputs.front().lexically_relative(results_).string();
  std::string text;
  for (const char c : name) text += c == '\n' ? std::string("//") : std::string(1, c);  // no path has two slashes
  return text;
}

std::string RunLedger::key_of(const ItemFiles& item) {
  std::string all = settings_;
  for (const fs::path& input : item.inputs) {
    const auto [place, is_new] = inputs_.try_emplace(input);
    if (is_new) place->second = io::file_checksum(input);
    all += "," + place->second;
  }
  return io::content_hash(all);
}

std::vector<std::string> RunLedger::finished() const {
  std::vector<std::string> names;
  for (auto line = found_.begin(); line != found_.end(); line = found_.upper_bound(line->first))
    names.push_back(line->first);
  return names;
}

Standing RunLedger::standing(const ItemFiles& item) {
  const std::string name = name_of(item);
  const auto [first, last] = found_.equal_range(name);
  if (first == last) return Standing::absent;
  const std::string key = key_of(item);
  const std::string now = line_of(key, checksums(item.outputs), name);
  const std::string key_field = " " + key + " ";
  Standing standing = Standing::outdated;
  for (auto found = first; found != last; ++found) {
    if (found->second == now) {
      own_lines_ += now + "\n";
      return Standing::whole;
    }
    if (found->second.compare(hash_digits, key_field.size(), key_field) == 0) standing = Standing::damaged;
  }
  return standing;
}

void RunLedger::begin(const ItemFiles& item) {
  for (const fs::path& path : item.outputs)
    if (::unlink(path.c_str()) != 0 && errno != ENOENT && errno != EISDIR && errno != EPERM)
      throw OutputError(path, "cannot be replaced", errno);
}

void RunLedger::record(const ItemFiles& item) {
  const std::string name = name_of(item);
  const std::string outputs = checksums(item.outputs);
  if (outputs.empty()) throw OutputError(item.outputs.front(), "or a file beside it vanished while it was being made");
  const std::string line = line_of(key_of(item), outputs, name);
  // The end of a line that was torn in an earlier run must not become the beginning of this one.
  append(own_file_, (appended_ ? "" : "\n") + line + "\n");
  appended_ = true;
  own_lines_ += line + "\n";
}

void RunLedger::close() {
  std::vector<std::int64_t> ranks(static_cast<std::size_t>(world_.size()));
  std::iota(ranks.begin(), ranks.end(), std::int64_t{0});
  std::map<std::string, std::string> all;
  if (world_.is_root())
    for (const auto& [name, line] : found_) all[name] = line;
  const auto pack = [&](std::size_t) {
    ByteWriter writer;
    writer.put(own_lines_);
    return writer.take();
  };
  const auto unpack = [&](std::size_t, std::span<const std::byte> bytes) {
    each_line(ByteReader(bytes).take_string(), [&](std::string_view line) { all[std::string(name_in(line))] = line; });
  };
  parallel::for_each_in_order(world_, ranks, pack, unpack);
  if (world_.is_root()) {
    std::string text;
    for (const auto& [name, line] : all) text += line + "\n";
    io::write_file_atomically(folder_ / merged_name, text);
    for (const fs::path& file : files_in(folder_))
      if (file.filename() != merged_name) fs::remove(file);
  }
  world_.barrier();
}

}  // namespace an::app
