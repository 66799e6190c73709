// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/io/file.hpp
#include <fstream>

#include <lacuna/io/file.hpp>

#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

namespace io = lacuna::io;

TEST_CASE("bytes are read as they were written", "[io][file]") {
  const test::temporary_folder folder("file_round_trip");
  const std::vector<std::byte> bytes{std::byte{0}, std::byte{10}, std::byte{13}, std::byte{255}};
  io::write_file(folder.file("x"), bytes);
  CHECK(io::read_file(folder.file("x")) == bytes);
  io::write_file(folder.file("x"), {});
  CHECK(io::read_file(folder.file("x")).empty());
}

TEST_CASE("what can't be opened is an io_error with its path", "[io][file]") {
  const test::temporary_folder folder("file_missing");
  CHECK_THROWS_WITH(io::read_file(folder.file("none")), Catch::Contains(folder.file("none")));
  CHECK_THROWS_AS(io::read_file(folder.file("")), lacuna::io_error);  // a folder
  CHECK_THROWS_AS(io::write_file(folder.file("no/such/folder/x"), {}), lacuna::io_error);
  CHECK(folder.empty());
}

TEST_CASE("a write that fails leaves nothing behind, and what was there stays", "[io][file]") {
  const test::temporary_folder folder("file_failing");
  // A folder in the file's place: the bytes get to disk, but can't take the name.
  std::filesystem::create_directories(folder.file("taken") + "/inside");
  const std::vector<std::byte> bytes(10);
  CHECK_THROWS_AS(io::write_file(folder.file("taken"), bytes), lacuna::io_error);
  CHECK_FALSE(std::filesystem::exists(folder.file("taken.partial")));
  CHECK(std::filesystem::exists(folder.file("taken") + "/inside"));

  if (std::filesystem::exists("/dev/full")) {
    // A full disk, by way of a link under the partial's name.
    std::filesystem::create_symlink("/dev/full", folder.file("y.partial"));
    const std::vector<std::byte> many(1U << 20U);
    CHECK_THROWS_AS(io::write_file(folder.file("y"), many), lacuna::io_error);
    CHECK_FALSE(std::filesystem::exists(folder.file("y")));
    CHECK_FALSE(std::filesystem::is_symlink(folder.file("y.partial")));
  }
}
