// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace an::app {

/// The name that a mistyped word most likely means; empty when none is near.
///
/// Near is an edit distance (insertions, deletions, replacements, swaps of neighbours) of at most a third of the word,
/// or a name that begins with the word. The first of equally near names wins.
std::string nearest_name(std::string_view word, std::span<const std::string> names);

}  // namespace an::app
