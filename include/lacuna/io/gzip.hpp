// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <string>

#include <zlib.h>

#include <lacuna/core/exceptions.hpp>
#include <lacuna/core/message.hpp>

namespace lacuna::inline LACUNA_ABI::io::detail {

/// Whether bytes begin as a gzip member does (RFC 1952).
[[nodiscard]] inline bool is_gzip(std::span<const std::byte> bytes) noexcept {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

/// Reads what is in gzip bytes from front to back, member after member, or bytes that are no gzip
/// as they are. Keeps no decompressed byte: memory is the caller's buffer and zlib's 40 KB.
class gzip_reader {
 public:
  /// Both must outlive the reader; `path` is for messages.
  gzip_reader(std::span<const std::byte> bytes, const std::string& path)
      : bytes_(bytes), path_(path), gzip_(is_gzip(bytes)) {
    // 16: gzip with its CRC and length, not zlib's own wrapping.
    if (gzip_ && inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~gzip_reader() {
    if (gzip_) inflateEnd(&stream_);
  }
  gzip_reader(const gzip_reader&) = delete;  // zlib's state points back at the stream
  gzip_reader& operator=(const gzip_reader&) = delete;

  /// Up to `count` bytes, fewer only at the end, which is where the CRC and length of the last
  /// member are checked. @throws io_error with the offset in the compressed bytes where they are
  /// damaged, cut off or followed by something else.
  std::size_t read(std::uint8_t* to, std::size_t count) {
    const std::size_t done = gzip_ ? inflate_to(to, count) : copy_to(to, count);
    offset_ += done;
    return done;
  }
  /// Position in the decompressed bytes.
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }

 private:
  std::size_t copy_to(std::uint8_t* to, std::size_t count) {
    const std::size_t step = std::min(count, bytes_.size() - at_);
    if (step > 0) std::memcpy(to, bytes_.data() + at_, step);
    at_ += step;
    return step;
  }

  std::size_t inflate_to(std::uint8_t* to, std::size_t count) {
    constexpr std::size_t piece = std::size_t{1} << 30U;  // zlib counts in 32 bits
    std::size_t done = 0;
    while (done < count && !ended_) {
      const std::size_t in = std::min(bytes_.size() - at_, piece);
      const std::size_t out = std::min(count - done, piece);
      // zlib reads through next_in only, but an older interface of it is not const.
      stream_.next_in =
          const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes_.subspan(at_).data()));
      stream_.avail_in = static_cast<uInt>(in);
      stream_.next_out = to + done;
      stream_.avail_out = static_cast<uInt>(out);
      const int status = inflate(&stream_, Z_NO_FLUSH);
      at_ += in - stream_.avail_in;
      done += out - stream_.avail_out;
      if (status == Z_STREAM_END) {
        next_member();
      } else if (status == Z_BUF_ERROR) {
        fail("expected more of the gzip stream, found the end");
      } else if (status != Z_OK) {
        fail(message("decompression failed: ", stream_.msg == nullptr ? "" : stream_.msg));
      }
    }
    return done;
  }

  void next_member() {
    ended_ = at_ == bytes_.size();
    if (ended_) return;
    if (!is_gzip(bytes_.subspan(at_))) {
      fail("expected the end or another gzip member, found other bytes");
    }
    inflateReset(&stream_);
  }

  [[noreturn]] void fail(const std::string& what) const { throw io_error(path_, at_, what); }

  std::span<const std::byte> bytes_;
  const std::string& path_;
  bool gzip_;
  bool ended_{false};
  std::size_t at_{0};
  std::uint64_t offset_{0};
  z_stream stream_{};
};

}  // namespace lacuna::inline LACUNA_ABI::io::detail
