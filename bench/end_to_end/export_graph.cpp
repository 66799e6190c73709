// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include "end_to_end/export_graph.hpp"

#include <fstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include <lacuna/network/fold.hpp>

namespace bench {
namespace {

using nlohmann::json;

json window_of(const lacuna::conv_window& w) {
  return {{"kernel", {w.kernel_h, w.kernel_w}},
          {"stride", {w.stride.h, w.stride.w}},
          {"padding", {w.padding.top, w.padding.left, w.padding.bottom, w.padding.right}}};
}

class weights_file {
 public:
  explicit weights_file(const std::string& path) : out_(path, std::ios::binary) {}

  /// Where in the file, in floats, and the extents.
  json append(const float* values, std::size_t count, json extents) {
    const std::size_t at = at_;
    out_.write(reinterpret_cast<const char*>(values),
               static_cast<std::streamsize>(count * sizeof(float)));
    at_ += count;
    return {{"at", at}, {"extents", std::move(extents)}};
  }
  [[nodiscard]] bool good() const { return out_.good(); }

 private:
  std::ofstream out_;
  std::size_t at_{0};
};

}  // namespace

void export_graph(const lacuna::network::graph<float>& g, const std::string& folder,
                  const std::vector<activation_scale>& scales) {
  namespace net = lacuna::network;
  const auto folded = net::fold_batch_norms(g);
  weights_file weights(folder + "/weights.f32");
  json nodes = json::array();
  for (const auto& n : folded.nodes()) {
    json node{{"name", n.name},
              {"inputs", n.inputs},
              {"extents", {1, n.extents.c, n.extents.h, n.extents.w}}};
    std::visit(
        [&](const auto& layer) {
          using L = std::decay_t<decltype(layer)>;
          node["layer"] = L::name;
          if constexpr (requires { layer.weight; }) {
            const auto tensor = to_tensor(layer.weight);
            const auto e = tensor.extents();
            const bool is_conv = requires { layer.stride; };
            node["weight"] = weights.append(tensor.data(), static_cast<std::size_t>(tensor.size()),
                                            is_conv ? json{e.n, e.c, e.h, e.w} : json{e.n, e.c});
            lacuna::aligned_vector<float> bias = layer.bias;
            bias.resize(static_cast<std::size_t>(e.n));
            node["bias"] = weights.append(bias.data(), bias.size(), json{e.n});
          }
          if constexpr (requires { layer.window(); }) {
            node["window"] = window_of(layer.window());
          } else if constexpr (requires { layer.window; }) {
            node["window"] = window_of(layer.window);
          }
        },
        n.layer);
    if (!scales.empty()) {
      const activation_scale& a = scales.at(nodes.size());
      node["scale"] = a.scale;
      node["zero_point"] = a.zero_point;
    }
    nodes.push_back(std::move(node));
  }
  std::ofstream out(folder + "/graph.json");
  out << nodes.dump(1) << "\n";
  if (!out || !weights.good()) throw std::runtime_error(folder + ": can't write the graph there");
}

}  // namespace bench
