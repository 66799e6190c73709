// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <lacuna/hardware/aie2/core/kernel.hpp>
#include <lacuna/hardware/aie2/kernels/convolution_layout.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// How a convolution kernel starts, ends and finds its operands.
struct convolution_options {
  int shift{0};  ///< of results to int8
  bool relu{false};
  bool from_partial{false};  ///< starts at partial sums rather than at the bias
  bool equal_rows{false};    ///< one list of steps serves all rows, as of dense weights
  bool to_partial{false};    ///< leaves partial sums: neither shifted nor clipped
  int w_bank{-1};            ///< logical banks of weights and metadata, X, Y; -1: any
  int x_bank{-1};
  int y_bank{-1};
};

namespace detail {

/// Bytes from a sweep's first group to its last, as the loads of an entry walk.
[[nodiscard]] inline index_t walked(const convolution_layout& l) noexcept {
  return ((l.sweep_h - 1) * l.step_h * l.cols + (l.sweep_w - 1) * l.step_w) * 32;
}

/// What all convolution kernels share: the nest over sweeps of J groups of 4 pixels and over blocks
/// of 8 output channels, `at_once` of them, whose J * at_once accumulators start at a bias or at
/// partial sums, take the products that the caller writes, and leave as int8 or partial sums.
class convolution_frame {
 public:
  /// `start` points to the bias or the partial sums, `results` to Y; both move on by themselves.
  convolution_frame(kernel_builder& k, const convolution_layout& l, const convolution_options& o,
                    reg start, reg results, index_t at_once = 1)
      : k_(&k),
        l_(&l),
        o_(&o),
        start_(start),
        results_(results),
        groups_(static_cast<std::size_t>(l.groups())),
        at_once_(at_once) {
    start_buffer_ = k.add_buffer("starts", o.from_partial ? o.y_bank : o.w_bank);
    y_buffer_ = k.add_buffer("Y", o.y_bank);
    if (clips()) {
      zeros_ = k.vector(1);
      k.apply(opcode::broadcast8, zeros_, reg{}, reg{}, 0);
    }
    for (index_t i = 0; i < l.groups() * at_once; ++i) acc_.push_back(k.accumulator());
    if (!o.from_partial) bias_ = k.accumulator();
  }

  /// The sums of group `i` and the block-th block of outputs at once.
  [[nodiscard]] reg sum(std::size_t i, std::size_t block = 0) const {
    return acc_[block * groups_ + i];
  }
  /// Bytes from the input of group `i` to that of the next: along the sweep's rows, then down.
  [[nodiscard]] std::int32_t next_input(std::size_t i) const {
    return hop(i, l_->step_w * 32, l_->step_h * l_->cols * 32);
  }

  /// The kernel's nest: `products` appends what is added to the sums of a sweep, and `inputs` are
  /// its pointers to X, back where they began when it ends.
  template <class Products>
  void sweep(const std::vector<reg>& inputs, Products&& products) {
    const auto block = [&] {
      begin_sums();
      products();
      end_sums();
    };
    repeated(l_->sweeps_w(), [&] {
      repeated(l_->sweeps_h(), [&] {
        repeated(l_->tile.out_blocks / at_once_, block);
        advance(inputs, 1, 0, 1);
      });
      advance(inputs, 0, 1, -l_->sweeps_h());
    });
  }
  /// p += bytes, unless 0.
  void move(reg p, index_t bytes) {
    if (bytes != 0) k_->apply(opcode::add_pointer, p, p, reg{}, static_cast<std::int32_t>(bytes));
  }

