// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/message.hpp>

namespace lacuna::inline LACUNA_ABI {

/// A broken invariant of a format: what, and at which position of which array.
struct defect {
  std::string what;
  std::string array;
  index_t position{0};
};

[[nodiscard]] inline std::string to_string(const defect& d) {
  return message(d.array, "[", d.position, "]: ", d.what);
}

/// Says to a constructor that its arrays hold the invariants; nothing is looked at.
struct unchecked_t {};
inline constexpr unchecked_t unchecked{};

namespace detail {
inline void throw_if_defect(const std::string& format, const std::optional<defect>& found) {
  if (found) throw format_error(message(format, ": ", to_string(*found)));
}
}  // namespace detail

}  // namespace lacuna::inline LACUNA_ABI
