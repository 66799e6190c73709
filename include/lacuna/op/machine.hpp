// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/extents.hpp>
#include <lacuna/core/message.hpp>

namespace lacuna::inline LACUNA_ABI {

/// Seconds of something by its size, as bytes that it goes through: straight lines between measured
/// sizes over the size's logarithm, level beyond the first and the last. Caches make steps of such
/// a curve; nothing that reads it knows their sizes.
struct rate_curve {
  struct point {
    double size{0};
    double seconds{0};
  };
  std::vector<point> points;  ///< rising in size

  /// 0 where nothing was measured.
  [[nodiscard]] double at(double size) const {
    if (points.empty()) return 0;
    if (size <= points.front().size) return points.front().seconds;
    for (std::size_t i = 1; i < points.size(); ++i) {
      const point& low = points[i - 1];
      const point& high = points[i];
      if (size > high.size) continue;
      const double share = std::log(size / low.size) / std::log(high.size / low.size);
      return low.seconds + share * (high.seconds - low.seconds);
    }
    return points.back().seconds;
  }
};

/// What the register tiles of one packed layout take on a machine, in seconds.
struct tile_rates {
  /// Strips of at most `cols` columns, with everything near.
  struct strip {
    index_t cols{0};
    double panel{0};  ///< a panel's sums: started, and stored through an empty epilogue
    double entry{0};  ///< an entry: its row of X from the first level, its values from the second
  };
  std::vector<strip> strips;  ///< rising in columns, the widest last
  /// A line of X more, by the bytes of the strip that panels read: where a panel takes an eighth of
  /// its rows, a half, and all, which the processor foresees.
  rate_curve x_eighth;
  rate_curve x_half;
  rate_curve x_all;
  rate_curve first_x;     ///< a line of X more when it is read first, by the bytes of operands
  rate_curve rows_apart;  ///< an entry more where X is read in place, by the pages of a strip
  rate_curve vector;      ///< an entry times a single column, by the bytes of W

  /// Seconds more of a line of X in a strip of `size` bytes, of whose rows panels take `density`.
  [[nodiscard]] double x(double size, double density) const {
    const double doublings = std::clamp(std::log2(8 * density), 0.0, 3.0);
    const double half = x_half.at(size);
    if (doublings > 2) return half + (doublings - 2) * (x_all.at(size) - half);
    return x_eighth.at(size) + doublings / 2 * (half - x_eighth.at(size));
  }
  /// The narrowest that covers `cols`, or the widest.
  [[nodiscard]] const strip& of(index_t cols) const {
    for (const strip& s : strips) {
      if (s.cols >= cols) return s;
    }
    return strips.back();
  }
};

/// What one core was measured to do with the kernels of one instruction set: what plans predict
/// from. `this_machine` measures it; tests write one by hand.
struct machine {
  /// Seconds of a vector that a convolution copies, by the output pixels in a row.
  struct gather_rates {
    rate_curve window;   ///< of a strip, from the image under a window that keeps rows' lengths
    rate_curve planes;   ///< of a strip, under any other window
    rate_curve phases;   ///< of the phases of an image under a window of several taps
    rate_curve sampled;  ///< of the one phase that a window of one tap meets
  };

  std::string arch;
  double fma{0};      ///< multiply-adds of whole vectors a second, nothing loaded
  double loads{0};    ///< whole vectors loaded a second from the first level
  double call{0};     ///< seconds of the smallest product
  rate_curve stream;  ///< a byte read in sequence, by how many
  rate_curve copy;    ///< a vector of X copied to a strip, by the bytes of X
  rate_curve y;       ///< a line of Y stored, beyond what a panel takes, by the bytes of operands
  gather_rates gather;
  std::map<std::string, tile_rates> tiles;  ///< by layout: "f32:8" for 8 rows a panel

  /// Seconds more for a byte of `size` in sequence than of the most that `measured` has seen.
  [[nodiscard]] double beyond(const rate_curve& measured, double size) const {
    if (measured.points.empty()) return 0;
    return std::max(0.0, stream.at(size) - stream.at(std::min(size, measured.points.back().size)));
  }

  /// @throws unsupported_error where the layout was not measured.
  [[nodiscard]] const tile_rates& rates_of(const std::string& layout) const {
    const auto found = tiles.find(layout);
    if (found == tiles.end() || found->second.strips.empty()) {
      throw unsupported_error(message("plan: the machine \"", arch, "\" has no rates of layout ",
                                      layout, " among ", tiles.size(),
                                      ": this_machine measures them"));
    }
    return found->second;
  }
};

}  // namespace lacuna::inline LACUNA_ABI
