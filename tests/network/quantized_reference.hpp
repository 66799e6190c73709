// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <lacuna/network/fuse.hpp>
#include <lacuna/network/quantize.hpp>

namespace lacuna_test {

namespace network = lacuna::network;
using lacuna::dense_matrix;
using lacuna::extents4;
using lacuna::index_t;

/// Integers of a result, and what they are.
struct integers {
  extents4 extents;
  std::vector<int> values;
  network::quantized_type type;
  [[nodiscard]] int at(index_t c, index_t h, index_t w) const {
    return values[static_cast<std::size_t>((c * extents.h + h) * extents.w + w)];
  }
};

inline int rounded(float y, bool is_signed) {
  const int least = is_signed ? -128 : 0;
  const int most = is_signed ? 127 : 255;
  if (!(y > static_cast<float>(least))) return least;
  if (y > static_cast<float>(most)) return most;
  return static_cast<int>(std::nearbyint(y));
}

/// sum over taps and channels, in the integers of a window's convolution.
inline std::vector<int> sums_of(const network::conv<float>& c, const dense_matrix<std::int8_t>& w,
                                const integers& x, const extents4& out) {
  std::vector<int> sums;
  for (index_t o = 0; o < out.c; ++o) {
    for (index_t oy = 0; oy < out.h; ++oy) {
      for (index_t ox = 0; ox < out.w; ++ox) {
        int sum = 0;
        for (index_t ty = 0; ty < c.weight.kernel_h; ++ty) {
          for (index_t tx = 0; tx < c.weight.kernel_w; ++tx) {
            const index_t iy = oy * c.stride.h + ty * c.dilation.h - c.padding.top;
            const index_t ix = ox * c.stride.w + tx * c.dilation.w - c.padding.left;
            if (iy < 0 || iy >= x.extents.h || ix < 0 || ix >= x.extents.w) continue;
            for (index_t i = 0; i < x.extents.c; ++i) {
              sum += w(o, (ty * c.weight.kernel_w + tx) * c.weight.in + i) * x.at(i, iy, ix);
            }
          }
        }
        sums.push_back(sum);
      }
    }
  }
  return sums;
}

/// The arithmetic that quantized_inference documents, in plain loops, of one image.
inline std::vector<float> quantized_reference(const network::graph<float>& g,
                                              const network::activation_ranges& ranges,
                                              const float* image) {
  const auto folded = network::fold_batch_norms(g);
  std::vector<integers> results(folded.nodes().size());
  std::vector<float> scores;
  const auto type_of = [&](network::node_id id, bool is_signed) {
    return network::type_of(ranges.at(folded[id].name), is_signed);
  };
  for (const network::step& s : network::plan_steps(folded)) {
    integers& y = results[s.result];
    y.extents = folded[s.result].extents;
    const auto& layer = folded[s.node].layer;
    const integers* x = s.inputs.empty() ? nullptr : &results[s.inputs[0]];
    const auto round_all = [&](const std::vector<float>& values) {
      for (const float v : values) {
        y.values.push_back(rounded(v * (1.0F / y.type.scale), y.type.is_signed));
      }
    };
    const auto floats_of = [](const integers& from) {
      std::vector<float> out;
      for (const int q : from.values) out.push_back(from.type.scale * static_cast<float>(q));
      return out;
    };
    if (x == nullptr) {
      y.type = type_of(s.result, ranges.at("input").low < 0);
      round_all({image, image + y.extents.size()});
    } else if (const auto* c = std::get_if<network::conv<float>>(&layer)) {
      y.type = type_of(s.result, !s.ends_in_relu);
      const auto w = network::quantize(c->weight);
      const auto sums = sums_of(*c, w.weight.matrix, *x, y.extents);
      const auto pixels = static_cast<std::size_t>(y.extents.h * y.extents.w);
      for (std::size_t i = 0; i < sums.size(); ++i) {
        const std::size_t o = i / pixels;
        const float bias = c->bias.empty() ? 0.0F : c->bias[o] / y.type.scale;
        float v =
            std::fma(static_cast<float>(sums[i]), x->type.scale * w.scales[o] / y.type.scale, bias);
        if (s.adds_residual) {
          const integers& r = results[s.inputs[1]];
          v = std::fma(static_cast<float>(r.values[i]), r.type.scale / y.type.scale, v);
        }
        y.values.push_back(rounded(v, y.type.is_signed));
      }
    } else if (const auto* l = std::get_if<network::linear<float>>(&layer)) {
      const bool is_last = s.result == folded.output();
      y.type = type_of(s.result, !s.ends_in_relu);
      const float unit = is_last ? 1.0F : y.type.scale;
      const auto w = network::quantize(l->weight);
      for (index_t o = 0; o < y.extents.c; ++o) {
        int sum = 0;
        for (std::size_t k = 0; k < x->values.size(); ++k) {
          sum += w.weight.matrix(o, static_cast<index_t>(k)) * x->values[k];
        }
        const auto row = static_cast<std::size_t>(o);
        const float bias = l->bias.empty() ? 0.0F : l->bias[row] / unit;
        const float v =
            std::fma(static_cast<float>(sum), x->type.scale * w.scales[row] / unit, bias);
        if (is_last) {
          scores.push_back(s.ends_in_relu ? std::max(v, 0.0F) : v);
        } else {
          y.values.push_back(rounded(v, y.type.is_signed));
        }
      }
    } else if (const auto* p = std::get_if<network::max_pool>(&layer)) {
      y.type = x->type;
      auto values = floats_of(*x);
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(x->values[i]);
      std::vector<float> largest(static_cast<std::size_t>(y.extents.size()));
      p->evaluate(values.data(), x->extents, x->extents.c, largest.data());
      for (const float v : largest) y.values.push_back(static_cast<int>(v));
    } else {
      const auto values = floats_of(*x);
      std::vector<float> out(static_cast<std::size_t>(y.extents.size()));
      bool is_signed = true;
      if (const auto* n = std::get_if<network::batch_norm<float>>(&layer)) {
        n->evaluate(values.data(), x->extents.h * x->extents.w, out.data());
      } else if (const auto* a = std::get_if<network::average_pool>(&layer)) {
        a->evaluate(values.data(), x->extents, x->extents.c, out.data());
        is_signed = x->type.is_signed;
      } else if (std::holds_alternative<network::relu>(layer)) {
        network::relu::evaluate(values.data(), x->extents.size(), out.data());
        is_signed = false;
      } else if (std::holds_alternative<network::add>(layer)) {
        const auto second = floats_of(results[s.inputs[1]]);
        network::add::evaluate(values.data(), second.data(), x->extents.size(), out.data());
      }
      y.type = type_of(s.result, is_signed);
      round_all(out);
    }
    if (s.result == folded.output() && scores.empty()) scores = floats_of(y);
  }
  return scores;
}

}  // namespace lacuna_test
