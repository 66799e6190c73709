// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
// expect: hardware may not include network/graph.hpp
#pragma once
#include <lacuna/network/graph.hpp>
#include <lacuna/network/layer_shape.hpp>
#include <lacuna/network/zoo/catalogue.hpp>
