// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <lacuna/hardware/aie2/device.hpp>

namespace lacuna::inline LACUNA_ABI::hardware::aie2 {

/// Bytes [address, address + bytes) of a data memory.
struct placement {
  std::string name;
  std::int64_t address{0};
  std::int64_t bytes{0};
};

/// The data memory of a tile, with a placer that keeps buffers in the banks asked for.
class data_memory {
 public:
  explicit data_memory(const data_memory_parameters& p, std::string tile = "tile")
      : parameters_(p), tile_(std::move(tile)), data_(static_cast<std::size_t>(p.bytes), 0) {
    for (std::int64_t a = 0; a < p.bytes; a += p.bank_width_bytes) {
      banks_.push_back(static_cast<std::uint8_t>(p.bank_of(a)));
    }
  }

  [[nodiscard]] const data_memory_parameters& parameters() const noexcept { return parameters_; }
  [[nodiscard]] std::int64_t size() const noexcept { return parameters_.bytes; }
  [[nodiscard]] std::uint8_t* data() noexcept { return data_.data(); }
  [[nodiscard]] const std::uint8_t* data() const noexcept { return data_.data(); }
  /// Bank of each line, as wide as a bank's port.
  [[nodiscard]] const std::vector<std::uint8_t>& banks() const noexcept { return banks_; }
  [[nodiscard]] const std::vector<placement>& buffers() const noexcept { return buffers_; }

  /// Room for `bytes`, 32-byte aligned, from the start of a logical bank (16 KB) on, or anywhere
  /// for -1; may run into the next bank. @throws unsupported_error naming tile, buffer and amounts.
  placement place(std::string_view name, std::int64_t bytes, int logical_bank = -1) {
    constexpr std::int64_t align = 32;
    if (bytes < 0 || logical_bank >= parameters_.logical_banks) {
      throw shape_error(message(tile_, ": buffer ", name, " of ", bytes, " bytes in bank ",
                                logical_bank, " of ", parameters_.logical_banks));
    }
    const std::int64_t bank_bytes = parameters_.bytes / parameters_.logical_banks;
    std::int64_t address = logical_bank < 0 ? 0 : logical_bank * bank_bytes;
    for (bool moved = true; moved;) {
      moved = false;
      for (const placement& b : buffers_) {
        if (address < b.address + b.bytes && b.address < address + bytes) {
          address = (b.address + b.bytes + align - 1) / align * align;
          moved = true;
        }
      }
    }
    if (address + bytes > parameters_.bytes) {
      std::int64_t used = 0;
      for (const placement& b : buffers_) used += b.bytes;
      throw unsupported_error(message(tile_, ": no room for buffer ", name, " of ", bytes,
                                      " bytes: ", used, " of ", parameters_.bytes,
                                      " bytes of data memory are placed"));
    }
    buffers_.push_back({std::string(name), address, bytes});
    return buffers_.back();
  }

  /// Copies between the host and the memory. @throws shape_error past its end.
  void write(std::int64_t address, const void* from, std::int64_t bytes) {
    require_inside(address, bytes);
    if (bytes > 0) std::memcpy(data_.data() + address, from, static_cast<std::size_t>(bytes));
  }
  void read(std::int64_t address, void* to, std::int64_t bytes) const {
    require_inside(address, bytes);
    if (bytes > 0) std::memcpy(to, data_.data() + address, static_cast<std::size_t>(bytes));
  }

 private:
  void require_inside(std::int64_t address, std::int64_t bytes) const {
    if (address < 0 || bytes < 0 || address + bytes > parameters_.bytes) {
      throw shape_error(message(tile_, ": bytes ", address, " ... ", address + bytes,
                                " are not in the ", parameters_.bytes, " of data memory"));
    }
  }

  data_memory_parameters parameters_;
  std::string tile_;
  std::vector<std::uint8_t> data_;
  std::vector<std::uint8_t> banks_;
  std::vector<placement> buffers_;
};

}  // namespace lacuna::inline LACUNA_ABI::hardware::aie2
