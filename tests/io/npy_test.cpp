// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/io/npy.hpp
#include <bit>
#include <limits>
#include <string>

#include <lacuna/io/npy.hpp>

#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

namespace npy_test {

using lacuna::index_t;
namespace io = lacuna::io;

namespace {

std::vector<std::byte> as_bytes(const std::string& text) {
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}

/// An npy file of version 1 with this header and these bytes of values.
std::vector<std::byte> npy(std::string header, const std::string& values) {
  header += '\n';
  std::string text("\x93NUMPY\x01\x00", 8);
  text += static_cast<char>(header.size() & 0xff);
  text += static_cast<char>(header.size() >> 8);
  return as_bytes(text + header + values);
}

template <class T = float>
auto parse(const std::vector<std::byte>& bytes, io::non_finite policy = io::non_finite::carry) {
  return io::parse_npy<T>(bytes, "x.npy", policy);
}

const std::string one_two("\0\0\x80\x3f\0\0\0\x40", 8);  // 1.0F, 2.0F

}  // namespace

TEMPLATE_TEST_CASE("arrays of every type are read as they were written", "[io][npy]", float, double,
                   std::int8_t, std::uint8_t, std::int32_t, std::int64_t) {
  const auto shape = GENERATE(std::vector<index_t>{}, std::vector<index_t>{0},
                              std::vector<index_t>{7}, std::vector<index_t>{2, 3},
                              std::vector<index_t>{2, 0, 5}, std::vector<index_t>{2, 3, 4, 5});
  index_t count = 1;
  for (const index_t e : shape) count *= e;
  std::vector<TestType> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<TestType>(i);

  const test::temporary_folder folder;
  io::write_npy(folder.file("a.npy"), shape, std::span<const TestType>(values));
  const auto read = io::read_npy<TestType>(folder.file("a.npy"));
  CHECK(read.shape == shape);
  CHECK(std::equal(read.values.begin(), read.values.end(), values.begin(), values.end()));
}

TEST_CASE("the bytes written are numpy's own", "[io][npy]") {
  // numpy.save of numpy.array([[1, 2]], '<f4'), version 1.26
  std::string expected("\x93NUMPY\x01\x00\x76\x00", 10);
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
  header.resize(117, ' ');
  expected += header + "\n" + one_two;
  const float values[] = {1, 2};
  CHECK(io::to_npy({1, 2}, std::span<const float>(values)) == as_bytes(expected));
  CHECK(expected.size() % 64 == 8);
}

TEST_CASE("Fortran order is turned to C order", "[io][npy]") {
  const auto array = parse<std::int8_t>(npy(
      "{'descr': '|i1', 'fortran_order': True, 'shape': (2, 3)}", std::string("\1\4\2\5\3\6", 6)));
  CHECK(array.shape == std::vector<index_t>{2, 3});
  const std::vector<int> values(array.values.begin(), array.values.end());
  CHECK(values == std::vector<int>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("Fortran order of three dimensions is numpy's", "[io][npy]") {
  // numpy.asfortranarray(numpy.arange(12, dtype='|i1').reshape(2, 3, 2)) as numpy.save wrote it
  const auto array =
      parse<std::int8_t>(npy("{'descr': '|i1', 'fortran_order': True, 'shape': (2, 3, 2), }",
                             std::string("\0\6\2\10\4\12\1\7\3\11\5\13", 12)));
  for (std::size_t i = 0; i < 12; ++i) CHECK(array.values[i] == static_cast<int>(i));
}

TEST_CASE("versions 2 and 3 differ in the width of the header length", "[io][npy]") {
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n";
  for (const char version : {'\2', '\3'}) {
    std::string text("\x93NUMPY");
    text += version;
    text += std::string(1, '\0') + static_cast<char>(header.size()) + std::string(3, '\0');
    const auto array = parse(as_bytes(text + header + one_two));
    CHECK(array.shape == std::vector<index_t>{2});
    CHECK(array.values[1] == 2);
  }
}

TEST_CASE("an array that was read is written again byte for byte", "[io][npy]") {
  const test::temporary_folder folder;
  const float values[] = {1, 2, 3, 4, 5, 6};
  io::write_npy(folder.file("a.npy"), {3, 1, 2}, std::span<const float>(values));
  io::write_npy(folder.file("b.npy"), io::read_npy<float>(folder.file("a.npy")));
  CHECK(io::read_file(folder.file("a.npy")) == io::read_file(folder.file("b.npy")));
}

TEST_CASE("bfloat16, which npy does not have, is refused by the compiler", "[io][npy]") {
  STATIC_REQUIRE(io::npy_value<float>);
  STATIC_REQUIRE_FALSE(io::npy_value<lacuna::bfloat16>);
  STATIC_REQUIRE_FALSE(io::npy_value<bool>);
}

TEST_CASE("a truncated header is refused with its offset", "[io][npy]") {
  const auto whole = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", one_two);
  for (const auto& [size, offset] : {std::pair{3, 0U}, {7, 6U}, {9, 8U}, {40, 10U}, {70, 68U}}) {
    CAPTURE(size);
    try {
      static_cast<void>(parse({whole.begin(), whole.begin() + size}));
      FAIL("a truncated file was accepted");
    } catch (const lacuna::io_error& e) {
      CHECK(e.offset() == offset);
    }
  }
}

TEST_CASE("a matrix is written and read whole", "[io][npy]") {
  const test::temporary_folder folder;
  const lacuna::dense_matrix<double> m = lacuna::dense_matrix<double>::Random(5, 3);
  io::write_npy(folder.file("m.npy"), m);
  CHECK(io::read_npy_matrix<double>(folder.file("m.npy")) == m);
  const float values[] = {1, 2};
  io::write_npy(folder.file("v.npy"), {2}, std::span<const float>(values));
  CHECK_THROWS_WITH(io::read_npy_matrix<float>(folder.file("v.npy")), Catch::Contains("(2)"));
}

TEST_CASE("NaN and infinity are carried bit for bit, or refused with their place", "[io][npy]") {
  const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
  const auto bytes =
      npy(header, std::string("\0\0\x80\x3f\x01\0\xc0\x7f", 8));  // 1, NaN with a payload
  CHECK(std::bit_cast<std::uint32_t>(parse(bytes).values[1]) == 0x7fc00001U);
  try {
    static_cast<void>(parse(bytes, io::non_finite::refuse));
    FAIL("a NaN was accepted");
  } catch (const lacuna::io_error& e) {
    CHECK(e.path() == "x.npy");
    CHECK(e.offset() == 10 + header.size() + 1 + 4);
  }
}

TEST_CASE("broken files are refused", "[io][npy]") {
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
  CHECK(parse(npy(good, one_two)).values[1] == 2);
  const auto refuses = [](const std::vector<std::byte>& bytes, const std::string& why) {
    CHECK_THROWS_WITH(parse(bytes), Catch::Contains(why));
  };
  const auto whole = npy(good, one_two);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(parse({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}),
                    lacuna::io_error);
  }
  refuses(npy(good, one_two + "x"), "9 bytes that follow");
  refuses(as_bytes("PK\3\4 this is a zip"), "not an npy file");
  refuses(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", one_two),
          "'<f8', expected '<f4'");
  refuses(npy("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", one_two), "'>f4'");
  refuses(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", one_two),
          "expected an extent");
  refuses(
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", one_two),
      "does not take");
  refuses(
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", one_two),
      "expected an extent");
  // A product that overflows is refused before its 0 is met.
  refuses(
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4, 0), }", ""),
      "does not take");
  refuses(npy("{'descr': '<f2', 'fortran_order': False, 'shape': (4,), }", one_two),
          "holds values of type '<f2', expected '<f4'");
  refuses(npy("{'descr': '<f4', 'fortran_order': False}", one_two), "is missing");
  refuses(npy("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", one_two),
          "stands twice");
  refuses(npy("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,)}", one_two), "True or False");
  refuses(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x", one_two),
          "end of the header");
  // Python reads none of these as a tuple of extents.
  for (const std::string shape : {"(2)", "(02,)", "(-0,)", "(+2,)", "(2,,)", "(,)", "(1 2)", "2,",
                                  "[2]", "(2L,)", "(2.0,)", "(0x2,)", "(2, 1"}) {
    CAPTURE(shape);
    CHECK_THROWS_AS(
        parse(npy("{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }", one_two)),
        lacuna::io_error);
  }
  refuses(npy("{'evil': __import__('os'), 'descr': '<f4'}", one_two), "found 'evil'");
  CHECK_THROWS_AS(
      parse<std::int8_t>(npy("{'descr': '', 'fortran_order': False, 'shape': (8,), }", one_two)),
      lacuna::io_error);  // found by fuzzing: no type at all
  auto version = whole;
  version[6] = std::byte{9};
  refuses(version, "version 9.0");
}

TEST_CASE("values that do not fill the shape are not written", "[io][npy]") {
  const float values[] = {1, 2};
  CHECK_THROWS_AS(io::to_npy({3}, std::span<const float>(values)), lacuna::shape_error);
  CHECK_THROWS_AS(io::to_npy({-1, -2}, std::span<const float>(values)), lacuna::shape_error);
}

}  // namespace npy_test
