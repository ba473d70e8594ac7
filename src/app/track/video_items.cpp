// SPDX-License-Identifier: MIT
#include "app/track/video_items.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "core/error.hpp"

namespace an::app {

namespace fs = std::filesystem;

namespace {

bool is_video(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension == ".tif" || extension == ".tiff";
}

// Adds the videos in and below a folder. `above` holds the folders that it lies in, as they are without symbolic links.
void add_videos(const fs::path& folder, const fs::path& input, std::set<fs::path>& above,
                std::vector<VideoItem>& items) {
  const auto [self, is_new] = above.insert(fs::canonical(folder));
  if (!is_new) return;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path& path = entry.path();
    std::error_code error;  // such as a link to itself
    if (path.filename().string().starts_with('.')) continue;
    if (fs::is_directory(path, error))
      add_videos(path, input, above, items);
    else if (is_video(path))
      items.push_back({path, path.lexically_relative(input).replace_extension()});
  }
  above.erase(self);
}

// The truth of a video below a folder; empty, with the problem noted, where there is none.
fs::path truth_in(const fs::path& folder, const VideoItem& item, std::vector<InputProblem>& problems) {
  const fs::path place = folder / item.name();
  const std::string name = place.filename().string();
  std::vector<std::string> files{name + "_gt.csv", name + ".csv"};
  if (name.starts_with("videos_")) files.push_back("trajs_" + name.substr(7) + ".csv");
  for (const std::string& file : files)
    if (fs::path path = place.parent_path() / file; fs::exists(path)) return path;
  problems.push_back(
      {place.parent_path(), 0, 0,
       fmt::format("no truth of {} (expected {})", item.video.filename().string(), fmt::join(files, " or "))});
  return {};
}

}  // namespace

std::vector<VideoItem> find_videos(const fs::path& input) {
  std::error_code error;
  if (!fs::exists(input, error))
    throw InputError(input, "does not exist (expected a TIFF video or a folder of videos)");
  std::vector<VideoItem> items;
  if (!fs::is_directory(input)) {
    items.push_back({input, ""});
  } else {
    std::set<fs::path> above;
    add_videos(input, input, above, items);
    if (items.empty()) throw InputError(input, "holds no video (expected files that end in .tif or .tiff)");
  }
  std::sort(items.begin(), items.end(), [](const VideoItem& a, const VideoItem& b) { return a.video < b.video; });
  std::map<fs::path, fs::path> video_at;
  for (VideoItem& item : items) {
    const auto [other, is_new] = video_at.emplace(item.place, item.video);
    if (!is_new)
      throw InputError(item.video, fmt::format("its tracks would lie where those of {} do (expected other names)",
                                               other->second.filename().string()));
    const auto size = static_cast<double>(fs::file_size(item.video, error));
    if (!error) item.cost = size;
  }
  return items;
}

void find_truths(const fs::path& check, std::vector<VideoItem>& items) {
  if (!fs::exists(check)) throw InputError(check, "does not exist (expected the truth of the videos)");
  const bool is_folder = fs::is_directory(check);
  if (!is_folder && items.size() > 1)
    throw InputError(check, fmt::format("is one file for {} videos (expected a folder of their truths)", items.size()));
  std::vector<InputProblem> problems;
  for (VideoItem& item : items) item.truth = is_folder ? truth_in(check, item, problems) : check;
  if (!problems.empty()) throw InputError(std::move(problems));
}

void pack(ByteWriter& writer, const std::vector<VideoItem>& items) {
  writer.put(items.size());
  for (const VideoItem& item : items) {
    writer.put(item.video.string());
    writer.put(item.place.string());
    writer.put(item.cost);
    writer.put(item.truth.string());
  }
}

void unpack(ByteReader& reader, std::vector<VideoItem>& items) {
  items.resize(reader.take<std::size_t>());
  for (VideoItem& item : items) {
    item.video = reader.take_string();
    item.place = reader.take_string();
    item.cost = reader.take<double>();
    item.truth = reader.take_string();
  }
}

}  // namespace an::app
