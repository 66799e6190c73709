// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <cstring>
#include <optional>

#include <lacuna/io/safetensors.hpp>

#include "target.hpp"

namespace io = lacuna::io;

// f(T{}) for the value type of a tensor, where this library has one.
template <class F>
static void with_type(const std::string& dtype, const F& f) {
  if (dtype == "F64") f(double{});
  if (dtype == "F32") f(float{});
  if (dtype == "BF16") f(lacuna::bfloat16{});
  if (dtype == "I8") f(std::int8_t{});
  if (dtype == "U8") f(std::uint8_t{});
  if (dtype == "I16") f(std::int16_t{});
  if (dtype == "I32") f(std::int32_t{});
  if (dtype == "I64") f(std::int64_t{});
}

static std::optional<io::safetensors_file> open(std::span<const std::byte> input) {
  try {
    return io::safetensors_file({input.begin(), input.end()}, "fuzz");
  } catch (const lacuna::io_error& e) {
    // One beyond: where JSON ends early.
    require(e.offset() <= input.size() + 1);
    return std::nullopt;
  }
}

// Whatever opens has tensors that can be read, as 4-D tensors too where they are, and written again
// with the same shapes, bits and metadata. Nothing is thrown but by the opening.
void fuzz_one(std::span<const std::byte> input) {
  const auto file = open(input);
  if (!file) return;
  io::safetensors_writer writer;
  for (const auto& [key, value] : file->metadata()) writer.add_metadata(key, value);
  for (const auto& name : file->names()) {
    const auto& e = file->entry(name);
    with_type(e.dtype, [&](auto zero) {
      using value_type = decltype(zero);
      const auto values = file->read<value_type>(name);
      writer.add(name, e.shape, std::span<const value_type>(values));
      if (e.shape.size() > 4) return;
      const auto t = file->read_tensor<value_type>(name);
      require(t.size() == static_cast<lacuna::index_t>(values.size()));
    });
  }
  const io::safetensors_file again(writer.bytes(), "again");
  require(again.metadata() == file->metadata());
  for (const auto& name : again.names()) {
    require(again.entry(name).shape == file->entry(name).shape);
    with_type(again.entry(name).dtype, [&](auto zero) {
      using value_type = decltype(zero);
      const auto a = file->read<value_type>(name);
      const auto b = again.read<value_type>(name);
      require(a.size() == b.size());
      require(a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(value_type)) == 0);
    });
  }
}
