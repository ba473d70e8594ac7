// SPDX-License-Identifier: MIT
#pragma once

#include <mpi.h>

namespace an::parallel {

/// Throws an::Error with MPI's own words if an MPI call failed.
void check(int result, const char* call);

}  // namespace an::parallel
