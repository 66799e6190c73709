// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

#include <lacuna/io/safetensors.hpp>

#include <cstring>

#include "target.hpp"

// Whatever opens has tensors that can be read, and written again with the same values.
void fuzz_one(std::span<const std::byte> input) {
  try {
    const lacuna::io::safetensors_file file({input.begin(), input.end()}, "fuzz");
    lacuna::io::safetensors_writer writer;
    for (const auto& [key, value] : file.metadata()) writer.add_metadata(key, value);
    for (const auto& name : file.names()) {
      if (file.entry(name).dtype != "F32") continue;
      const auto values = file.read<float>(name);
      writer.add(name, file.entry(name).shape, std::span<const float>(values));
    }
    const lacuna::io::safetensors_file again(writer.bytes(), "again");
    require(again.metadata() == file.metadata());
    for (const auto& name : again.names()) {
      const auto a = file.read<float>(name);
      const auto b = again.read<float>(name);
      require(a.size() == b.size() && again.entry(name).shape == file.entry(name).shape);
      require(a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
    }
  } catch (const lacuna::io_error&) {
  }
}
