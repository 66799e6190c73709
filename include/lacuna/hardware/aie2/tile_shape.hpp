// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/extents.hpp>
#include <lacuna/core/message.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// A piece of an image at batch 1: rows, columns, channels (channels innermost).
struct tile_shape {
  index_t h{0};
  index_t w{0};
  index_t c{0};

  [[nodiscard]] constexpr index_t elements() const noexcept { return h * w * c; }
  friend constexpr bool operator==(const tile_shape&, const tile_shape&) = default;
};

/// A piece of a layer's weights: output channels, kernel, input channels.
struct weight_shape {
  index_t out{0};
  index_t kernel_h{0};
  index_t kernel_w{0};
  index_t in{0};

  [[nodiscard]] constexpr index_t taps() const noexcept { return kernel_h * kernel_w; }
  [[nodiscard]] constexpr index_t elements() const noexcept { return out * taps() * in; }
  friend constexpr bool operator==(const weight_shape&, const weight_shape&) = default;
};

/// Whether all extents are positive and what they enclose stays below 2^40: no count overflows.
[[nodiscard]] constexpr bool is_sound(double product, index_t smallest) noexcept {
  return smallest >= 1 && product <= 0x1p40;
}
[[nodiscard]] constexpr bool is_sound(const tile_shape& t) noexcept {
  return is_sound(static_cast<double>(t.h) * static_cast<double>(t.w) * static_cast<double>(t.c),
                  std::min({t.h, t.w, t.c}));
}
[[nodiscard]] constexpr bool is_sound(const weight_shape& t) noexcept {
  return is_sound(static_cast<double>(t.out) * static_cast<double>(t.kernel_h) *
                      static_cast<double>(t.kernel_w) * static_cast<double>(t.in),
                  std::min({t.out, t.kernel_h, t.kernel_w, t.in}));
}

/// "8x16x64".
[[nodiscard]] inline std::string to_string(const tile_shape& t) {
  return message(t.h, "x", t.w, "x", t.c);
}
[[nodiscard]] inline std::string to_string(const weight_shape& t) {
  return message(t.out, "x", t.kernel_h, "x", t.kernel_w, "x", t.in);
}

/// A layer can't be mapped: which, what it ran out of, and how much was needed and there (whole
/// units).
class capacity_error : public unsupported_error {
 public:
  capacity_error(std::string layer, std::string resource, double needed, double available,
                 const std::string& why)
      : unsupported_error(message(layer, ": ", resource, ": needs ", static_cast<index_t>(needed),
                                  ", has ", static_cast<index_t>(available),
                                  why.empty() ? "" : ": ", why)),
        layer_(std::move(layer)),
        resource_(std::move(resource)),
        needed_(needed),
        available_(available) {}

  [[nodiscard]] const std::string& layer() const noexcept { return layer_; }
  [[nodiscard]] const std::string& resource() const noexcept { return resource_; }
  [[nodiscard]] double needed() const noexcept { return needed_; }
  [[nodiscard]] double available() const noexcept { return available_; }

 private:
  std::string layer_;
  std::string resource_;
  double needed_;
  double available_;
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
