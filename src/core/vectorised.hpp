// SPDX-License-Identifier: MIT
#pragma once

// AN_VECTORISED before a function with plain loops compiles it for several instruction sets; the best one is taken when
// the program starts. Every operation is rounded the same way in all of them (no fused multiply-add:
// -ffp-contract=off), so results do not depend on the machine. Sanitizers run before the choice could be made, and
// clang 14 knows no such attribute for these names.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define AN_VECTORISED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define AN_VECTORISED
#endif
