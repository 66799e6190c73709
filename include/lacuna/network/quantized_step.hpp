// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <lacuna/format/storage.hpp>
#include <lacuna/network/fuse.hpp>
#include <lacuna/network/inference.hpp>
#include <lacuna/network/quantize.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// The patterns that int8 networks may be compiled for at run time.
using quantized_patterns = pattern_list<dense, block<8, 8>, n_m<2, 4>>;

namespace detail {

/// One operator of an int8 network.
struct quantized_step {
  using conv_operator = operators<quantized_patterns, std::int8_t>::conv;
  using linear_operator = operators<quantized_patterns, std::int8_t>::linear;

  step fused;
  std::vector<std::size_t> inputs;  ///< steps
  quantized_type result;
  std::variant<std::monostate, conv_operator, linear_operator> op;
  aligned_vector<float> scales;  ///< an output channel: what a sum counts, in units of the result
  aligned_vector<float> bias;    ///< in units of the result
};

/// How the result of a step is held, behind an input held as `in`.
/// @throws format_error naming the layer when `ranges` lacks it.
[[nodiscard]] inline quantized_type type_of_result(const graph<float>& g, const step& s,
                                                   const quantized_type& in,
                                                   const activation_ranges& ranges) {
  const auto& layer = g[s.node].layer;
  if (std::holds_alternative<max_pool>(layer)) return in;
  const std::string& name = g[s.result].name;
  const auto found = ranges.find(name);
  if (found == ranges.end()) {
    throw format_error(name + ": no range of its results was calibrated");
  }
  bool is_signed = !s.ends_in_relu && !std::holds_alternative<relu>(layer);
  if (std::holds_alternative<input>(layer)) is_signed = found->second.low < 0;
  if (std::holds_alternative<average_pool>(layer) ||
      std::holds_alternative<global_average_pool>(layer)) {
    is_signed = in.is_signed;
  }
  return type_of(found->second, is_signed);
}

/// Quantises the weights of node n and makes its operator, where it has one, for results in units
/// of `unit`, behind an input held as `in`. Returns what the weights take.
/// @throws format_error, unsupported_error as quantized_inference
inline storage compile(quantized_step& s, const node<float>& n, const pattern_choice& choose,
                       const quantized_type& in, float unit) {
  storage weights{};
  // `stored` says what of the filters is packed, `construct` returns what the format takes.
  const auto make = [&](const auto& layer, const auto& stored, auto&& construct) {
    try {
      visit_pattern(
          choose(n),
          [&](auto type) {
            // Also of the weights themselves: rounding to 0 must not hide what disobeys.
            static_cast<void>(to_format(type, stored(layer.weight)));
            const quantized_filter q = quantize(layer.weight);
            weights = construct(to_format(type, stored(q.weight)));
            for (const float scale : q.scales) s.scales.push_back(in.scale * scale / unit);
            s.bias.assign(s.scales.size(), 0.0F);
            for (std::size_t o = 0; o < layer.bias.size(); ++o) s.bias[o] = layer.bias[o] / unit;
          },
          quantized_patterns{});
    } catch (const format_error& e) {
      throw format_error(n.name + ": " + e.what());
    }
  };
  if (const auto* c = std::get_if<conv<float>>(&n.layer)) {
    const auto filters = [](const auto& w) -> const auto& { return w; };
    make(*c, filters, [&](const auto& packed) {
      s.op.emplace<quantized_step::conv_operator>(
          conv2d(packed, {c->stride, c->padding, c->dilation}));
      return storage_of(packed.matrix);
    });
  } else if (const auto* l = std::get_if<linear<float>>(&n.layer)) {
    // A matrix has one column a feature: filters are padded to whole blocks.
    const auto matrix = [](const auto& w) -> const auto& { return w.matrix; };
    make(*l, matrix, [&](const auto& packed) {
      s.op.emplace<quantized_step::linear_operator>(matmul(packed));
      return storage_of(packed);
    });
  }
  return weights;
}

}  // namespace detail
}  // namespace lacuna::inline LACUNA_ABI::network
