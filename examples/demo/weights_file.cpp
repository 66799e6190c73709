// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include <lacuna/io/safetensors.hpp>
#include <lacuna/network/state.hpp>

#include "weights_file.hpp"

namespace demo {

void save_weights(const lacuna::network::graph<float>& g, const std::string& path) {
  lacuna::io::safetensors_writer out;
  for (const auto& [name, values] : lacuna::network::save_state(g)) {
    out.add(name, values.shape, std::span<const float>(values.values));
  }
  out.write(path);
}

void load_weights(lacuna::network::graph<float>& g, const std::string& path) {
  const lacuna::io::safetensors_file file(path);
  lacuna::network::state<float> state;
  for (const auto& [name, values] : lacuna::network::save_state(g)) {
    if (!file.contains(name)) continue;  // load_state says what is missing
    state[name] = {file.entry(name).shape, file.read<float>(name, lacuna::io::non_finite::refuse)};
  }
  try {
    lacuna::network::load_state(g, state);
  } catch (const lacuna::shape_error& e) {
    throw lacuna::shape_error(path + ": " + e.what());
  }
}

std::string beside(const std::string& path, std::string pattern) {
  std::replace(pattern.begin(), pattern.end(), ':', '-');
  std::filesystem::path p(path);
  const std::string extension = p.extension().string();
  return p.replace_extension(pattern + extension).string();
}

}  // namespace demo
