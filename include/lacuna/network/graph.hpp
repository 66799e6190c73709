// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <lacuna/core/units.hpp>
#include <lacuna/network/layer.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// Number of a node in its graph: nodes are numbered in the order of their making, inputs first.
using node_id = std::size_t;

template <class T>
struct node {
  std::string name;  ///< dotted and unique: "layer1.0.conv1"
  network::layer<T> layer;
  std::vector<node_id> inputs;
  extents4 extents;  ///< of the result for one image: (1, c, h, w)
};

/// Values that training changes. Names are those of the node and the layer,
/// "layer1.0.conv1.weight".
template <class T>
struct parameter {
  std::string name;
  node_id node{0};
  std::span<T> values;
  filter<dense_matrix<T>>* filters{nullptr};  ///< null for vectors: biases, scales, shifts
};

/// A network: layers that feed one another, each with its own parameters, from node 0, the input,
/// to the last one, the output. Nodes only take inputs made before them, so their order is an
/// order of execution and there are no cycles.
///
/// A value: copies share nothing.
template <class T>
class graph {
 public:
  using value_type = T;

  /// For images of extents `image`; its n is not looked at.
  /// @throws shape_error when channels, height or width are less than 1.
  explicit graph(extents4 image) {
    image.n = 1;
    if (image.c < 1 || image.h < 1 || image.w < 1) {
      throw shape_error("input: images of extents " + to_string(image) + " hold nothing");
    }
    nodes_.push_back({"input", input{image}, {}, image});
  }

  /// Appends a layer and infers the extents of its result.
  /// @throws shape_error naming the node and the extents when it does not fit its inputs, when an
  /// input does not exist, and when the name is taken.
  template <class L>
  node_id append(std::string name, L layer, std::initializer_list<node_id> inputs) {
    const auto fail = [&name](const std::string& what) {
      throw shape_error(name + " (" + L::name + "): " + what);
    };
    for (const auto& other : nodes_) {
      if (other.name == name) fail("the name is taken");
    }
    if (inputs.size() != input_count<L>) {
      fail("takes " + std::to_string(input_count<L>) + " inputs, got " +
           std::to_string(inputs.size()));
    }
    std::vector<extents4> in;
    for (const node_id id : inputs) {
      if (id >= nodes_.size()) {
        fail("input " + std::to_string(id) + " is not one of the " + std::to_string(nodes_.size()) +
             " nodes so far");
      }
      in.push_back(nodes_[id].extents);
    }
    extents4 out;
    try {
      out = layer.output(in);
    } catch (const shape_error& e) {
      fail(e.what());
    }
    nodes_.push_back({std::move(name), std::move(layer), inputs, out});
    return nodes_.size() - 1;
  }

  [[nodiscard]] const std::vector<node<T>>& nodes() const noexcept { return nodes_; }
  [[nodiscard]] node<T>& operator[](node_id id) { return nodes_.at(id); }
  [[nodiscard]] const node<T>& operator[](node_id id) const { return nodes_.at(id); }

  [[nodiscard]] node_id output() const noexcept { return nodes_.size() - 1; }
  [[nodiscard]] const extents4& image_extents() const noexcept { return nodes_.front().extents; }
  [[nodiscard]] const extents4& output_extents() const noexcept { return nodes_.back().extents; }

 private:
  std::vector<node<T>> nodes_;
};

/// All parameters in node order, to read and to write; spans stay valid while the graph lives and
/// no node is appended.
template <class T>
[[nodiscard]] std::vector<parameter<T>> parameters(graph<T>& g) {
  std::vector<parameter<T>> out;
  for (node_id id = 0; id < g.nodes().size(); ++id) {
    node<T>& n = g[id];
    std::visit(
        [&](auto& layer) {
          if constexpr (
              requires { layer.scale; } || requires { layer.weight; }) {
            layer.for_each_parameter([&](const char* name, std::span<T> values, auto* filters) {
              out.push_back({n.name + "." + name, id, values, filters});
            });
          }
        },
        n.layer);
  }
  return out;
}

/// Extents of the result for a batch of images.
template <class T>
[[nodiscard]] extents4 output_extents(const graph<T>& g, const extents4& images) {
  extents4 out = g.output_extents();
  out.n = images.n;
  return out;
}

/// @throws shape_error unless the graph makes Y of extents `y` from images X of extents `x`.
template <class T>
void expect_fits(const graph<T>& g, const extents4& x, const extents4& y) {
  extents4 wanted = g.image_extents();
  wanted.n = x.n;
  const extents4 out = output_extents(g, x);
  if (x == wanted && y == out) return;
  throw shape_error("network: X " + to_string(x) + " into Y " + to_string(y) + ": expected X " +
                    to_string(wanted) + " and Y " + to_string(out));
}

/// How many values training changes.
template <class T>
[[nodiscard]] index_t parameter_count(const graph<T>& g) {
  index_t count = 0;
  for (const auto& n : g.nodes()) count += parameter_count(n);
  return count;
}

/// The same of one node.
template <class T>
[[nodiscard]] index_t parameter_count(const node<T>& n) {
  return std::visit(
      [](const auto& layer) -> index_t {
        if constexpr (requires { layer.weight; }) {
          return layer.weight.matrix.size() + static_cast<index_t>(layer.bias.size());
        } else if constexpr (requires { layer.scale; }) {
          return 2 * layer.channels();
        } else {
          return 0;
        }
      },
      n.layer);
}

/// Multiply-accumulates of one image through a node: of convolutions and linear layers; what the
/// others do is not counted, as is usual.
template <class T>
[[nodiscard]] macs mac_count(const node<T>& n) {
  return std::visit(
      [&](const auto& layer) {
        if constexpr (requires { layer.weight; }) {
          return macs{layer.weight.matrix.size() * n.extents.h * n.extents.w};
        } else {
          return macs{0};
        }
      },
      n.layer);
}

template <class T>
[[nodiscard]] macs mac_count(const graph<T>& g) {
  macs total;
  for (const auto& n : g.nodes()) total += mac_count(n);
  return total;
}

}  // namespace lacuna::inline LACUNA_ABI::network
