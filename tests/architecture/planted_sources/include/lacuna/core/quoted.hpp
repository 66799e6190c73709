// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: headers are included as <lacuna/...>: #include "extents.hpp"
#pragma once
#include "extents.hpp"
