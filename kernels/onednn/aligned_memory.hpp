// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

namespace an::kernels::onednn {

/// Zeroed memory that begins at a cache line.
class AlignedMemory {
 public:
  AlignedMemory() = default;
  explicit AlignedMemory(std::size_t bytes) : memory_(::operator new[](bytes + 1, cache_line)) {
    std::memset(memory_.get(), 0, bytes);
  }
  template <class T>
  T* as() const {
    return static_cast<T*>(memory_.get());
  }

 private:
  static constexpr std::align_val_t cache_line{64};
  struct Free {
    void operator()(void* memory) const { ::operator delete[](memory, cache_line); }
  };
  std::unique_ptr<void, Free> memory_;
};

}  // namespace an::kernels::onednn
