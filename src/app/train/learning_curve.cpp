// SPDX-License-Identifier: MIT
#include "app/train/learning_curve.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "io/atomic_file.hpp"
#include "report/svg.hpp"

namespace an::app {

namespace {

std::string csv(const std::vector<LearningPoint>& curve) {
  std::string text = fmt::format(
      "step,trajectories,seconds,rate,loss,validation_loss,alpha_error,log_k_error,state_accuracy,change_entropy,{}\n",
      fmt::join(evaluation::single_metric_names, ","));
  const auto known = [](double value) { return std::isnan(value) ? std::string() : fmt::format("{}", value); };
  for (const LearningPoint& p : curve) {
    text += fmt::format("{},{},{:.3f},{},{},{}", p.step, p.trajectories, p.seconds, p.rate, p.loss, p.validation_loss);
    for (const double value : {p.alpha_error, p.log_k_error, p.state_accuracy, p.change_entropy})
      text += ',' + known(value);
    for (const double value : p.scores) text += ',' + known(value);
    text += '\n';
  }
  return text;
}

// Losses against steps, from the lowest to the highest value shown.
std::string svg(const std::vector<LearningPoint>& curve) {
  constexpr double width = 560, height = 320, left = 60, bottom = 40, top = 20, right = 20;
  report::Svg picture(width, height, "Learning curve: loss of training and validation against steps");
  double low = 1e300, high = -1e300;
  for (const LearningPoint& p : curve)
    for (const double loss : {p.loss, p.validation_loss}) {
      low = std::min(low, loss);
      high = std::max(high, loss);
    }
  if (curve.empty()) low = 0;
  if (!(high > low)) high = low + 1;
  const double last = curve.empty() ? 1 : std::max(1.0, curve.back().step);
  const auto at_x = [&](double step) { return left + (width - left - right) * step / last; };
  const auto at_y = [&](double loss) {
    return height - bottom - (height - bottom - top) * (loss - low) / (high - low);
  };
  picture.line(left, height - bottom, width - right, height - bottom, "#444");
  picture.line(left, top, left, height - bottom, "#444");
  std::vector<std::pair<double, double>> training, validation;
  for (const LearningPoint& p : curve) {
    training.emplace_back(at_x(p.step), at_y(p.loss));
    validation.emplace_back(at_x(p.step), at_y(p.validation_loss));
  }
  picture.polyline(training, "#999", 1.2);
  picture.polyline(validation, "#1565c0", 1.8);
  using Anchor = report::Svg::Anchor;
  picture.text(left - 6, at_y(low), fmt::format("{:.3g}", low), Anchor::end);
  picture.text(left - 6, at_y(high) + 8, fmt::format("{:.3g}", high), Anchor::end);
  picture.text(width - right, height - bottom + 16, fmt::format("{:.0f} steps", last), Anchor::end);
  picture.text(left + 12, top + 4, "validation", Anchor::start, 11, "#1565c0");
  picture.text(left + 90, top + 4, "training", Anchor::start, 11, "#777");
  picture.upward_text(14, height / 2, "loss");
  return picture.finish() + "\n";
}

}  // namespace

std::string errors_text(const LearningPoint& p) {
  std::string text;
  const auto add = [&](const char* name, double value) {
    if (!std::isnan(value)) text += fmt::format(", {} {:.4f}", name, value);
  };
  add("alpha", p.alpha_error);
  add("ln(1+K)", p.log_k_error);
  add("states", p.state_accuracy);
  add("changes", p.change_entropy);
  add("JSC", p.scores[static_cast<std::size_t>(evaluation::SingleMetric::jsc_cp)]);
  add("RMSE", p.scores[static_cast<std::size_t>(evaluation::SingleMetric::rmse_cp)]);
  return text;
}

void write_learning_curve(const std::filesystem::path& folder, const std::vector<LearningPoint>& curve) {
  io::write_file_atomically(folder / "learning_curve.csv", csv(curve));
  io::write_file_atomically(folder / "learning_curve.svg", svg(curve));
}

}  // namespace an::app
