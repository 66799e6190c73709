// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include <lacuna/core/aligned.hpp>
#include <lacuna/format/filter.hpp>

namespace lacuna::inline LACUNA_ABI::network::detail {

/// f(name, values, filters) for the weights of a layer and for its bias where it has one: what
/// `for_each_parameter` is of convolutions and linear layers. `filters` is null for a bias.
template <class T, class F>
void visit_weight_and_bias(filter<dense_matrix<T>>& weight, aligned_vector<T>& bias, F&& f) {
  f("weight", std::span<T>(weight.matrix.data(), static_cast<std::size_t>(weight.matrix.size())),
    &weight);
  if (!bias.empty()) f("bias", std::span<T>(bias), static_cast<decltype(&weight)>(nullptr));
}

}  // namespace lacuna::inline LACUNA_ABI::network::detail
