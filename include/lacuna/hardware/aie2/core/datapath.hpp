// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include <lacuna/hardware/aie2/core/registers.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail {

/// The registers as units read and write them: operands as they are now, results through the
/// landing queue, scalars and pointers at the end of the bundle.
class datapath {
 public:
  datapath(core_state& s, srs_control srs) : state_(&s), srs_(srs) {}

  [[nodiscard]] landing_queue& queue() noexcept { return queue_; }
  [[nodiscard]] std::int32_t scalar(const instruction& i, std::size_t source) const noexcept {
    const auto at = static_cast<std::size_t>(i.src[source]);
    return i.src_file[source] == register_file::offset ? state_->offsets[at] : state_->scalars[at];
  }
  /// Scalars and pointers, a bundle old, become readable.
  void commit_scalars() noexcept {
    for (std::size_t n = 0; n < pending_; ++n) *scalars_[n].to = scalars_[n].value;
    pending_ = 0;
  }

 protected:
  [[nodiscard]] const std::uint8_t* vector(const instruction& i,
                                           std::size_t source) const noexcept {
    return state_->vectors.data() + i.src[source];
  }
  [[nodiscard]] std::uint8_t* vector_result(const instruction& i, std::int64_t now,
                                            std::size_t size) {
    return queue_.add(now + i.ready, state_->vectors.data() + i.dst, size,
                      stale_.data() + i.dst / unit_bytes);
  }
  /// Vector bytes as floats; widened once for all multiplies that read them.
  [[nodiscard]] const float* widened(std::int16_t offset, std::size_t units) noexcept {
    for (std::size_t u = static_cast<std::size_t>(offset) / unit_bytes, end = u + units; u < end;
         ++u) {
      if (stale_[u] == 0) continue;
      stale_[u] = 0;
      // Through locals, which alias nothing: compilers then convert all lanes at once.
      std::array<std::int8_t, unit_bytes> narrow_lanes;
      std::array<float, unit_bytes> lanes;
      std::memcpy(narrow_lanes.data(), state_->vectors.data() + u * unit_bytes, unit_bytes);
      for (std::size_t l = 0; l < lanes.size(); ++l) lanes[l] = narrow_lanes[l];
      std::memcpy(wide_.data() + u * unit_bytes, lanes.data(), sizeof lanes);
    }
    return wide_.data() + offset;
  }
  /// Fills both views of an accumulator, each in its bundle.
  template <class Fill>
  void accumulate(const instruction& i, std::int64_t now, std::size_t size, Fill&& fill) {
    std::uint8_t* first =
        queue_.add(now + i.ready_mac, state_->accumulators_mac.data() + i.dst, size);
    fill(first);
    std::memcpy(queue_.add(now + i.ready, state_->accumulators.data() + i.dst, size), first, size);
  }
  void later(std::int32_t& to, std::int32_t value) noexcept { scalars_[pending_++] = {&to, value}; }
  void scalar_result(const instruction& i, std::int32_t value) noexcept {
    const auto at = static_cast<std::size_t>(i.dst);
    later(i.dst_file == register_file::offset ? state_->offsets[at] : state_->scalars[at], value);
  }
  template <class T, std::size_t N>
  void narrow(std::uint8_t* to, const std::uint8_t* from, int shift) const {
    std::array<std::int32_t, N> wide;
    std::array<T, N> out;
    std::memcpy(wide.data(), from, sizeof wide);
    for (std::size_t l = 0; l < N; ++l) out[l] = srs<T>(wide[l], shift, srs_);
    std::memcpy(to, out.data(), sizeof out);
  }
  core_state* state_;
  landing_queue queue_;

 private:
  struct scalar_write {
    std::int32_t* to;
    std::int32_t value;
  };

  srs_control srs_;
  alignas(64) std::array<float, 64 * unit_bytes> wide_{};
  std::array<std::uint8_t, 64>
      stale_{};  // whether wide_ lags behind a vector unit; both start at 0
  std::array<scalar_write, 8> scalars_{};
  std::size_t pending_{0};
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2::detail
