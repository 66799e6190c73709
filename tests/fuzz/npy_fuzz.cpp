// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <cstring>

#include <lacuna/io/npy.hpp>

#include "target.hpp"

// Whatever is read must be written and read again the same, bit for bit. A refusal of non-finite
// values refuses only what was read otherwise.
template <class T>
static void round_trip(std::span<const std::byte> input) {
  lacuna::io::npy_array<T> array;
  try {
    array = lacuna::io::parse_npy<T>(input, "fuzz");
  } catch (const lacuna::io_error& e) {
    require(e.offset() <= input.size());
    return;
  }
  const auto bytes = lacuna::io::to_npy(array.shape, std::span<const T>(array.values));
  const auto again = lacuna::io::parse_npy<T>(bytes, "again");
  require(again.shape == array.shape && again.values.size() == array.values.size());
  require(array.values.empty() || std::memcmp(again.values.data(), array.values.data(),
                                              array.values.size() * sizeof(T)) == 0);
  try {
    const auto finite = lacuna::io::parse_npy<T>(input, "fuzz", lacuna::io::non_finite::refuse);
    require(finite.values.size() == array.values.size());
  } catch (const lacuna::io_error& e) {
    require(!std::is_integral_v<T> && e.offset() < input.size());
  }
}

void fuzz_one(std::span<const std::byte> input) {
  round_trip<float>(input);
  round_trip<double>(input);
  round_trip<std::int8_t>(input);
  round_trip<std::uint8_t>(input);
  round_trip<std::int32_t>(input);
  round_trip<std::int64_t>(input);
}
