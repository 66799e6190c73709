// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: network may not include train/sgd.hpp
#pragma once
#include <lacuna/train/sgd.hpp>