 private:
  [[nodiscard]] bool clips() const noexcept { return o_->relu && !o_->to_partial; }
  [[nodiscard]] std::int32_t hop(std::size_t i, index_t right, index_t down) const {
    const auto wide = static_cast<std::size_t>(l_->sweep_w);
    return static_cast<std::int32_t>((i + 1) % wide == 0 ? down - (l_->sweep_w - 1) * right
                                                         : right);
  }
  /// Groups of results: of `size` bytes, in planes of a block of outputs; after the last group the
  /// next block.
  [[nodiscard]] std::int32_t onward(std::size_t i, index_t size) const {
    const index_t row = l_->padded_w() * size;
    if (i + 1 < groups_) return hop(i, size, row);
    return static_cast<std::int32_t>(l_->padded_h() * row - (l_->sweep_h - 1) * row -
                                     (l_->sweep_w - 1) * size);
  }
  template <class Body>
  void repeated(index_t trips, Body&& body) {
    if (trips == 1) {
      body();
    } else {
      k_->loop(trips, loop_mode::sequential, body);
    }
  }
  /// Calls access(quarter, step) for the quarters of all accumulators in memory's order.
  template <class Access>
  void over_quarters(Access&& access) {
    for (std::size_t b = 0; b < static_cast<std::size_t>(at_once_); ++b) {
      for (std::size_t i = 0; i < groups_; ++i) {
        for (int u = 0; u < 4; ++u) {
          access(sum(i, b).unit(u), u < 3 ? 32 : onward(i, 128) - 96);
        }
      }
    }
  }
  void begin_sums() {
    if (o_->from_partial) {
      over_quarters([&](reg quarter, std::int32_t step) {
        k_->load(opcode::load_accumulator, quarter, start_, start_buffer_, post::immediate, step);
      });
      return;
    }
    for (std::size_t b = 0; b < static_cast<std::size_t>(at_once_); ++b) {
      for (int u = 0; u < 4; ++u) {
        k_->load(opcode::load_accumulator, bias_.unit(u), start_, start_buffer_, post::immediate,
                 32);
      }
      for (std::size_t i = 0; i < groups_; ++i) {
        k_->apply(opcode::clear, sum(i, b));
        k_->apply(opcode::add_accumulators, sum(i, b), sum(i, b), bias_);
      }
    }
  }
  void end_sums() {
    if (o_->to_partial) {
      over_quarters([&](reg quarter, std::int32_t step) {
        k_->store(opcode::store_accumulator, quarter, results_, y_buffer_, post::immediate, step);
      });
      return;
    }
    for (std::size_t b = 0; b < static_cast<std::size_t>(at_once_); ++b) {
      for (std::size_t i = 0; i < groups_; ++i) {
        if (clips()) {
          const reg narrow = k_->vector(1);
          const reg clipped = k_->vector(1);
          k_->apply(opcode::srs8, narrow, sum(i, b), reg{}, o_->shift);
          k_->apply(opcode::max8, clipped, narrow, zeros_);
          k_->store(opcode::store_vector, clipped, results_, y_buffer_, post::immediate,
                    onward(i, 32));
        } else {
          k_->store(opcode::store_srs8, sum(i, b), results_, y_buffer_, post::immediate,
                    onward(i, 32), o_->shift);
        }
      }
    }
  }
  /// After a sweep: the next one down; after a column of them: the top of the next. `back`: whether
  /// results return from behind the last block of outputs.
  void advance(const std::vector<reg>& inputs, index_t back, index_t right, index_t down) {
    const convolution_layout& l = *l_;
    for (const reg p : inputs) {
      move(p, (down * l.sweep_h * l.step_h * l.cols + right * l.sweep_w * l.step_w) * 32);
    }
    const auto bytes = [&](index_t size) {
      return (down * l.sweep_h * l.padded_w() + right * l.sweep_w) * size -
             back * l.tile.out_blocks * l.padded_h() * l.padded_w() * size;
    };
    move(results_, bytes(o_->to_partial ? 128 : 32));
    move(start_, o_->from_partial ? bytes(128) : -back * l.tile.out_blocks * 128);
  }

  kernel_builder* k_;
  const convolution_layout* l_;
  const convolution_options* o_;
  reg start_;
  reg results_;
  std::size_t groups_;
  index_t at_once_;
  std::int16_t start_buffer_{-1};
  std::int16_t y_buffer_{-1};
  reg zeros_{};
  reg bias_{};
  std::vector<reg> acc_;
};

}  // namespace detail

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
