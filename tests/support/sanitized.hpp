// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether this build looks for wrong addresses, which takes unrolled and simulated code
// long: a mapped layer of a series 130 s for 5 on Zen 3.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LACUNA_TEST_SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define LACUNA_TEST_SANITIZED
#endif

namespace test {

#if defined(LACUNA_TEST_SANITIZED)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

}  // namespace test
