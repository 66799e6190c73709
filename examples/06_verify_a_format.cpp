// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Arrays from elsewhere are checked: what is wrong comes back as a value or as an exception.
#include <iostream>

#include <lacuna/lacuna.hpp>

int main() {
  // 2:4, one row of eight columns; the second group's positions do not rise.
  const std::vector<std::uint8_t> positions{0, 3, 2, 1};
  const lacuna::aligned_vector<float> values{1, 2, 3, 4};

  const lacuna::n_m_matrix<float, 2, 4> suspect(lacuna::unchecked, 1, 8, positions, values);
  const auto found = check(suspect);
  if (!found) return 1;
  std::cout << lacuna::to_string(*found) << "\n";

  try {
    const lacuna::n_m_matrix<float, 2, 4> checked(1, 8, positions, values);
  } catch (const lacuna::format_error& e) {
    std::cout << e.what() << "\n";
    return 0;
  }
  return 1;
}
