// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "suite/shape_set.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <lacuna/network/zoo/catalogue.hpp>

namespace bench {

namespace {

using lacuna::network::layer_shape;

// Every kind: 1x1 widening and narrowing, 3x3, strides, few and many pixels, tokens, vectors.
constexpr std::array<std::string_view, 15> quick{
    "resnet50:conv2_0_b",         "resnet50:conv2_0_c",
    "resnet50:conv3_0_b",         "resnet50:conv3_0_c",
    "resnet50:conv3_br",          "resnet50:conv4_1_a",
    "resnet50:conv4_1_b",         "resnet50:conv4_0_c",
    "resnet50:conv5_1_b",         "resnet50:conv5_0_c",
    "bert_base:128:layer0.query", "bert_base:128:layer0.output",
    "mobilenet_v1:pw7",           "vgg16:conv11",
    "vgg16_vector:fc15"};

template <class Wanted>
void append(std::vector<shape>& out, const std::string& network,
            const lacuna::network::network_shape& net, Wanted&& wanted) {
  for (const auto& d : distinct_shapes(net)) {
    if (d.layer.in == 3 || !wanted(d.layer)) continue;
    shape s{network, d.layer, d.layers};
    s.quick = std::find(quick.begin(), quick.end(), s.name()) != quick.end();
    out.push_back(s);
  }
}

}  // namespace

std::vector<shape> shape_set() {
  using lacuna::network::find_network_shape;
  std::vector<shape> out;
  const auto is_image = [](const layer_shape& l) { return l.h > 1; };
  const auto is_vector = [](const layer_shape& l) { return l.out_h() * l.out_w() == 1; };
  append(out, "resnet50", find_network_shape("resnet50"), is_image);
  for (const char* bert : {"bert_base:128", "bert_base:384"}) {
    append(out, bert, find_network_shape(bert), [](const layer_shape&) { return true; });
  }
  append(out, "vgg16", find_network_shape("vgg16"),
         [&](const layer_shape& l) { return !is_vector(l); });
  append(out, "mobilenet_v1", find_network_shape("mobilenet_v1"),
         [](const layer_shape& l) { return l.h > 1 && l.groups == 1; });
  // Weights beyond the second-level cache; VGG-16's first, of 392 MiB, says no more than its
  // second.
  append(out, "resnet50_vector", find_network_shape("resnet50"), is_vector);
  append(out, "bert_base_vector", find_network_shape("bert_base:1"),
         [](const layer_shape& l) { return l.in * l.out > 1'000'000; });
  append(out, "vgg16_vector", find_network_shape("vgg16"),
         [&](const layer_shape& l) { return is_vector(l) && l.in == 4096 && l.out == 4096; });
  return out;
}

}  // namespace bench
