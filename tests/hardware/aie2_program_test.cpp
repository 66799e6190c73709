// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Sizes of bundles and programs.
#include <cstdint>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/core/program.hpp>
#include <lacuna/hardware/aie2/kernels/block_sparse.hpp>
#include <lacuna/hardware/aie2/kernels/convolution.hpp>
#include <lacuna/hardware/aie2/kernels/elementwise.hpp>
#include <lacuna/hardware/aie2/kernels/gemm_4x16x8.hpp>
#include <lacuna/hardware/aie2/kernels/pooling.hpp>
#include <lacuna/hardware/aie2/kernels/sparse_2_4.hpp>

#include "support/catch.hpp"

namespace aie2_program_test {

using namespace lacuna;
using namespace lacuna::hardware::aie2;

namespace {

const device npu = phoenix();

std::vector<core_kernel> products() {
  std::vector<core_kernel> all;
  for (const element c : {element::int8, element::int16, element::int32}) {
    gemm_kernel_options o;
    o.c = c;
    all.push_back(gemm_kernel({64, 128, 64}, o));
    o.mode = loop_mode::sequential;
    all.push_back(gemm_kernel({64, 128, 64}, o));
    o.mode = loop_mode::pipelined;
    o.accumulate = false;
    o.bias = true;
    o.relu = c != element::int32;
    all.push_back(gemm_kernel({64, 128, 64}, o));
    for (const bool as_published : {false, true}) {
      gemm_4x16x8_options tutorial;
      tutorial.c = c;
      tutorial.as_published = as_published;
      all.push_back(gemm_4x16x8_kernel({64, 64, 64}, tutorial));
    }
  }
  gemm_kernel_options bf16;
  bf16.shape = bf16_mmul;
  bf16.c = element::bf16;
  bf16.cols = 4;
  all.push_back(gemm_kernel({64, 64, 64}, bf16));
  gemm_kernel_options int16;
  int16.shape = int16_int8_mmul;
  int16.c = element::int32;
  all.push_back(gemm_kernel({64, 64, 64}, int16));
  for (const int columns : {1, 2, 4}) {
    block_sparse_options o;
    o.columns = columns;
    all.push_back(block_sparse_kernel(100, 64, o));
  }
  all.push_back(sparse_2_4_kernel(64, 128, 64));
  return all;
}

std::vector<core_kernel> layers() {
  std::vector<core_kernel> all;
  for (const index_t size : {index_t{1}, index_t{3}, index_t{7}}) {
    for (const index_t stride : {index_t{1}, index_t{2}}) {
      const conv_window window{size, size, stride, 0};
      const index_t entries = 4 * size * size;
      const convolution_layout l = lay_out({4, 4, 8, 8, window}, entries);
      for (const bool partial : {false, true}) {
        convolution_options o;
        o.relu = !partial;
        o.from_partial = o.to_partial = partial;
        all.push_back(convolution_kernel(l, entries, o));
      }
      if (size == 1) continue;
      for (const bool average : {false, true}) {
        pooling_options o;
        o.average = average;
        all.push_back(pooling_kernel(lay_out_pooling(2, 8, 8, window), o));
      }
    }
  }
  all.push_back(scale_int16_kernel(1024));
  all.push_back(add_bf16_kernel(1024));
  all.push_back(add_int8_kernel(1024, true));
  return all;
}

}  // namespace

TEST_CASE("every shipped kernel fits program memory", "[aie2][program]") {
  std::vector<core_kernel> all = products();
  for (core_kernel& k : layers()) all.push_back(std::move(k));
  for (const core_kernel& k : all) {
    INFO(k.name);
    const program p = compile(k, npu.core);
    CHECK(p.program_bytes > 0);
    CHECK(p.program_bytes <= npu.core.program_bytes);
  }
}

// Addresses in the listing of AMD's AIE-ML matrix tutorial: Vitis-Tutorials, AIE-ML
// Design_Tutorials/01, ComputeOptimization.md.
TEST_CASE("bundles are as long as a published listing has them", "[aie2][program]") {
  const auto with = [](slot_mask m, slot s) { return static_cast<slot_mask>(m | only(s)); };
  const slot_mask loads = slot::load_a | slot::load_b;
  const slot_mask mac = with(loads, slot::vector);
  const slot_mask shuffle_mac = with(mac, slot::move);
  CHECK(bundle_bytes(shuffle_mac) == 972 - 960);
  CHECK(bundle_bytes(mac) == 1054 - 1044);
  CHECK(bundle_bytes(with(slot::load_b | slot::move, slot::vector)) == 1076 - 1066);
  CHECK(bundle_bytes(0) == 2);
}

TEST_CASE("zero-overhead loops start on 16 bytes and end with a bundle of 16", "[aie2][program]") {
  const auto bundles = static_cast<int>(GENERATE(1, 2, 3, 11));
  kernel_builder k("two loops");
  const auto data = k.add_buffer("data");
  const reg p = k.argument();
  const reg x = k.vector(1);
  for (int loop = 0; loop < 2; ++loop) {
    k.load(opcode::load_vector, x, p, data);
    k.loop_by_hand(40, bundles, {0}, [&] { k.load(opcode::load_vector, x, p, data); });
  }
  const layout l = make_layout(std::move(k).finish(), npu.core);
  const program made = assemble(l, npu.core);
  REQUIRE(made.address.size() == static_cast<std::size_t>(made.bundles()));
  REQUIRE(l.loops.size() == 2);
  for (const placed_loop& loop : l.loops) {
    const auto last = static_cast<std::size_t>(loop.end - 1);
    CHECK(made.address[static_cast<std::size_t>(loop.start)] % 16 == 0);
    CHECK(made.address[last] % 16 == 0);
    const bool more = last + 1 < made.address.size();
    CHECK((more ? made.address[last + 1] : made.program_bytes) == made.address[last] + 16);
  }
}

}  // namespace aie2_program_test
