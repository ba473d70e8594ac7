// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace an::report {

/// A JSON value that keeps its keys in the order they were put in.
using Json = nlohmann::ordered_json;

/// The value as indented JSON text. Doubles are the shortest text that reads back to the same double; non-finite ones
/// are the strings "nan", "inf" and "-inf". Bytes that are not UTF-8 are replaced.
std::string json_text(const Json& value);

/// JSON that is not as its reader expects it; says what was expected.
class UnexpectedJson : public Error {
 public:
  using Error::Error;
};

/// The value that a text stands for. \throws Json::exception where it is no JSON, UnexpectedJson where it nests more
/// than a hundred levels deep (to copy and to compare values takes the stack of as many calls)
Json parse_json(std::string_view text);

/// Whether it nests more than a hundred levels deep, as far as it is JSON.
bool nests_too_deep(std::string_view text);

/// How many of something: from 0 to 10^15, so that sums of them are numbers too. \throws Json::exception,
/// UnexpectedJson
std::int64_t count_of(const Json& json);
/// The same, for sizes of what is in memory.
std::size_t size_of(const Json& json);
/// What something is numbered by: from 0 to 2^31 - 1. \throws Json::exception, UnexpectedJson
int index_of(const Json& json);
/// A text that can be part of a file's name. \param what it names, for the complaint \throws Json::exception,
/// UnexpectedJson
std::string name_of(const Json& json, const char* what);
/// An array of so many counts.
std::vector<std::int64_t> counts_of(const Json& json, std::size_t size);

/// A number that json_text wrote: also "inf" and "-inf"; any other text is NaN. \throws Json::exception for what is
/// neither number nor text
double number_of(const Json& json);

}  // namespace an::report
