// SPDX-License-Identifier: MIT
#include "app/items/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>

namespace an::app {

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double timed(const std::function<void()>& step) {
  const double start = steady_seconds();
  step();
  return steady_seconds() - start;
}

namespace {

constexpr double quiet_seconds = 1;  ///< a shorter stage leaves no trace
constexpr double bar_interval_seconds = 0.2;
constexpr double line_interval_seconds = 30;
constexpr std::size_t bar_cells = 12;

std::size_t terminal_columns() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

std::string rate_text(double rate) {
  const int decimals = rate < 10 ? 2 : rate < 100 ? 1 : 0;
  return fmt::format("{:.{}f}/s", rate, decimals);
}

// `scoring: 120 of 270 fields of view (44 %), 11.2/s, 13 s left`.
std::string progress_text(const std::string& what, const std::string& unit, std::size_t done, std::size_t total,
                          double share, double seconds) {
  const double percent = total == 0 ? 100 : 100.0 * static_cast<double>(done) / static_cast<double>(total);
  std::string text = fmt::format("{}: {} of {} {} ({:.0f} %)", what, done, total, unit, std::floor(percent));
  if (done == 0 || share <= 0 || seconds <= 0) return text;
  return text + fmt::format(", {}, {} left", rate_text(static_cast<double>(done) / seconds),
                            duration_text(seconds * (1 - share) / share));
}

// What `automatic` and a verbosity below 0 come to.
ProgressMode chosen_mode(const RunConfig& config, bool terminal) {
  if (config.verbosity < 0) return ProgressMode::off;
  if (config.progress != ProgressMode::automatic) return config.progress;
  return terminal ? ProgressMode::bar : ProgressMode::lines;
}

}  // namespace

std::string duration_text(double seconds) {
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

Progress standard_progress(const RunConfig& config, bool is_root) {
  if (!is_root) return {};
  return {chosen_mode(config, isatty(STDERR_FILENO) == 1), std::cerr, steady_seconds, terminal_columns()};
}

Progress::Progress(ProgressMode mode, std::ostream& out, Clock clock, std::size_t columns)
    : mode_(mode), out_(&out), clock_(std::move(clock)), columns_(columns) {}

void Progress::start(std::string what, std::string unit, std::size_t total) {
  if (mode_ == ProgressMode::off) return;
  what_ = std::move(what);
  unit_ = std::move(unit);
  total_ = total;
  done_ = 0;
  width_ = 0;
  start_ = clock_();
  next_ = start_ + (mode_ == ProgressMode::bar ? quiet_seconds : line_interval_seconds);
}

void Progress::update(std::size_t done) {
  update(done, total_ == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total_));
}

void Progress::update(std::size_t done, double share) {
  if (mode_ == ProgressMode::off) return;
  done_ = done;
  const double now = clock_();
  if (now < next_) return;
  const std::string text = progress_text(what_, unit_, done_, total_, share, now - start_);
  if (mode_ == ProgressMode::bar) {
    show_bar(text);
    next_ = now + bar_interval_seconds;
  } else {
    *out_ << text << '\n' << std::flush;
    next_ = now + line_interval_seconds;
  }
}

void Progress::show_bar(const std::string& text) {
  const double share = total_ == 0 ? 1 : static_cast<double>(done_) / static_cast<double>(total_);
  std::string shown = text;
  const std::size_t frame = 4;  // two brackets, a space, and the last column, in which some terminals wrap
  if (text.size() + frame + bar_cells <= columns_) {
    const auto full = std::min(bar_cells, static_cast<std::size_t>(share * static_cast<double>(bar_cells)));
    shown = fmt::format("[{}{}] {}", std::string(full, '#'), std::string(bar_cells - full, '.'), text);
  }
  shown.resize(std::min(shown.size(), columns_ - 1));
  const std::size_t left_over = width_ > shown.size() ? width_ - shown.size() : 0;
  *out_ << '\r' << shown << std::string(left_over, ' ') << std::flush;
  width_ = shown.size();
}

void Progress::clear_bar() {
  if (width_ > 0) *out_ << '\r' << std::string(width_, ' ') << '\r';
  width_ = 0;
}

void Progress::note(const std::string& line) {
  if (mode_ == ProgressMode::off) return;
  clear_bar();
  *out_ << line << '\n' << std::flush;
}

void Progress::finish() {
  if (mode_ == ProgressMode::off) return;
  clear_bar();
  const double seconds = clock_() - start_;
  if (seconds < quiet_seconds) return;
  *out_ << fmt::format("{}: {} {} in {}, {}\n", what_, done_, unit_, duration_text(seconds),
                       rate_text(static_cast<double>(done_) / seconds))
        << std::flush;
}

}  // namespace an::app
