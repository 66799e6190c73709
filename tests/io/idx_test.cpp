// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/io/idx.hpp
#include <filesystem>

#include <lacuna/io/idx.hpp>

#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

namespace idx_test {

using lacuna::index_t;
namespace io = lacuna::io;

namespace {

std::vector<std::uint8_t> idx(std::initializer_list<std::uint32_t> extents, std::size_t values,
                              std::uint8_t type = 8) {
  std::vector<std::uint8_t> out{0, 0, type, static_cast<std::uint8_t>(extents.size())};
  for (const std::uint32_t e : extents) {
    for (int shift = 24; shift >= 0; shift -= 8)
      out.push_back(static_cast<std::uint8_t>(e >> shift));
  }
  for (std::size_t i = 0; i < values; ++i) out.push_back(static_cast<std::uint8_t>(i % 7));
  return out;
}

void write_gzip(const std::string& path, const std::vector<std::uint8_t>& bytes) {
  const gzFile out = gzopen(path.c_str(), "wb");
  gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(out);
}

}  // namespace

TEST_CASE("gzip and plain files read the same", "[io][idx]") {
  const test::temporary_folder folder;
  const auto bytes = idx({2, 3}, 6);
  write_gzip(folder.file("a.gz"), bytes);
  io::write_file(folder.file("a"), std::as_bytes(std::span(bytes)));
  const auto gzip = io::read_idx(folder.file("a.gz"));
  CHECK(gzip.shape == std::vector<index_t>{2, 3});
  CHECK(gzip.values == std::vector<std::uint8_t>{0, 1, 2, 3, 4, 5});
  CHECK(io::read_idx(folder.file("a")).values == gzip.values);
}

TEST_CASE("broken files are refused with what is wrong", "[io][idx]") {
  const test::temporary_folder folder;
  const std::string path = folder.file("a.gz");
  const auto refuses = [&](const std::vector<std::uint8_t>& bytes, const std::string& why) {
    write_gzip(path, bytes);
    CHECK_THROWS_WITH(io::read_idx(path), Catch::Contains(why));
  };
  refuses({}, "not an IDX file");
  refuses({1, 2, 3, 4}, "not an IDX file");
  refuses(idx({2}, 2, 0x0d), "holds type 13");
  refuses({0, 0, 8, 2, 0, 0, 0, 1}, "ends inside its extents");
  refuses({0, 0, 8, 0}, "is empty or beyond");
  refuses(idx({2, 3}, 5), "expected 6 values, ends after 5");
  refuses(idx({2, 3}, 7), "expected the end after 6 values");
  refuses(idx({0xffffffffU, 0xffffffffU, 0xffffffffU}, 1), "beyond");
  refuses(idx({0xffffffffU, 0xffffffffU, 0xffffffffU, 0}, 0), "beyond");  // before its 0 is met
  refuses(idx({0xffffffffU}, 10), "ends after 10");  // memory grows by what is there
  CHECK_THROWS_WITH(io::read_idx(folder.file("none")), Catch::Contains("can't be opened"));
}

TEST_CASE("a damaged gzip stream is refused", "[io][idx]") {
  const test::temporary_folder folder;
  write_gzip(folder.file("a.gz"), idx({100, 100}, 10'000));
  auto bytes = io::read_file(folder.file("a.gz"));
  bytes[bytes.size() / 2] ^= std::byte{0xff};
  io::write_file(folder.file("b.gz"), bytes);
  CHECK_THROWS_AS(io::read_idx(folder.file("b.gz")), lacuna::io_error);
  bytes = io::read_file(folder.file("a.gz"));
  bytes.resize(bytes.size() - 9);
  io::write_file(folder.file("c.gz"), bytes);
  CHECK_THROWS_AS(io::read_idx(folder.file("c.gz")), lacuna::io_error);
}

TEST_CASE("a gzip file cut off anywhere is refused", "[io][idx]") {
  const test::temporary_folder folder;
  write_gzip(folder.file("a.gz"), idx({5, 4}, 20));
  const auto whole = io::read_file(folder.file("a.gz"));
  CHECK(io::parse_idx(whole, "a.gz").values.size() == 20);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(io::parse_idx(std::span(whole).first(size), "a.gz"), lacuna::io_error);
  }
}

TEST_CASE("a flipped bit of a gzip stream is refused, or was padding", "[io][idx]") {
  const test::temporary_folder folder;
  write_gzip(folder.file("a.gz"), idx({5, 4}, 20));
  const auto whole = io::read_file(folder.file("a.gz"));
  const auto values = io::parse_idx(whole, "a.gz").values;
  const std::size_t trailer = whole.size() - 8;         // CRC and length
  for (std::size_t at = 10; at < whole.size(); ++at) {  // after the 10 bytes of header
    for (unsigned bit = 0; bit < 8; ++bit) {
      CAPTURE(at, bit);
      auto damaged = whole;
      damaged[at] ^= std::byte{1} << bit;
      try {
        // Up to 7 bits between the last code and the trailer mean nothing.
        const auto read = io::parse_idx(damaged, "a.gz");
        CHECK(read.values == values);
        CHECK(at == trailer - 1);
      } catch (const lacuna::io_error&) {
        SUCCEED("refused");
      }
    }
  }
}

TEST_CASE("gzip members follow one another, nothing else follows them", "[io][idx]") {
  const test::temporary_folder folder;
  const auto bytes = idx({2, 3}, 6);
  write_gzip(folder.file("a"), {bytes.begin(), bytes.begin() + 7});
  write_gzip(folder.file("b"), {bytes.begin() + 7, bytes.end()});
  auto both = io::read_file(folder.file("a"));
  const auto second = io::read_file(folder.file("b"));
  both.insert(both.end(), second.begin(), second.end());
  CHECK(io::parse_idx(both, "x").values == std::vector<std::uint8_t>{0, 1, 2, 3, 4, 5});
  both.push_back(std::byte{0});
  try {
    static_cast<void>(io::parse_idx(both, "x"));
    FAIL("a byte after the last member was accepted");
  } catch (const lacuna::io_error& e) {
    CHECK(e.offset() == both.size() - 1);
  }
}

TEST_CASE("no more is read than the caller allows", "[io][idx]") {
  const auto bytes = idx({100}, 100);
  CHECK(io::parse_idx(std::as_bytes(std::span(bytes)), "x", 100).values.size() == 100);
  CHECK_THROWS_WITH(io::parse_idx(std::as_bytes(std::span(bytes)), "x", 99),
                    Catch::Contains("beyond 99 values"));
}

TEST_CASE("images and labels must pair up", "[io][idx]") {
  const test::temporary_folder folder;
  write_gzip(folder.file("images"), idx({3, 2, 2}, 12));
  write_gzip(folder.file("labels"), idx({3}, 3));
  write_gzip(folder.file("four"), idx({4}, 4));
  const auto data = io::read_labelled_images(folder.file("images"), folder.file("labels"), 10);
  CHECK(data.labels == std::vector<std::uint8_t>{0, 1, 2});
  CHECK_THROWS_WITH(io::read_labelled_images(folder.file("images"), folder.file("four"), 10),
                    Catch::Contains("expected 3 labels"));
  CHECK_THROWS_WITH(io::read_labelled_images(folder.file("labels"), folder.file("labels"), 10),
                    Catch::Contains("expected images"));
  CHECK_THROWS_WITH(io::read_labelled_images(folder.file("images"), folder.file("labels"), 2),
                    Catch::Contains("label 2 is not below 2"));
}

TEST_CASE("Fashion-MNIST is 60,000 and 10,000 images of 28x28 in ten classes", "[io][idx]") {
  const std::string folder = "/usr/share/datasets/fashion-mnist/";
  if (!std::filesystem::exists(folder)) {
    WARN("Debian package dataset-fashion-mnist is not installed: skipped");
    return;
  }
  const auto train = io::read_labelled_images(folder + "train-images-idx3-ubyte.gz",
                                              folder + "train-labels-idx1-ubyte.gz", 10);
  CHECK(train.images.shape == std::vector<index_t>{60'000, 28, 28});
  for (int c = 0; c < 10; ++c) {
    CHECK(std::count(train.labels.begin(), train.labels.end(), c) == 6'000);
  }
  const auto test = io::read_labelled_images(folder + "t10k-images-idx3-ubyte.gz",
                                             folder + "t10k-labels-idx1-ubyte.gz", 10);
  CHECK(test.images.shape == std::vector<index_t>{10'000, 28, 28});
  CHECK(std::count(test.labels.begin(), test.labels.end(), 9) == 1'000);
}

}  // namespace idx_test
