// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

namespace an::app {

/// Writes into a folder, from its `paper.json` alone: of each table `.txt`, `.csv`, `.md` and `.tex`, of each figure
/// `.svg`, and all of them on one page, `index.html`. \returns the tables as text
/// \throws InputError where paper.json is missing or damaged, OutputError
std::string write_paper_pages(const std::filesystem::path& folder);

}  // namespace an::app
