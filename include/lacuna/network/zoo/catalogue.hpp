// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <charconv>
#include <ostream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/network/zoo/alexnet.hpp>
#include <lacuna/network/zoo/bert_base.hpp>
#include <lacuna/network/zoo/googlenet.hpp>
#include <lacuna/network/zoo/inception_v3.hpp>
#include <lacuna/network/zoo/mobilenet_v1.hpp>
#include <lacuna/network/zoo/resnet50.hpp>
#include <lacuna/network/zoo/vgg16.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// Every published network as shapes; BERT at 128 tokens.
[[nodiscard]] inline std::vector<network_shape> all_network_shapes() {
  return {resnet50_shape(),  resnet50_shape(resnet_stride::in_1x1),
          vgg16_shape(),     inception_v3_shape(),
          alexnet_shape(),   alexnet_one_column_shape(),
          googlenet_shape(), mobilenet_v1_shape(),
          bert_base_shape()};
}

/// A network by name; "bert_base:384" is BERT at 384 tokens, "bert_base" at 128.
/// @throws shape_error that lists the names there are.
[[nodiscard]] inline network_shape find_network_shape(std::string_view name) {
  constexpr std::string_view bert = "bert_base";
  if (name == bert) return bert_base_shape();
  if (name.starts_with(bert) && name.substr(bert.size()).starts_with(':')) {
    const std::string_view digits = name.substr(bert.size() + 1);
    index_t tokens = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), tokens);
    if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size()) {
      throw shape_error(message("'", name, "' must end in a number of tokens"));
    }
    return bert_base_shape(tokens);
  }
  std::string known;
  for (network_shape& net : all_network_shapes()) {
    if (net.name == name) return std::move(net);
    known.append(known.empty() ? "" : ", ").append(net.name);
  }
  throw shape_error(message("there is no network '", name, "'; there are ", known));
}

/// One shape of a network and how many of its layers have it.
struct distinct_shape {
  layer_shape layer;  ///< the first of them
  index_t layers{1};
};

/// The distinct products of a network that have weights, in order of first appearance: layers count
/// as one when channels, image, window and groups agree.
[[nodiscard]] inline std::vector<distinct_shape> distinct_shapes(const network_shape& net) {
  std::vector<distinct_shape> out;
  for (const layer_shape& l : net.layers) {
    if (!l.has_weights) continue;
    const auto same = std::find_if(out.begin(), out.end(), [&](const distinct_shape& d) {
      return d.layer.in == l.in && d.layer.out == l.out && d.layer.h == l.h && d.layer.w == l.w &&
             d.layer.window == l.window && d.layer.groups == l.groups;
    });
    if (same == out.end()) {
      out.push_back({l, 1});
    } else {
      ++same->layers;
    }
  }
  return out;
}

/// A table for people: name, extents, product, multiply-adds.
inline std::ostream& operator<<(std::ostream& out, const network_shape& net) {
  out << net.name << " (" << net.source << "), " << net.layers.size() << " layers, "
      << net.work().count() << " multiply-adds, " << net.weights() << " weights\n";
  for (const layer_shape& l : net.layers) {
    const gemm_extents g = l.gemm();
    out << "  " << l.name << ": " << l.in << "x" << l.h << "x" << l.w << " -> " << l.out << "x"
        << l.out_h() << "x" << l.out_w() << ", kernel " << l.window.kernel_h << "x"
        << l.window.kernel_w << ", stride " << l.window.stride.h << ", groups " << l.groups
        << ", product " << g.m << "x" << g.k << "x" << g.n << ", " << l.work().count() << "\n";
  }
  return out;
}

}  // namespace lacuna::inline LACUNA_ABI::network
