// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace an {

/// The shortest text that reads back to the same double, written as Python's `repr` does:
/// `0.1`, `1.0`, `1e-05`, `1e+16`, `nan`, `inf`, `-inf`.
std::string shortest_text(double value);

/// Appends shortest_text(value).
void append_shortest(std::string& text, double value);

/// The same, but without `.0` where the number is whole: for indices, frames and states in messages.
std::string plain_text(double value);

}  // namespace an
