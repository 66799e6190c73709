// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: core may not include core_like/extents.hpp
#pragma once
#include <lacuna/core_like/extents.hpp>
