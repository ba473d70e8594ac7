// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "core/error.hpp"

namespace an {

/// Packs plain values, strings and vectors of plain values into bytes, to be sent to another rank of the same program.
class ByteWriter {
 public:
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put(const T& value) { append(&value, sizeof value); }
  void put(const std::string& text) {
    put(text.size());
    append(text.data(), text.size());
  }
  template <class T>
  requires std::is_trivially_copyable_v<T>
  void put(const std::vector<T>& values) {
    put(values.size());
    append(values.data(), values.size() * sizeof(T));
  }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  void append(const void* data, std::size_t size) {
    const auto* const begin = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), begin, begin + size);
  }
  std::vector<std::byte> bytes_;
};

/// Unpacks what ByteWriter packed, in the same order.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class T>
  requires std::is_trivially_copyable_v<T> T take() {
    T value;
    copy(&value, sizeof value);
    return value;
  }
  std::string take_string() {
    std::string text(take<std::size_t>(), '\0');
    copy(text.data(), text.size());
    return text;
  }
  template <class T>
  std::vector<T> take_vector() {
    std::vector<T> values(take<std::size_t>());
    copy(values.data(), values.size() * sizeof(T));
    return values;
  }
  /// The bytes of a packed vector of bytes, where they lie.
  std::span<const std::byte> take_bytes() {
    const auto size = take<std::size_t>();
    AN_ASSERT(size <= bytes_.size());
    const std::span<const std::byte> bytes = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return bytes;
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  void copy(void* target, std::size_t size) {
    AN_ASSERT(size <= bytes_.size());
    if (size > 0) std::memcpy(target, bytes_.data(), size);
    bytes_ = bytes_.subspan(size);
  }
  std::span<const std::byte> bytes_;
};

}  // namespace an
