// SPDX-License-Identifier: MIT
#include "parallel/mpi_call.hpp"

#include <fmt/format.h>

#include <string>

#include "core/error.hpp"

namespace an::parallel {

void check(int result, const char* call) {
  if (result == MPI_SUCCESS) return;
  std::string text(MPI_MAX_ERROR_STRING, '\0');
  int length = 0;
  MPI_Error_string(result, text.data(), &length);
  throw Error(fmt::format("{} failed: {}", call, text.substr(0, static_cast<std::size_t>(length))));
}

}  // namespace an::parallel
