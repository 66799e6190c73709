// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: intrinsics belong to kernel/x86: _mm256_add_ps
#pragma once
inline auto twice(auto x) { return _mm256_add_ps (x, x); }
