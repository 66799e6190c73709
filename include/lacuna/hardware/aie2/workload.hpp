// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/format/series_pattern.hpp>
#include <lacuna/hardware/aie2/published_rule.hpp>
#include <lacuna/hardware/aie2/weight_terms.hpp>
#include <lacuna/network/layer_shape.hpp>
#include <lacuna/network/zoo/inception_v3.hpp>
#include <lacuna/network/zoo/resnet50.hpp>
#include <lacuna/network/zoo/vgg16.hpp>

// What an array executes: a network's convolutions with the pooling and additions between them,
// which the catalogue of shapes leaves out, and the activations that must outlive each layer.
namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// One step. Of pooling and additions, `shape` has equal channels in and out; an addition reads two
/// operands of that shape.
struct workload_layer {
  layer_kind kind{layer_kind::convolution};
  network::layer_shape shape;
  double density{1};      ///< share of 8x8 blocks of the weights that are kept
  index_t live_bytes{0};  ///< int8 activations that a later layer reads, besides in- and output
  /// What the fullest core has beyond the mean, as a share of it: `measured_imbalance` of a real
  /// mask; where nothing is given, what is expected of a random one.
  std::optional<double> imbalance{};
  /// The weights are a sum of these terms (`terms_of`); `density` then says nothing.
  std::optional<series_pattern> series{};
};

/// Where a layer finds its input and where its result goes: DRAM, or the memory tiles.
struct placement_request {
  bool input_from_dram{false};
  bool output_to_dram{false};
  friend bool operator==(const placement_request&, const placement_request&) = default;
};

struct workload {
  std::string name;
  std::string source;
  std::vector<workload_layer> layers;
};

namespace detail {
[[nodiscard]] inline workload_layer pooling(std::string name, index_t channels, index_t side,
                                            index_t kernel, index_t stride, padding2 padding,
                                            index_t live = 0) {
  return {layer_kind::pooling,
          network::conv_shape(std::move(name), channels, side, channels, kernel, stride, padding),
          1, live};
}
[[nodiscard]] inline index_t image_bytes(const network::layer_shape& s) noexcept {
  return s.in * s.h * s.w;
}
[[nodiscard]] inline index_t result_bytes(const network::layer_shape& s) noexcept {
  return s.out * s.out_h() * s.out_w();
}
/// The first convolution stays dense, as published; linear layers are dropped unless asked for.
[[nodiscard]] inline std::vector<network::layer_shape> convolutions(network::network_shape net,
                                                                    bool linear) {
  std::vector<network::layer_shape> out;
  for (network::layer_shape& l : net.layers) {
    if (linear || !l.name.starts_with("fc")) out.push_back(std::move(l));
  }
  return out;
}
}  // namespace detail

/// ResNet-50 v1.5: blocks a, b, c, on the first of a stage the branch, then the addition.
[[nodiscard]] inline workload resnet50_workload(double density = 1, bool linear = false) {
  workload net{"resnet50", "He et al., CVPR 2016; strides in the 3x3", {}};
  index_t block_input = 0;  // bytes
  network::layer_shape last;
  const auto add = [&] {
    network::layer_shape s =
        network::conv_shape(last.name + "_add", last.out, last.out_h(), last.out, 1, 1, 0);
    net.layers.push_back({layer_kind::addition, std::move(s), 1, 0});
  };
  const auto layers = detail::convolutions(network::resnet50_shape(), linear);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const network::layer_shape& l = layers[i];
    if (l.name.starts_with("fc")) {
      net.layers.push_back({layer_kind::convolution, l, density, 0});
      continue;
    }
    index_t live = 0;
    if (l.name.ends_with("_a")) block_input = detail::image_bytes(l);
    if (l.name.ends_with("_b") || l.name.ends_with("_c")) live = block_input;
    if (l.name.ends_with("_br")) live = detail::result_bytes(l);  // what c left
    net.layers.push_back({layer_kind::convolution, l, i == 0 ? 1 : density, live});
    last = l;
    if (i == 0) net.layers.push_back(detail::pooling("maxpool", 64, 112, 3, 2, 1));
    const bool branch_follows = i + 1 < layers.size() && layers[i + 1].name.ends_with("_br");
    if (l.name.ends_with("_br") || (l.name.ends_with("_c") && !branch_follows)) add();
    if (i + 1 == layers.size() || layers[i + 1].name.starts_with("fc")) {
      net.layers.push_back(detail::pooling("avgpool", 2048, 7, 7, 7, 0));
    }
  }
  return net;
}

