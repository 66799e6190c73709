// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lacuna/hardware/aie2/published_rule.hpp>
#include <lacuna/io/file.hpp>

// Published schedules of weight block sparsity on AIE2 as comma-separated values: a line a layer,
//   layer,type,IC,OC,WC,WM,IM,OM,LOAD_us,LOADW_us,LOADWM_us,LOADFM_us,COMP_us,WRITEFM_us,WRITE_us,total_us
// shapes as "[1, 9, 61, 8]" (batch, rows, columns, channels; of weights: out, rows, columns, in).
namespace lacuna::inline LACUNA_ABI::io {

/// A layer of a published schedule and the times that were published for it.
struct scheduled_row {
  hardware::aie2::scheduled_layer layer;  ///< with the decisions read back from the times
  hardware::aie2::instruction_times published;
};

namespace detail {

/// Cuts lines into fields; fields may stand in double quotes, doubled inside.
class csv_reader {
 public:
  csv_reader(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  [[nodiscard]] bool done() const noexcept { return at_ == text_.size(); }
  [[nodiscard]] index_t line() const noexcept { return line_; }

  /// The fields of the next line. @throws io_error where a quote does not close on its line.
  std::vector<std::string> next() {
    ++line_;
    start_ = at_;
    std::vector<std::string> fields(1);
    bool quoted = false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (quoted && c == '"' && at_ < text_.size() && text_[at_] == '"') {
        fields.back().push_back(c);
        ++at_;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == '\n') {
        break;
      } else if (c == ',' && !quoted) {
        fields.emplace_back();
      } else if (c != '\r') {
        fields.back().push_back(c);
      }
    }
    if (quoted) fail("a quote is not closed");
    return fields;
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw io_error(path_, start_, message("line ", line_, ": ", what));
  }

 private:
  std::string_view text_;
  const std::string& path_;
  std::size_t at_{0};
  std::size_t start_{0};
  index_t line_{0};
};

/// A finite, non-negative number that is all of the text. @throws io_error
inline double csv_number(const csv_reader& in, const std::string& text, std::string_view column) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc{} || parsed.ptr != end || !std::isfinite(value) || value < 0) {
    in.fail(message(column, ": expected a number from 0, got '", text, "'"));
  }
  return value;
}

/// Four whole numbers from 1 to 2^20 in brackets. @throws io_error
inline std::array<index_t, 4> csv_shape(const csv_reader& in, const std::string& text,
                                        std::string_view column) {
  constexpr index_t largest = index_t{1} << 20;
  std::array<index_t, 4> out{};
  std::string_view rest = text;
  const auto skip = [&](char c) {
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    if (!rest.starts_with(c)) return false;
    rest.remove_prefix(1);
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    return true;
  };
  bool good = skip('[');
  for (std::size_t i = 0; good && i < 4; ++i) {
    const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), out[i]);
    good = parsed.ec == std::errc{} && out[i] >= 1 && out[i] <= largest;
    if (!good) break;
    rest.remove_prefix(static_cast<std::size_t>(parsed.ptr - rest.data()));
    good = skip(i < 3 ? ',' : ']');
  }
  if (!good || !rest.empty()) {
    in.fail(message(column, ": expected a shape such as [1, 9, 61, 8], got '", text, "'"));
  }
  return out;
}

inline hardware::aie2::tile_shape csv_tile(const csv_reader& in, const std::string& text,
                                           std::string_view column) {
  const auto s = csv_shape(in, text, column);
  if (s[0] != 1) in.fail(message(column, ": expected batch 1, got ", s[0]));
  return {s[1], s[2], s[3]};
}
inline hardware::aie2::weight_shape csv_weights(const csv_reader& in, const std::string& text,
                                                std::string_view column) {
  const auto s = csv_shape(in, text, column);
  return {s[0], s[1], s[2], s[3]};
}

}  // namespace detail

/// A schedule from memory. `density` is the share of 8x8 blocks kept in every convolution but the
/// first, which the published networks keep dense. Layers without a type (inputs, concatenations)
/// take no time and are left out. `path` is for messages.
/// @throws io_error with the line, on a header, number, shape or type that is not as above.
/// @throws shape_error unless 0 < density <= 1.
[[nodiscard]] inline std::vector<scheduled_row> parse_wbs_schedule(std::span<const std::byte> bytes,
                                                                   const std::string& path,
                                                                   double density = 1) {
  namespace aie2 = hardware::aie2;
  if (!(density > 0 && density <= 1)) {
    throw shape_error(message("expected a density above 0 and at most 1, got ", density));
  }
  static constexpr std::array<std::string_view, 16> columns{
      "layer",   "type",       "IC",       "OC",       "WC",        "WM",
      "IM",      "OM",         "LOAD_us",  "LOADW_us", "LOADWM_us", "LOADFM_us",
      "COMP_us", "WRITEFM_us", "WRITE_us", "total_us"};
  detail::csv_reader in({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
  if (in.done()) throw io_error(path, 0, "line 1: expected a header, the file is empty");
  const std::vector<std::string> header = in.next();
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (c >= header.size() || header[c] != columns[c]) {
      in.fail(message("expected column ", c + 1, " to be '", columns[c], "', got '",
                      c < header.size() ? header[c] : std::string(), "'"));
    }
  }
  std::vector<scheduled_row> out;
  bool first = true;
  while (!in.done()) {
    const std::vector<std::string> f = in.next();
    if (f.size() == 1 && f[0].empty()) continue;
    if (f.size() != columns.size()) {
      in.fail(message("expected ", columns.size(), " fields, got ", f.size()));
    }
    const auto number = [&](std::size_t c) { return detail::csv_number(in, f[c], columns[c]); };
    const aie2::instruction_times t{number(8),  number(9),  number(10), number(11),
                                    number(12), number(13), number(14), number(15)};
    if (f[1].empty()) continue;
    aie2::scheduled_layer l;
    l.name = f[0];
    if (f[1] == "conv2d") {
      l.kind = aie2::layer_kind::convolution;
    } else if (f[1] == "maxpool2d" || f[1] == "avgpool2d") {
      l.kind = aie2::layer_kind::pooling;
    } else if (f[1] == "add") {
      l.kind = aie2::layer_kind::addition;
    } else {
      in.fail(message("type: expected conv2d, maxpool2d, avgpool2d or add, got '", f[1], "'"));
    }
    l.input = detail::csv_tile(in, f[2], columns[2]);
    l.output = detail::csv_tile(in, f[3], columns[3]);
    l.input_slice = detail::csv_tile(in, f[6], columns[6]);
    l.output_slice = detail::csv_tile(in, f[7], columns[7]);
    if (l.kind == aie2::layer_kind::convolution) {
      l.weights = detail::csv_weights(in, f[4], columns[4]);
      l.weight_slice = detail::csv_weights(in, f[5], columns[5]);
      l.density = first ? 1 : density;
      first = false;
    }
    try {
      out.push_back({aie2::with_decisions_of(std::move(l), t), t});
    } catch (const shape_error& e) {
      in.fail(e.what());
    }
  }
  return out;
}

/// Reads a schedule. @throws io_error, shape_error: see parse_wbs_schedule.
[[nodiscard]] inline std::vector<scheduled_row> read_wbs_schedule(const std::string& path,
                                                                  double density = 1) {
  return parse_wbs_schedule(read_file(path), path, density);
}

}  // namespace lacuna::inline LACUNA_ABI::io
