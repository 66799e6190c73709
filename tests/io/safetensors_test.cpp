// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/io/safetensors.hpp
#include <bit>
#include <limits>

#include <lacuna/io/safetensors.hpp>

#include "support/catch.hpp"
#include "support/random_matrix.hpp"
#include "support/temporary_folder.hpp"

namespace safetensors_test {

using lacuna::index_t, lacuna::tensor;
namespace io = lacuna::io;

namespace {

io::safetensors_file open(const std::string& header, std::size_t data, std::uint64_t size) {
  std::vector<std::byte> bytes(8 + header.size() + data);
  std::memcpy(bytes.data(), &size, 8);
  std::memcpy(bytes.data() + 8, header.data(), header.size());
  return {std::move(bytes), "x.safetensors"};
}
io::safetensors_file open(const std::string& header, std::size_t data) {
  return open(header, data, header.size());
}

const std::string two_floats = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";

}  // namespace

TEMPLATE_TEST_CASE("tensors of every type are read as they were written", "[io][safetensors]",
                   float, double, lacuna::bfloat16, std::int8_t, std::uint8_t, std::int16_t,
                   std::int32_t, std::int64_t) {
  const test::temporary_folder folder;
  const std::string path = folder.file("m.safetensors");
  const auto t = test::random_tensor<TestType>({2, 3, 4, 5});
  io::safetensors_writer writer;
  writer.add("layer.weight", t);
  writer.add("empty", {0, 3}, std::span<const TestType>());
  writer.add_metadata("format", "lacuna");
  writer.write(path);

  const io::safetensors_file file(path);
  CHECK(file.names() == std::vector<std::string>{"empty", "layer.weight"});
  CHECK(file.metadata().at("format") == "lacuna");
  const auto read = file.read_tensor<TestType>("layer.weight");
  CHECK(read.extents() == t.extents());
  CHECK(std::equal(read.begin(), read.end(), t.begin()));
  CHECK(file.read<TestType>("empty").empty());
  CHECK(file.read_tensor<TestType>("empty").extents() == lacuna::extents4{0, 3, 1, 1});
}

TEST_CASE("the order of adding does not matter, and data starts on 8 bytes", "[io][safetensors]") {
  const tensor<float> a({1, 1, 1, 3});
  const tensor<std::int8_t> b({1, 1, 1, 5});
  io::safetensors_writer ab;
  ab.add("a", a);
  ab.add("b", b);
  io::safetensors_writer ba;
  ba.add("b", b);
  ba.add("a", a);
  const auto bytes = ab.bytes();
  CHECK(bytes == ba.bytes());
  std::uint64_t size = 0;
  std::memcpy(&size, bytes.data(), 8);
  CHECK(size % 8 == 0);
  CHECK(bytes.size() == 8 + size + 12 + 5);
  CHECK_THROWS_AS(ab.add("a", a), lacuna::shape_error);
  CHECK_THROWS_AS(ab.add("__metadata__", a), lacuna::shape_error);
  CHECK_THROWS_AS(ab.add("c", {2}, std::span<const float>(a.data(), 3)), lacuna::shape_error);
}

TEST_CASE("the bytes written are those of the format", "[io][safetensors]") {
  io::safetensors_writer writer;
  const std::int16_t values[] = {1, -2};
  writer.add("b", {2}, std::span<const std::int16_t>(values));
  writer.add("a", {}, std::span<const std::uint8_t>(std::vector<std::uint8_t>{9}));
  writer.add_metadata("k", "v");
  std::string header =
      R"({"__metadata__":{"k":"v"},"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},)"
      R"("b":{"dtype":"I16","shape":[2],"data_offsets":[1,5]}})";
  header.resize(136, ' ');
  const std::string file =
      std::string("\x88\0\0\0\0\0\0\0", 8) + header + std::string("\x09\1\0\xfe\xff", 5);
  const auto bytes = writer.bytes();
  CHECK(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()) == file);
}

TEST_CASE("text that is no UTF-8 is not written", "[io][safetensors]") {
  io::safetensors_writer name;
  name.add("\xff", {0}, std::span<const float>());
  CHECK_THROWS_AS(name.bytes(), lacuna::format_error);
  io::safetensors_writer metadata;
  metadata.add_metadata("k", "\xc3");
  CHECK_THROWS_AS(metadata.bytes(), lacuna::format_error);
}

TEST_CASE("every infinity is carried bit for bit, or refused with its offset",
          "[io][safetensors]") {
  io::safetensors_writer writer;
  const lacuna::bfloat16 values[] = {lacuna::bfloat16(1.0F),
                                     -std::numeric_limits<lacuna::bfloat16>::infinity()};
  writer.add("a", {2}, std::span<const lacuna::bfloat16>(values));
  const auto bytes = writer.bytes();
  const io::safetensors_file file(bytes, "x");
  CHECK(std::memcmp(file.read<lacuna::bfloat16>("a").data(), values, sizeof values) == 0);
  try {
    static_cast<void>(file.read<lacuna::bfloat16>("a", io::non_finite::refuse));
    FAIL("an infinity was accepted");
  } catch (const lacuna::io_error& e) {
    CHECK(e.offset() == bytes.size() - 2);
  }
}

