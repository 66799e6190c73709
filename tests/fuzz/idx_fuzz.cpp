// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <optional>
#include <vector>

#include <lacuna/io/idx.hpp>

#include "target.hpp"

namespace io = lacuna::io;

static constexpr std::uint64_t limit = 1U << 20U;

static std::optional<io::idx_array> parse(std::span<const std::byte> bytes) {
  try {
    return io::parse_idx(bytes, "fuzz", limit);
  } catch (const lacuna::io_error&) {
    return std::nullopt;
  }
}

static std::vector<std::byte> to_idx(const io::idx_array& array) {
  std::vector<std::byte> out{std::byte{0}, std::byte{0}, std::byte{8},
                             static_cast<std::byte>(array.shape.size())};
  for (const lacuna::index_t extent : array.shape) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      out.push_back(static_cast<std::byte>(extent >> shift & 0xff));
    }
  }
  const auto values = std::as_bytes(std::span(array.values));
  out.insert(out.end(), values.begin(), values.end());
  return out;
}

static std::vector<std::byte> to_gzip(std::span<const std::byte> bytes) {
  z_stream z{};
  // Level 1 in a window of 512 bytes: the least memory to clear for each input.
  require(deflateInit2(&z, 1, Z_DEFLATED, 16 + 9, 1, Z_DEFAULT_STRATEGY) == Z_OK);
  std::vector<std::byte> out(deflateBound(&z, bytes.size()) + 32);
  z.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  require(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

static bool same(const std::optional<io::idx_array>& a, const std::optional<io::idx_array>& b) {
  if (!a || !b) return !a && !b;
  return a->shape == b->shape && a->values == b->values;
}

// What is read is as long as its shape says, is the same when written and read again, and bytes
// that are no gzip give the same, value or refusal, through gzip.
void fuzz_one(std::span<const std::byte> input) {
  const auto array = parse(input);
  if (!io::detail::is_gzip(input)) require(same(array, parse(to_gzip(input))));
  if (!array) return;
  lacuna::index_t count = 1;  // the reader says that this can't overflow
  for (const auto extent : array->shape) count *= extent;
  require(static_cast<lacuna::index_t>(array->values.size()) == count);
  require(same(array, parse(to_idx(*array))));
}
