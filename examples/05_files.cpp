// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Weights from and to safetensors and npy; broken files say where they are broken.
#include <iostream>

#include <lacuna/io/npy.hpp>
#include <lacuna/io/safetensors.hpp>
#include <lacuna/lacuna.hpp>

int main() {
  lacuna::random_source random(1);
  lacuna::tensor<float> weights({32, 32, 3, 3});
  for (float& v : weights) v = static_cast<float>(random.normal());

  lacuna::io::safetensors_writer writer;
  writer.add("conv1.weight", weights);
  writer.add_metadata("pattern", "dense");
  writer.write("model.safetensors");

  const lacuna::io::safetensors_file file("model.safetensors");
  const auto loaded = file.read_tensor<float>("conv1.weight");
  const auto blocks = lacuna::prune_blocks<8, 8>(lacuna::to_filter(loaded), lacuna::keep{0.5});
  std::cout << "read " << lacuna::to_string(loaded.extents()) << ", kept " << blocks.matrix.blocks()
            << " blocks\n";

  lacuna::io::write_npy("pruned.npy", to_dense(blocks.matrix));
  const bool same = lacuna::io::read_npy_matrix<float>("pruned.npy") == to_dense(blocks.matrix);

  try {
    static_cast<void>(file.read<double>("conv1.weight"));
  } catch (const lacuna::io_error& e) {
    std::cout << "as expected: " << e.what() << "\n";
    return same ? 0 : 1;
  }
  return 1;
}
