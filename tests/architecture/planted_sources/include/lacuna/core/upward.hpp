// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: core may not include op/matmul.hpp
#pragma once
#include <lacuna/op/matmul.hpp>
