// SPDX-License-Identifier: MIT
// HDF5 1.10 does not give back all memory of a damaged file; that is no fault of its callers.
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5"; }
