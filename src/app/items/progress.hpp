// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <string>

#include "app/settings/config.hpp"

namespace an::app {

/// Seconds since a fixed moment, by a clock that is never set.
double steady_seconds();
/// Seconds that a step took.
double timed(const std::function<void()>& step);

/// Shows how far a stage of the run is, with rate and time left: a bar that redraws itself, or a line every 30 s.
/// Stages shorter than a second leave no trace. One object serves all stages, one after the other.
class Progress {
 public:
  /// Seconds since any fixed moment.
  using Clock = std::function<double()>;

  /// Silent: what every rank but the root is given.
  Progress() = default;
  /// \param mode not automatic \param out outlives this object \param columns of the terminal
  Progress(ProgressMode mode, std::ostream& out, Clock clock, std::size_t columns = 80);

  /// Begins a stage of `total` items. \param what the stage, `scoring` \param unit the items, `fields of view`
  void start(std::string what, std::string unit, std::size_t total);
  /// Says how many items of the stage are done; cheap, can be called often. \param share of the stage's work that this
  /// is, from which the time left follows
  void update(std::size_t done, double share);
  /// The same, where each item is as much work.
  void update(std::size_t done);
  /// Shows a line that stays, about what a stage has come to.
  void note(const std::string& line);
  /// Ends the stage with one line: items, seconds, rate.
  void finish();

 private:
  void show_bar(const std::string& text);
  void clear_bar();

  ProgressMode mode_ = ProgressMode::off;
  std::ostream* out_ = nullptr;
  Clock clock_;
  std::size_t columns_ = 80;
  std::string what_, unit_;
  std::size_t total_ = 0, done_ = 0;
  double start_ = 0;
  double next_ = 0;        ///< when something is shown next
  std::size_t width_ = 0;  ///< columns of the bar that is on the screen
};

/// The progress of this process: on stderr for the root, silent for other ranks.
Progress standard_progress(const RunConfig& config, bool is_root);

/// `45 s`, `3 min 20 s`, `2 h 05 min`.
std::string duration_text(double seconds);

}  // namespace an::app
