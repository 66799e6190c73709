// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: intrinsics belong to kernel/x86: #include <immintrin.h>
#pragma once
#include <immintrin.h>