/// VGG-16: a 2x2 pooling wherever the image halves.
[[nodiscard]] inline workload vgg16_workload(double density = 1, bool linear = false) {
  workload net{"vgg16", "Simonyan and Zisserman, ICLR 2015", {}};
  const auto layers = detail::convolutions(network::vgg16_shape(), linear);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const network::layer_shape& l = layers[i];
    net.layers.push_back({layer_kind::convolution, l, i == 0 ? 1 : density, 0});
    const index_t side = l.out_h();
    const bool halves = i + 1 == layers.size() ? side > 1 : layers[i + 1].h < side;
    if (!l.name.starts_with("fc") && halves) {
      net.layers.push_back(detail::pooling(message("pool_", l.name), l.out, side, 2, 2, 0));
    }
  }
  return net;
}

/// Inception V3: pooling in the stem, an average pooling before each pool branch, and a maximum
/// that ends the two modules that halve the image. While a branch runs, the module's input and the
/// branches done before stay.
[[nodiscard]] inline workload inception_v3_workload(double density = 1, bool linear = false) {
  workload net{"inception_v3", "Szegedy et al., CVPR 2016", {}};
  const auto layers = detail::convolutions(network::inception_v3_shape(), linear);
  std::string module;
  index_t entry = 0;  // input channels of the module
  index_t kept = 0;   // bytes of finished branches
  const auto module_of = [](const network::layer_shape& l) {
    const std::size_t dot = l.name.find('.');
    return dot == std::string::npos ? std::string() : l.name.substr(0, dot);
  };
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const network::layer_shape& l = layers[i];
    const std::string mine = module_of(l);
    if (mine != module) {
      module = mine;
      entry = l.in;
      kept = 0;
    }
    const bool inside = !mine.empty();
    const bool starts_branch = inside && l.in == entry;
    if (inside && l.name.ends_with(".pool")) {
      net.layers.push_back(detail::pooling(mine + ".avg", entry, l.h, 3, 1, 1, kept));
    }
    const index_t module_input = inside ? entry * l.h * l.w : 0;
    net.layers.push_back({layer_kind::convolution, l, i == 0 ? 1 : density,
                          kept + (starts_branch || !inside ? 0 : module_input)});
    const std::string next = i + 1 < layers.size() ? module_of(layers[i + 1]) : "";
    const bool last_of_module = i + 1 == layers.size() || next != mine;
    if (inside && (last_of_module || layers[i + 1].in == entry)) kept += detail::result_bytes(l);
    if (l.name == "2b" || l.name == "4a") {
      net.layers.push_back(detail::pooling("pool_" + l.name, l.out, l.out_h(), 3, 2, 0));
    }
    if (inside && last_of_module && (mine == "6a" || mine == "7a")) {
      net.layers.push_back(
          detail::pooling(mine + ".max", entry, mine == "6a" ? 35 : 17, 3, 2, 0, kept));
    }
    if (inside && last_of_module && next.empty()) {
      net.layers.push_back(detail::pooling("avgpool", 2048, 8, 8, 8, 0));
    }
  }
  return net;
}

/// A workload by the name of its network: resnet50, vgg16, inception_v3. @throws shape_error
[[nodiscard]] inline workload find_workload(std::string_view name, double density = 1,
                                            bool linear = false) {
  if (name == "resnet50") return resnet50_workload(density, linear);
  if (name == "vgg16") return vgg16_workload(density, linear);
  if (name == "inception_v3") return inception_v3_workload(density, linear);
  throw shape_error(
      message("there is no workload '", name, "'; there are resnet50, vgg16, inception_v3"));
}

/// The workload with the weights of all convolutions but the first as a series. Blocks alone are a
/// density: kernels of their own run them. @throws what terms_of throws.
[[nodiscard]] inline workload with_series(workload net, const series_pattern& s) {
  const weight_terms terms = terms_of(s);
  bool first = true;
  for (workload_layer& l : net.layers) {
    if (l.kind != layer_kind::convolution) continue;
    if (!first && terms.layers > 0) l.series = s;
    if (!first && terms.layers == 0) l.density = terms.blocks;
    first = false;
  }
  return net;
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
