// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// @file
/// The one place that states the version; CMake reads these three numbers.
#define LACUNA_VERSION_MAJOR 0
#define LACUNA_VERSION_MINOR 1
#define LACUNA_VERSION_PATCH 0

// Checked builds throw on a broken contract, others do not look. The mode is part of every
// symbol name, so that linking the two together is an error and not a silent mixture.
#if defined(LACUNA_CHECKED) && LACUNA_CHECKED
#define LACUNA_ABI v0_checked
#else
#define LACUNA_ABI v0
#endif
