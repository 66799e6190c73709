// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/kernel/x86/vendor.hpp>

#if defined(__AVX512BF16__) && defined(__AVX512VL__) && defined(__GNUC__)
#define LACUNA_PAIRS 1
#else
#define LACUNA_PAIRS 0
#endif

namespace lacuna::inline LACUNA_ABI::kernel::x86 {

/// Whether products of pairs of bfloat16 (VDPBF16PS) are faster than multiply-adds of as many
/// floats. AMD's are: one of 64 bytes a cycle on Zen 4, as many as multiply-adds. Intel's are not:
/// 0.46 a cycle beside 1.85 on Emerald Rapids.
[[nodiscard]] inline bool pairs_are_fast() noexcept { return LACUNA_PAIRS != 0 && is_amd(); }

}  // namespace lacuna::inline LACUNA_ABI::kernel::x86
