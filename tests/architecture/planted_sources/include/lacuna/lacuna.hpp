// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: the umbrella leaves out the opt-in parts: #include <lacuna/train/sgd.hpp>
#pragma once
#include <lacuna/train/sgd.hpp>