TEST_CASE("NaN is carried bit for bit, or refused with its place", "[io][safetensors]") {
  io::safetensors_writer writer;
  const float values[] = {1, std::bit_cast<float>(0x7fc01234U)};
  writer.add("a", {2}, std::span<const float>(values));
  const io::safetensors_file file(writer.bytes(), "x");
  CHECK(std::bit_cast<std::uint32_t>(file.read<float>("a")[1]) == 0x7fc01234U);
  CHECK_THROWS_WITH(file.read<float>("a", io::non_finite::refuse),
                    Catch::Contains("value 1 is nan"));
}

TEST_CASE("a tensor is asked for by its name and type", "[io][safetensors]") {
  const auto file = open(two_floats, 8);
  CHECK(file.contains("a"));
  CHECK_THROWS_WITH(file.read<float>("b"), Catch::Contains("has no tensor 'b'"));
  CHECK_THROWS_WITH(file.read<double>("a"), Catch::Contains("'a' is F32, expected F64"));
  const auto five = open(R"({"a":{"dtype":"F32","shape":[1,1,1,1,1],"data_offsets":[0,4]}})", 4);
  CHECK_THROWS_WITH(five.read_tensor<float>("a"), Catch::Contains("at most four dimensions"));
}

TEST_CASE("broken and hostile files are refused with what is wrong", "[io][safetensors]") {
  const auto refuses = [](const std::string& header, std::size_t data, const std::string& why) {
    CAPTURE(header);
    CHECK_THROWS_WITH(open(header, data), Catch::Contains(why));
  };
  CHECK_THROWS_AS(io::safetensors_file({}, "x"), lacuna::io_error);
  CHECK_THROWS_WITH(open(two_floats, 8, ~std::uint64_t{0}),
                    Catch::Contains("header of 18446744073709551615 bytes"));
  CHECK_THROWS_WITH(open(two_floats, 8, std::uint64_t{1} << 63U), Catch::Contains("header of"));
  refuses("{", 0, "no JSON");
  refuses("[]", 0, "no JSON object");
  refuses("8e888888", 0, "no JSON");  // found by fuzzing: out of range is no parse error
  refuses(R"({"a":8e888888})", 0, "no JSON");
  refuses("\xef\xbb\xbf{}", 0, "expected '{'");  // the format has no byte order mark
  refuses(" {}", 0, "expected '{'");
  refuses("{} x", 0, "no JSON");
  refuses("{\"\xff\":0}", 0, "no JSON");  // no UTF-8
  std::string deep = R"({"a":)";
  deep.append(100'000, '[');
  refuses(deep, 0, "nested deeper");
  std::string many = "1";
  for (int i = 0; i < 100'000; ++i) many += ",1";
  refuses(R"({"a":{"dtype":"F32","shape":[)" + many + R"(],"data_offsets":[0,4]}})", 4,
          "longer than 64");
  refuses(two_floats, 7, "the tensors take 8 bytes of data, the file has 7");
  refuses(two_floats, 9, "the file has 9");
  refuses(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4,
          "does not take bytes 0 to 4");
  refuses(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8, "does not take");
  refuses(R"({"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}})", 8, "unknown dtype 'F31'");
  refuses(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8, "whole numbers");
  refuses(R"({"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}})", 8, "whole numbers");
  refuses(R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,8]}})", 8,
          "whole numbers");
  refuses(R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", 0,
          "does not take");
  // A product that overflows is refused before its 0 is met.
  refuses(
      R"({"a":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904,4,0],"data_offsets":[0,0]}})",
      0, "does not take");
  refuses(R"({"__metadata__":{"k":"v","k":"v"}})", 0, "'k' stands twice");
  refuses(R"({"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8,
          "'dtype' stands twice");
  refuses(R"({"a":{"dtype":"F32","shape":[2]}})", 8, "needs dtype, shape and two data_offsets");
  refuses(R"({"a":7})", 0, "needs dtype");
  refuses(R"({"__metadata__":{"k":1}})", 0, "no object of strings");
  refuses(
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
      4, "'a' stands twice");
  refuses(
      R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
      12, "no gap, no overlap");
  refuses(
      R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})",
      12, "no gap, no overlap");
}

TEST_CASE("a file that can't be written is not begun", "[io][safetensors]") {
  const test::temporary_folder folder;
  io::safetensors_writer writer;
  CHECK_THROWS_AS(writer.write(folder.file("no/such/folder.safetensors")), lacuna::io_error);
  CHECK(folder.empty());
}

}  // namespace safetensors_test
