// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

/// What a fuzz target does with one input: nothing, or it throws what it should not or aborts.
/// Linked with libFuzzer to search, with replay.cpp to run a corpus again.
void fuzz_one(std::span<const std::byte> input);

/// Stops the process where an oracle fails, in every build.
inline void require(bool holds) {
  if (!holds) __builtin_trap();
}
