// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: clang 14 rejects it: std::views::iota
#pragma once
inline auto numbers() { return std::views::iota(0); }
