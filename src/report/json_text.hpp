// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace an::report {

/// A JSON value that keeps its keys in the order they were put in.
using Json = nlohmann::ordered_json;

/// The value as indented JSON text. Doubles are the shortest text that reads back to the same double; non-finite ones
/// are the strings "nan", "inf" and "-inf". Bytes that are not UTF-8 are replaced.
std::string json_text(const Json& value);

/// A number that json_text wrote: also "inf" and "-inf"; any other text is NaN. \throws Json::exception for what is
/// neither number nor text
double number_of(const Json& json);

}  // namespace an::report
