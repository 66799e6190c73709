// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <variant>

#include <lacuna/network/layer/batch_norm.hpp>
#include <lacuna/network/layer/conv.hpp>
#include <lacuna/network/layer/elementwise.hpp>
#include <lacuna/network/layer/linear.hpp>
#include <lacuna/network/layer/pool.hpp>

namespace lacuna::inline LACUNA_ABI::network {

template <class T>
using layer = std::variant<input, conv<T>, linear<T>, batch_norm<T>, relu, add, max_pool,
                           average_pool, global_average_pool>;

/// How many inputs a layer takes.
template <class L>
inline constexpr std::size_t input_count = std::is_same_v<L, input> ? 0
                                           : std::is_same_v<L, add> ? 2
                                                                    : 1;

/// Whether a layer may write its result over its first input (never in training, where backward
/// reads both).
template <class L>
inline constexpr bool works_in_place = std::is_same_v<L, relu> || std::is_same_v<L, add>;
template <class T>
inline constexpr bool works_in_place<batch_norm<T>> = true;

}  // namespace lacuna::inline LACUNA_ABI::network
