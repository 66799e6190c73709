// SPDX-FileCopyrightText: 2026 The Lacuna authors
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>
#include <cstdio>
#include <utility>

#include "progress_line.hpp"

namespace demo {

progress_line::progress_line(std::string what)
    : what_(std::move(what)),
      terminal_(isatty(STDOUT_FILENO) == 1),
      start_(std::chrono::steady_clock::now()) {}

void progress_line::operator()(const lacuna::train::progress& now) {
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const lacuna::index_t tenths = 10 * now.step / now.steps;
  const bool due = terminal_ ? seconds - shown_ > 0.2 || now.step == now.steps : tenths > tenths_;
  if (!due) return;
  tenths_ = tenths;
  shown_ = seconds;
  show(now, seconds);
}

void progress_line::show(const lacuna::train::progress& now, double seconds) const {
  const double done = static_cast<double>(now.step) / static_cast<double>(now.steps);
  const double images = static_cast<double>(now.step * now.batch.images);
  std::printf(
      "%s%-14s %3.0f %%  epoch %td/%td  loss %.3f  accuracy %.1f %%  %5.0f images/s  "
      "%3.0f s left%s",
      terminal_ ? "\r" : "", what_.c_str(), 100 * done, now.epoch + 1, now.epochs,
      now.epoch_so_far.mean_loss(), 100 * now.epoch_so_far.accuracy(), images / seconds,
      seconds / done - seconds, terminal_ ? "\x1b[K" : "\n");
  std::fflush(stdout);
}

void progress_line::finish(const std::string& result) {
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  std::printf("%s%-14s %s, %.1f s%s\n", terminal_ ? "\r" : "", what_.c_str(), result.c_str(),
              seconds, terminal_ ? "\x1b[K" : "");
  std::fflush(stdout);
}

}  // namespace demo
