// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/message.hpp>
#include <lacuna/network/layer_shape.hpp>

namespace lacuna::inline LACUNA_ABI::network {

/// The encoder of BERT-base (Devlin et al., NAACL 2019): 12 layers of width 768, 12 heads of 64,
/// and a feed-forward width of 3072, for `tokens` tokens. Attention's own two products have
/// activations on both sides and no weights.
/// @throws shape_error unless tokens > 0.
[[nodiscard]] inline network_shape bert_base_shape(index_t tokens = 128) {
  if (tokens < 1) throw shape_error(message("BERT takes at least one token, got ", tokens));
  constexpr index_t width = 768;
  constexpr index_t heads = 12;
  constexpr index_t head = width / heads;
  network_shape net{message("bert_base:", tokens), "Devlin et al., NAACL 2019", {}};
  for (index_t layer = 0; layer < 12; ++layer) {
    const auto product = [&](const char* part, index_t in, index_t out) -> layer_shape& {
      net.layers.push_back({message("layer", layer, ".", part), in, 1, tokens, out});
      return net.layers.back();
    };
    const auto attention = [&](const char* part, index_t in, index_t out) {
      layer_shape& l = product(part, in, out);
      l.count = heads;
      l.has_weights = false;
    };
    product("query", width, width);
    product("key", width, width);
    product("value", width, width);
    attention("scores", head, tokens);
    attention("context", tokens, head);
    product("attention.output", width, width);
    product("intermediate", width, 4 * width);
    product("output", 4 * width, width);
  }
  return net;
}

}  // namespace lacuna::inline LACUNA_ABI::network
