// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <lacuna/hardware/aie2/core/simulate_core.hpp>
#include <lacuna/hardware/aie2/kernels/convolution.hpp>
#include <lacuna/hardware/aie2/kernels/series.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// A call of a convolution's or series' kernel on a tile. Of double buffers (2 halves) it uses
/// those that lie nearest to each other.
struct core_call {
  convolution_layout layout;
  convolution_options how;
  int input_halves{1};
  int weight_halves{1};
};

/// What a call reads besides weights, in the layout's order. Nothing stands for zeros.
struct call_operands {
  std::vector<std::int8_t> x;
  std::vector<std::uint8_t> partial;  ///< int32, of a call that starts at partial sums
};

struct call_result {
  core_run run;
  std::vector<std::uint8_t> results;  ///< int8, or int32 partial sums
};

namespace detail {

/// A core's memory for one call, as the mapping places buffers: lists of weights from the bottom,
/// the input against the top, results and partial sums between, in a bank of their own where that
/// leaves room.
class call_memory {
 public:
  using list = std::span<const std::byte>;

  /// @throws unsupported_error where they don't fit.
  call_memory(const device& d, const core_call& c, const call_operands& o,
              std::initializer_list<list> weights)
      : device_(&d), how_(c.how), memory_(d.memory, "compute tile") {
    const auto up = [](index_t n) { return round_up(n, 32); };
    const convolution_layout& l = c.layout;
    index_t piece = 0;
    for (const list& w : weights) piece += up(static_cast<index_t>(w.size()));
    index_t at = (c.weight_halves - 1) * piece;
    for (const list& w : weights) {
      lists_.push_back(as_address(at));
      at += up(static_cast<index_t>(w.size()));
    }
    const index_t at_x = (d.memory.bytes - c.input_halves * l.in_bytes()) / 32 * 32;
    const index_t bank = d.memory.bytes / d.memory.logical_banks;
    const bool partial = how_.from_partial || how_.to_partial;
    const index_t results = up(how_.to_partial ? 0 : l.out_bytes());
    const index_t between = results + (partial ? up(l.partial_bytes()) : 0);
    if (round_up(at, bank) + between <= at_x) at = round_up(at, bank);
    if (at + between > at_x) {
      throw unsupported_error(
          message("compute tile: ", at + between + c.input_halves * l.in_bytes(),
                  " bytes of operands, data memory has ", d.memory.bytes));
    }
    input_ = as_address(at_x);
    partial_ = as_address(at + results);
    result_ = how_.to_partial ? partial_ : as_address(at);
    result_bytes_ = how_.to_partial ? l.partial_bytes() : l.out_bytes();
    // The scheduler keeps apart what meets in a bank as far as buffers lie in one.
    how_.w_bank = at <= bank ? 0 : -1;
    how_.x_bank = at_x >= d.memory.bytes - bank ? static_cast<int>(d.memory.logical_banks) - 1 : -1;
    std::size_t n = 0;
    for (const list& w : weights) write(lists_[n++], w);
    write(input_, std::as_bytes(std::span(o.x)));
    write(partial_, std::as_bytes(std::span(o.partial)));
  }

  [[nodiscard]] const convolution_options& how() const noexcept { return how_; }
  [[nodiscard]] std::int32_t list_at(std::size_t n) const { return lists_[n]; }
  [[nodiscard]] std::int32_t input() const noexcept { return input_; }
  /// Where sums start: partial ones, or the n-th list, a bias.
  [[nodiscard]] std::int32_t start(std::size_t bias) const {
    return how_.from_partial ? partial_ : lists_[bias];
  }
  [[nodiscard]] std::int32_t result() const noexcept { return result_; }

  [[nodiscard]] call_result run(const program& p, const std::vector<std::int32_t>& arguments) {
    call_result out;
    out.run = simulate_core(p, memory_, device_->core, arguments);
    out.results.resize(static_cast<std::size_t>(result_bytes_));
    memory_.read(result_, out.results.data(), result_bytes_);
    return out;
  }

 private:
  static std::int32_t as_address(index_t n) noexcept { return static_cast<std::int32_t>(n); }
  void write(std::int32_t at, list bytes) {
    memory_.write(at, bytes.data(), static_cast<std::int64_t>(bytes.size()));
  }

  const device* device_;
  convolution_options how_;
  data_memory memory_;
  std::vector<std::int32_t> lists_;
  std::int32_t input_{0}, partial_{0}, result_{0};
  index_t result_bytes_{0};
};

template <class T>
[[nodiscard]] std::span<const std::byte> bytes_of(const std::vector<T>& values) {
  return std::as_bytes(std::span(values));
}

}  // namespace detail

/// Runs a call of `convolution_kernel`. @throws unsupported_error where operands don't fit the
/// memory; what compile and simulate_core throw.
[[nodiscard]] inline call_result run_call(const device& d, const core_call& c,
                                          const convolution_image& w, const call_operands& o,
                                          srs_control srs = {}) {
  detail::call_memory at(
      d, c, o, {detail::bytes_of(w.weights), detail::bytes_of(w.bias), detail::bytes_of(w.x_step)});
  convolution_options how = at.how();
  how.equal_rows = w.equal_rows;
  return at.run(compile(convolution_kernel(c.layout, w.entries, how), d.core, srs),
                {at.list_at(0), at.list_at(2), at.input() + static_cast<std::int32_t>(w.first_x),
                 at.start(1), at.result()});
}

/// The same of `series_kernel`.
[[nodiscard]] inline call_result run_call(const device& d, const core_call& c,
                                          const series_image& w, const call_operands& o,
                                          srs_control srs = {}) {
  detail::call_memory at(d, c, o,
                         {detail::bytes_of(w.blocks), detail::bytes_of(w.bias),
                          detail::bytes_of(w.x_step), detail::bytes_of(w.sparse)});
  std::vector<std::int32_t> arguments;
  if (w.entries > 0) {
    arguments = {at.list_at(0), at.list_at(2), at.input() + static_cast<std::int32_t>(w.first_x[0]),
                 at.input() + static_cast<std::int32_t>(w.first_x[1])};
  }
  if (w.layers > 0) {
    arguments.push_back(at.list_at(3));
    arguments.push_back(at.input());
  }
  arguments.push_back(at.start(1));
  arguments.push_back(at.result());
  return at.run(compile(series_kernel(c.layout, w.entries, w.layers, at.how()), d.core, srs),
                arguments);
}

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
