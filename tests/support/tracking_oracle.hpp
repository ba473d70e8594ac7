// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "io/video_reader.hpp"

namespace an::testing {

/// Folder of trackpy's reference data: the whole of it where AN_ORACLES names it, else the selection in the repository.
inline std::filesystem::path tracking_oracles() {
  const char* folder = std::getenv("AN_ORACLES");
  return folder != nullptr && *folder != '\0' ? std::filesystem::path(folder) / "tracking"
                                              : std::filesystem::path(AN_FIXTURES) / "tracking";
}

/// Columns of numbers by name; empty cells are not allowed.
inline std::map<std::string, std::vector<double>> read_table(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot open " + path.string());
  std::string line, cell;
  std::getline(file, line);
  std::vector<std::string> names;
  for (std::istringstream header(line); std::getline(header, cell, ',');) names.push_back(cell);
  std::map<std::string, std::vector<double>> table;
  while (std::getline(file, line)) {
    std::istringstream row(line);
    for (const std::string& name : names) {
      std::getline(row, cell, ',');
      table[name].push_back(std::stod(cell));
    }
  }
  return table;
}

/// The frames of a video of the challenge, without the page of VIPs.
inline std::vector<Frame> challenge_frames(const std::filesystem::path& path) {
  io::VideoReader reader(path);
  reader.next();
  std::vector<Frame> frames;
  while (std::optional<Frame> frame = reader.next()) frames.push_back(std::move(*frame));
  return frames;
}

}  // namespace an::testing
