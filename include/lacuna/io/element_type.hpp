// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <lacuna/core/aligned.hpp>
#include <lacuna/core/scalar.hpp>
#include <lacuna/io/file.hpp>

namespace lacuna::inline LACUNA_ABI::io {

static_assert(std::endian::native == std::endian::little,
              "files are little-endian and values are copied as they lie");

/// What a reader does with NaN and infinity: carry them bit for bit, or refuse the file.
enum class non_finite { carry, refuse };

namespace detail {

/// Copies the values out of a file's bytes, whatever their alignment there.
/// @throws io_error at the first value that is not finite, where those are refused.
template <class T>
[[nodiscard]] aligned_vector<T> copy_values(std::span<const std::byte> bytes, std::uint64_t offset,
                                            const std::string& path, non_finite policy) {
  aligned_vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  if constexpr (!std::is_integral_v<T>) {
    if (policy == non_finite::refuse) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(static_cast<double>(values[i]))) {
          throw io_error(path, offset + i * sizeof(T),
                         message("value ", i, " is ", static_cast<double>(values[i]),
                                 ", expected a finite one"));
        }
      }
    }
  }
  return values;
}

/// Whether a shape can be: puts the product of its extents in `product`. False when an extent is
/// negative, the product is above `limit`, or the product of the extents other than 0 is no
/// index_t: who multiplies them one after the other must not overflow before the 0 is met.
template <class Extents>
[[nodiscard]] bool fits(const Extents& shape, std::uint64_t limit, std::uint64_t& product) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<index_t>::max());
  std::uint64_t nonzero = 1;
  bool empty = false;
  for (const auto extent : shape) {
    if (extent < 0) return false;
    const auto e = static_cast<std::uint64_t>(extent);
    if (e > most / nonzero) return false;
    if (e != 0) nonzero *= e;
    empty = empty || e == 0;
  }
  product = empty ? 0 : nonzero;
  return product <= limit;
}

}  // namespace detail

/// "(3, 4)" of any count of extents.
template <class Extents>
[[nodiscard]] std::string shape_text(const Extents& shape) {
  std::string text("(");
  for (const auto extent : shape) text.append(std::to_string(extent)).append(", ");
  if (text.size() > 1) text.resize(text.size() - 2);
  return text.append(")");
}

}  // namespace lacuna::inline LACUNA_ABI::io
