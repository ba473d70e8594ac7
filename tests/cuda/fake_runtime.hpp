// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>

namespace an::test {

/// A machine with as many GPUs as a test wants. Device memory is memory of the host; products of matrices in float32
/// are reckoned by plain loops, from what the descriptions and layouts say.
struct FakeRuntime {
  int devices = 0;
  std::string failing;               ///< this call fails
  std::map<std::string, int> calls;  ///< how often each was called

  static FakeRuntime& instance();
  /// Counts the call. \return whether it fails
  bool fails(const std::string& call);
};

}  // namespace an::test
