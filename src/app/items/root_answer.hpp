// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include "parallel/communicator.hpp"

namespace an::app {

/// Root's answer, on every rank, to a question that only root is asked: what files there are decides what all ranks do
/// next, and files appear for ranks at different times. Collective.
bool on_root(const parallel::Communicator& world, const std::function<bool()>& question);

}  // namespace an::app
