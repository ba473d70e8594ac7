// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "core/error.hpp"

namespace an::testing {

/// What an action says of an input that it cannot use, in an `Expected` error; another error goes on.
template <class Expected = InputError, class Action>
std::string complaint(const Action& action) {
  try {
    action();
  } catch (const Expected& error) {
    return error.what();
  }
  return "no complaint";
}

}  // namespace an::testing
