// SPDX-License-Identifier: MIT
#include "io/hdf5_handle.hpp"

#include <fmt/format.h>

#include <string>

#include "core/error.hpp"

namespace an::io {

namespace {

herr_t deepest_reason(unsigned, const H5E_error2_t* error, void* text) {
  if (error->desc != nullptr && *error->desc != '\0') *static_cast<std::string*>(text) = error->desc;
  return 0;
}

}  // namespace

hid_t checked(hid_t result, const std::filesystem::path& file, const char* call) {
  if (result >= 0) return result;
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, deepest_reason, &reason);
  throw OutputError(file, fmt::format("cannot be written: {}: {}", call, reason));
}

}  // namespace an::io
