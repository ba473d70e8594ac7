// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "parallel/communicator.hpp"

namespace an::parallel {

/// From now on SIGTERM and SIGUSR1 do not end this process: they, and the end of the time, ask it to stop in order.
/// One process has one such request. \param max_seconds from now on; none: no limit
void heed_stop_requests(std::optional<double> max_seconds);

/// Whether this rank has been asked to stop; never before heed_stop_requests.
bool stop_is_asked();

/// What asked any of the ranks to stop, in words (`SIGTERM`); empty where none was. The same on every rank. Collective.
std::string stop_asked_of_any(const Communicator& world);

}  // namespace an::parallel
