// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <lacuna/network/feature_map.hpp>

// What a layer is handed when a batch passes through it. A layer is a struct with
//
//   name                                       static, for messages
//   output(inputs)                             extents of its result; throws shape_error
//   forward(forward_pass<T>&) const            fills `out`, which has the right extents
//   backward(backward_pass<T>&) const          gradients of its inputs and parameters
//   for_each_parameter(f), for_each_buffer(f)  where it has any; f(name, values, shape)
//
// Layers hold parameters and never activations, so one network may run on many threads.

namespace lacuna::inline LACUNA_ABI::network {

/// Memory for patch matrices, kept from layer to layer.
template <class T>
struct scratch {
  aligned_vector<T> patches;
  aligned_vector<T> patch_gradients;
};

/// What a layer keeps from forward to backward besides its inputs and result.
template <class T>
struct layer_state {
  std::vector<T> values;
  std::vector<std::int32_t> indices;
};

template <class T>
struct forward_pass {
  std::span<const feature_map<T>* const> in;
  feature_map<T>& out;
  layer_state<T>& state;
  network::scratch<T>& scratch;
  bool training{false};
};

/// Gradient of one input: null when nobody wants it, to be added to when another consumer of the
/// same activations has written before.
template <class T>
struct input_gradient {
  feature_map<T>* map{nullptr};
  bool add{false};

  /// map = or += values
  template <class Expression>
  void put(const Expression& values) const {
    if (add) {
      map->array() += values;
    } else {
      map->array() = values;
    }
  }
  /// Ready to be added to.
  void prepare() const {
    if (!add) map->array().setZero();
  }
};

template <class T>
struct backward_pass {
  std::span<const feature_map<T>* const> in;
  const feature_map<T>& out;
  const feature_map<T>& out_gradient;
  std::span<const input_gradient<T>> in_gradient;
  std::span<T> parameter_gradient;  ///< of all parameters of the layer, one after the other
  const layer_state<T>& state;
  network::scratch<T>& scratch;
};

}  // namespace lacuna::inline LACUNA_ABI::network
