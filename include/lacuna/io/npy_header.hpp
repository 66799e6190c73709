// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/extents.hpp>

namespace lacuna::inline LACUNA_ABI::io::detail {

/// What an npy header says of the values that follow it.
struct npy_header {
  std::string descr;
  bool fortran_order{false};
  std::vector<index_t> shape;
};

/// The Python dictionary of an npy header: exactly its three keys, in any order.
class npy_header_parser {
 public:
  npy_header_parser(std::string_view text, std::uint64_t offset, const std::string& path)
      : text_(text), offset_(offset), path_(path) {}

  npy_header parse() {
    npy_header header;
    bool seen[3] = {};
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      const int which = key == "descr" ? 0 : key == "fortran_order" ? 1 : key == "shape" ? 2 : -1;
      if (which < 0) fail("expected descr, fortran_order or shape, found '" + key + "'");
      if (std::exchange(seen[which], true)) fail("'" + key + "' stands twice");
      if (which == 0) header.descr = quoted();
      if (which == 1) header.fortran_order = boolean();
      if (which == 2) header.shape = tuple();
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_blanks();
    if (at_ != text_.size()) fail("expected the end of the header");
    if (!seen[0] || !seen[1] || !seen[2]) fail("descr, fortran_order or shape is missing");
    return header;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  bool accept(char c) {
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(std::string("expected '").append(1, c).append("'"));
  }
  std::string quoted() {
    const char quote = accept('\'') ? '\'' : '"';
    if (quote == '"') expect('"');
    const std::size_t end = text_.find(quote, at_);
    if (end == std::string_view::npos) fail("a string does not end");
    std::string value(text_.substr(at_, end - at_));
    at_ = end + 1;
    return value;
  }
  bool boolean() {
    skip_blanks();
    for (const std::string_view word : {std::string_view("True"), std::string_view("False")}) {
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return word == "True";
    }
    fail("expected True or False");
  }
  /// As Python prints one: (), (3,), (3, 4). A number alone in brackets is no tuple.
  std::vector<index_t> tuple() {
    std::vector<index_t> values;
    bool comma = true;
    expect('(');
    while (!accept(')')) {
      if (!comma) fail("expected ',' or ')'");
      if (values.size() == 64) fail("more than 64 dimensions");
      values.push_back(extent());
      comma = accept(',');
    }
    if (values.size() == 1 && !comma) fail("expected ',' in a tuple of one");
    return values;
  }
  index_t extent() {
    skip_blanks();
    const char* const first = text_.data() + at_;
    const char* const last = text_.data() + text_.size();
    index_t value = 0;
    const auto [end, error] = std::from_chars(first, last, value);
    const bool padded = end - first > 1 && *first == '0';  // 02 is no number in Python
    if (error != std::errc{} || *first == '-' || padded) fail("expected an extent");
    at_ += static_cast<std::size_t>(end - first);
    return value;
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw io_error(path_, offset_ + at_, what);
  }

  std::string_view text_;
  std::uint64_t offset_;
  const std::string& path_;
  std::size_t at_{0};
};

}  // namespace lacuna::inline LACUNA_ABI::io::detail
