// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI {

namespace detail {
inline void append(std::string& text, std::string_view piece) { text.append(piece); }
inline void append(std::string& text, const extents4& piece) { text.append(to_string(piece)); }
template <class T>
requires std::is_arithmetic_v<T>
void append(std::string& text, T piece) { text.append(std::to_string(piece)); }
}  // namespace detail

/// The pieces, numbers and extents among them, as one text: for exceptions.
template <class... Pieces>
[[nodiscard]] std::string message(const Pieces&... pieces) {
  std::string text;
  (detail::append(text, pieces), ...);
  return text;
}

}  // namespace lacuna::inline LACUNA_ABI
