// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0

// Mirrors include/lacuna/io/file.hpp
#include <csignal>
#include <fstream>

#include <sys/resource.h>
#include <sys/stat.h>

#include <lacuna/io/file.hpp>

#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

namespace file_test {

namespace io = lacuna::io;

namespace {

/// While it lives, no file grows beyond `bytes`: a full disk, but only for this process.
class file_size_limit {
 public:
  explicit file_size_limit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~file_size_limit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  file_size_limit(const file_size_limit&) = delete;
  file_size_limit& operator=(const file_size_limit&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

}  // namespace

TEST_CASE("bytes are read as they were written", "[io][file]") {
  const test::temporary_folder folder;
  const std::vector<std::byte> bytes{std::byte{0}, std::byte{10}, std::byte{13}, std::byte{255}};
  io::write_file(folder.file("x"), bytes);
  CHECK(io::read_file(folder.file("x")) == bytes);
  io::write_file(folder.file("x"), {});
  CHECK(io::read_file(folder.file("x")).empty());
}

TEST_CASE("what can't be opened is an io_error with its path", "[io][file]") {
  const test::temporary_folder folder;
  CHECK_THROWS_WITH(io::read_file(folder.file("none")), Catch::Contains(folder.file("none")));
  CHECK_THROWS_AS(io::read_file(folder.file("")), lacuna::io_error);  // a folder
  CHECK_THROWS_AS(io::write_file(folder.file("no/such/folder/x"), {}), lacuna::io_error);
  CHECK(folder.empty());
}

TEST_CASE("a write that fails half way leaves nothing behind, and what was there stays",
          "[io][file]") {
  const test::temporary_folder folder;
  const std::vector<std::byte> old(3, std::byte{7});
  io::write_file(folder.file("x"), old);
  const std::vector<std::byte> many(1U << 20U);
  {
    const file_size_limit full(100'000);
    CHECK_THROWS_AS(io::write_file(folder.file("x"), many), lacuna::io_error);
    CHECK_THROWS_AS(io::write_file(folder.file("y"), many), lacuna::io_error);
  }
  CHECK(io::read_file(folder.file("x")) == old);
  CHECK_FALSE(std::filesystem::exists(folder.file("x.partial")));
  CHECK_FALSE(std::filesystem::exists(folder.file("y")));
  CHECK_FALSE(std::filesystem::exists(folder.file("y.partial")));
  io::write_file(folder.file("x"), many);  // the disk has room again
  CHECK(io::read_file(folder.file("x")) == many);
}

TEST_CASE("folders, pipes and devices are neither read as files nor replaced by one",
          "[io][file]") {
  const test::temporary_folder folder;
  const std::vector<std::byte> bytes(10);
  std::filesystem::create_directory(folder.file("folder"));
  REQUIRE(mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  // By way of a link: a regression replaces the link, not the machine's device.
  std::filesystem::create_symlink("/dev/full", folder.file("device"));
  for (const std::string name : {"folder", "pipe", "device"}) {
    CAPTURE(name);
    CHECK_THROWS_WITH(io::write_file(folder.file(name), bytes),
                      Catch::Contains("expected a file or nothing"));
    CHECK_THROWS_AS(io::read_file(folder.file(name)), lacuna::io_error);
    CHECK_FALSE(std::filesystem::exists(folder.file(name + ".partial")));
  }
  CHECK(std::filesystem::is_directory(folder.file("folder")));
  CHECK(std::filesystem::is_fifo(folder.file("pipe")));
  CHECK(std::filesystem::is_symlink(folder.file("device")));
}

TEST_CASE("a link or a leftover under the partial's name is removed, not written through",
          "[io][file]") {
  const test::temporary_folder folder;
  const std::vector<std::byte> mine(3, std::byte{7});
  const std::vector<std::byte> bytes(10);
  io::write_file(folder.file("mine"), mine);
  std::filesystem::create_symlink(folder.file("mine"), folder.file("x.partial"));
  io::write_file(folder.file("x"), bytes);
  CHECK(io::read_file(folder.file("mine")) == mine);
  CHECK(io::read_file(folder.file("x")) == bytes);
  CHECK_FALSE(std::filesystem::exists(folder.file("x.partial")));
}

TEST_CASE("a byte reader says what it wanted, what it found and where", "[io][file]") {
  const std::vector<std::byte> bytes{std::byte{1}, std::byte{2}, std::byte{3}};
  const std::string path = "x.bin";
  io::byte_reader in(bytes, path);
  CHECK(in.little_endian(2, "size") == 0x0201);
  CHECK(in.left() == 1);
  CHECK_THROWS_WITH(in.take(2, "header"), "x.bin: byte 2: expected 2 bytes of header, found 1");
  CHECK(in.offset() == 2);
}

}  // namespace file_test
