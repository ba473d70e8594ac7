// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/parallel.hpp"
#include "kernels/spot_image.hpp"

namespace an::kernels {

/// Variances of a fitted spot's place, px², and light: Cramér–Rao bounds of the joint fit.
struct SpotErrors {
  float var_y = 0, var_x = 0, var_photons = 0;
};

/// Most spots that are fitted together, and pixels of their window.
inline constexpr int most_joint_spots = 6;
inline constexpr int longest_window = 20;
/// Sums over pixels are kept in as many parts, whatever the processor's vectors, so that they round the same
/// everywhere.
inline constexpr int sum_lanes = 16;

/// A window of pixels, [top, top + rows) x [left, left + columns).
struct FitWindow {
  int top = 0, left = 0, rows = 0, columns = 0;
};

/// What all fits of a frame share.
struct FitSetting {
  Image<const float> data;   ///< photons
  Image<const float> model;  ///< expected photons of background and all spots
  SpotShape shape;
  float prior_photons = 0;    ///< brightness that spots which overlap are expected to have
  float prior_precision = 0;  ///< 1 / variance of the same; 0: nothing is expected
  int fit_reach = 3;          ///< px around a centre that are looked at
  int iterations = 10;
};

/// Joint maximum-likelihood fit of spots in one window by damped Fisher scoring: photons are Poisson with the model's
/// mean (Smith et al., Nat. Methods 7, 2010), and brightness has a normal prior where one is given.
class GroupFit {
 public:
  KOKKOS_FORCEINLINE_FUNCTION GroupFit(const FitSetting& setting, const FitWindow& window, bool with_prior)
      : set_(setting), window_(window), precision_(with_prior ? setting.prior_precision : 0) {}

  /// The window that holds `fit_reach` pixels around all spots, cut to the frame and to the longest window.
  KOKKOS_FORCEINLINE_FUNCTION static FitWindow window_of(const FitSetting& setting, const Spot* spots, int count) {
    const int rows = static_cast<int>(setting.data.extent(0));
    const int columns = static_cast<int>(setting.data.extent(1));
    int top = rows, left = columns, bottom = -1, right = -1;
    for (int k = 0; k < count; ++k) {
      const int y = static_cast<int>(floorf(spots[k].y + 0.5F));
      const int x = static_cast<int>(floorf(spots[k].x + 0.5F));
      top = top < y - setting.fit_reach ? top : y - setting.fit_reach;
      left = left < x - setting.fit_reach ? left : x - setting.fit_reach;
      bottom = bottom > y + setting.fit_reach ? bottom : y + setting.fit_reach;
      right = right > x + setting.fit_reach ? right : x + setting.fit_reach;
    }
    top = top > 0 ? top : 0;
    left = left > 0 ? left : 0;
    bottom = bottom < rows - 1 ? bottom : rows - 1;
    right = right < columns - 1 ? right : columns - 1;
    FitWindow window{top, left, bottom - top + 1, right - left + 1};
    if (window.rows > longest_window) window.rows = longest_window;
    if (window.columns > longest_window) window.columns = longest_window;
    return window;
  }

  /// Takes the light of `own` out of the model: what remains is background and other spots.
  KOKKOS_FORCEINLINE_FUNCTION void set_base(const Spot* own, int count) {
    for (int i = 0; i < window_.rows; ++i)
      for (int j = 0; j < window_.columns; ++j)
        base_[i * window_.columns + j] =
            set_.model(static_cast<std::size_t>(window_.top + i), static_cast<std::size_t>(window_.left + j));
    for (int k = 0; k < count; ++k) {
      add_shape(own[k], 0);
      for (int p = 0; p < pixels(); ++p) base_[p] -= own[k].photons * value_[0][p];
    }
  }

  /// Improves the spots in place. \returns half the deviance in the window, with the prior's share
  KOKKOS_FORCEINLINE_FUNCTION double fit(Spot* spots, int count, SpotErrors* errors = nullptr) {
    constexpr int most = 3 * most_joint_spots;
    const int size = 3 * count;
    double normal[most][most];
    double damped[most][most];
    double gradient[most];
    double step[most];
    double cost = evaluate(spots, count, normal, gradient);
    double damping = 1e-3;
    for (int iteration = 0; iteration < set_.iterations; ++iteration) {
      for (int i = 0; i < size; ++i) {
        for (int j = 0; j < size; ++j) damped[i][j] = normal[i][j];
        damped[i][i] *= 1 + damping;
      }
      if (!solve(damped, gradient, step, size)) {
        damping = damping * 10 + 1e-2;
        continue;
      }
      Spot moved[most_joint_spots];
      double largest = 0;
      for (int k = 0; k < count; ++k) {
        const int own = 3 * k;
        const double dy = clamp(step[own], -0.7, 0.7);
        const double dx = clamp(step[own + 1], -0.7, 0.7);
        moved[k].y = inside(spots[k].y + static_cast<float>(dy), set_.data.extent(0));
        moved[k].x = inside(spots[k].x + static_cast<float>(dx), set_.data.extent(1));
        const float photons = spots[k].photons + static_cast<float>(step[own + 2]);
        moved[k].photons = photons > 1 ? photons : 1;
        const double far = fabs(dy) > fabs(dx) ? fabs(dy) : fabs(dx);
        const double change = fabs(step[own + 2]) / (10 * static_cast<double>(moved[k].photons));
        largest = largest > far ? largest : far;
        largest = largest > change ? largest : change;
      }
      if (damping < 1e-2 && largest < 5e-4) break;  // there already
      double new_normal[most][most];
      double new_gradient[most];
      const double new_cost = evaluate(moved, count, new_normal, new_gradient);
      if (new_cost <= cost) {
        const double gain = cost - new_cost;
        cost = new_cost;
        for (int k = 0; k < count; ++k) spots[k] = moved[k];
        for (int i = 0; i < size; ++i) {
          gradient[i] = new_gradient[i];
          for (int j = 0; j < size; ++j) normal[i][j] = new_normal[i][j];
        }
        damping *= 0.1;
        if (largest < 2e-3 || gain < 3e-3) break;
      } else {
        if (largest < 1e-3) break;
        damping = damping * 10 + 1e-2;
        if (damping > 1e6) break;
      }
    }
    if (errors != nullptr) bounds(normal, errors, count);
    return cost;
  }

 private:
  static constexpr int most_pixels = longest_window * longest_window;
  static_assert(most_pixels % sum_lanes == 0);

  // Arrays of pixels are filled up with zeros to whole lanes.
  KOKKOS_FORCEINLINE_FUNCTION int padded() const { return (pixels() + sum_lanes - 1) / sum_lanes * sum_lanes; }

  KOKKOS_FORCEINLINE_FUNCTION static float sum_of(const float* lanes) {
    float sum = 0;
    for (int i = 0; i < sum_lanes; ++i) sum += lanes[i];
    return sum;
  }

  KOKKOS_FORCEINLINE_FUNCTION static float dot(const float* a, const float* b, int size) {
    float lanes[sum_lanes] = {};
    for (int p = 0; p < size; p += sum_lanes)
      for (int i = 0; i < sum_lanes; ++i) lanes[i] += a[p + i] * b[p + i];
    return sum_of(lanes);
  }

  KOKKOS_FORCEINLINE_FUNCTION int pixels() const { return window_.rows * window_.columns; }
  KOKKOS_FORCEINLINE_FUNCTION static double clamp(double value, double low, double high) {
    return value < low ? low : value > high ? high : value;
  }
  KOKKOS_FORCEINLINE_FUNCTION static float inside(float value, std::size_t size) {
    const float high = static_cast<float>(size) - 0.02F;
    return value < -0.1F ? -0.1F : value > high ? high : value;
  }

  // Value and slopes of spot k's shape, one photon of it, in the window.
  KOKKOS_FORCEINLINE_FUNCTION void add_shape(const Spot& spot, int k) {
    const SpotShape& shape = set_.shape;
    const ShapeOffset down(shape, spot.y, window_.top);
    const ShapeOffset across(shape, spot.x, window_.left);
    const int last = 2 * shape.reach * shape.per_pixel;
    const auto scale = static_cast<float>(shape.per_pixel);
    float* value = value_[k];
    float* slope_y = slope_y_[k];
    float* slope_x = slope_x_[k];
    // Columns of the window that the samples reach.
    int begin = across.first < 0 ? (shape.per_pixel - 1 - across.first) / shape.per_pixel : 0;
    int end = across.first < last ? (last - 1 - across.first) / shape.per_pixel + 1 : 0;
    begin = begin < window_.columns ? begin : window_.columns;
    end = end < window_.columns ? end : window_.columns;
    for (int p = 0; p < padded(); ++p) value[p] = slope_y[p] = slope_x[p] = 0;
    const float share_y = down.share;
    const float share_x = across.share;
    for (int i = 0; i < window_.rows; ++i) {
      const int row = down.first + i * shape.per_pixel;
      if (row >= 0 && row < last) {
        const float* upper = &shape.samples(static_cast<std::size_t>(row), 0);
        const float* lower = &shape.samples(static_cast<std::size_t>(row) + 1, 0);
        for (int j = begin; j < end; ++j) {
          const int column = across.first + j * shape.per_pixel;
          const float a = upper[column];
          const float b = upper[column + 1];
          const float c = lower[column];
          const float d = lower[column + 1];
          const float top = a + (b - a) * share_x;
          const float bottom = c + (d - c) * share_x;
          value[j] = top + (bottom - top) * share_y;
          slope_y[j] = (top - bottom) * scale;
          slope_x[j] = ((a - b) + ((c - d) - (a - b)) * share_y) * scale;
        }
      }
      value += window_.columns;
      slope_y += window_.columns;
      slope_x += window_.columns;
    }
  }

  // Half the deviance (by square roots: exact to third order), Fisher information and gradient.
  KOKKOS_FORCEINLINE_FUNCTION double evaluate(const Spot* spots, int count, double normal[][3 * most_joint_spots],
                                              double* gradient) {
    const int size = padded();
    float expected[most_pixels];
    float weight[most_pixels];
    float residual[most_pixels];
    float data[most_pixels];
    for (int i = 0; i < window_.rows; ++i) {
      const float* from = &set_.data(static_cast<std::size_t>(window_.top + i), static_cast<std::size_t>(window_.left));
      for (int j = 0; j < window_.columns; ++j) data[i * window_.columns + j] = from[j];
    }
    for (int p = 0; p < pixels(); ++p) expected[p] = base_[p];
    // Beyond the window the model is exact.
    for (int p = pixels(); p < size; ++p) data[p] = expected[p] = 1;
    for (int k = 0; k < count; ++k) {
      add_shape(spots[k], k);
      const float photons = spots[k].photons;
      for (int p = 0; p < size; ++p) {
        expected[p] += photons * value_[k][p];
        slope_y_[k][p] *= photons;
        slope_x_[k][p] *= photons;
      }
    }
    float lanes[sum_lanes] = {};
    for (int p = 0; p < size; p += sum_lanes)
      for (int i = 0; i < sum_lanes; ++i) {
        const float mean = expected[p + i] > 1 ? expected[p + i] : 1;
        const float found = data[p + i] > 0 ? data[p + i] : 0;
        const float difference = sqrtf(found) - sqrtf(mean);
        lanes[i] += difference * difference;
        weight[p + i] = 1 / mean;
        residual[p + i] = (data[p + i] - mean) * weight[p + i];
      }
    double total = 2 * static_cast<double>(sum_of(lanes));
    for (int k = 0; k < count; ++k) {
      const float* columns_k[3] = {slope_y_[k], slope_x_[k], value_[k]};
      for (int a = 0; a < 3; ++a) {
        float weighted[most_pixels];
        for (int p = 0; p < size; ++p) weighted[p] = columns_k[a][p] * weight[p];
        gradient[3 * k + a] = static_cast<double>(dot(columns_k[a], residual, size));
        for (int l = k; l < count; ++l) {
          const float* columns_l[3] = {slope_y_[l], slope_x_[l], value_[l]};
          for (int b = l == k ? a : 0; b < 3; ++b) {
            const auto product = static_cast<double>(dot(weighted, columns_l[b], size));
            normal[3 * k + a][3 * l + b] = product;
            normal[3 * l + b][3 * k + a] = product;
          }
        }
      }
      const double off = static_cast<double>(spots[k].photons - set_.prior_photons);
      const auto precision = static_cast<double>(precision_);
      total += 0.5 * precision * off * off;
      gradient[3 * k + 2] -= precision * off;
      normal[3 * k + 2][3 * k + 2] += precision;
    }
    return total;
  }

  // Cholesky's solution of a positive definite system; false where it is not.
  KOKKOS_FORCEINLINE_FUNCTION static bool factor(double matrix[][3 * most_joint_spots], int size) {
    for (int i = 0; i < size; ++i)
      for (int j = 0; j <= i; ++j) {
        double sum = matrix[i][j];
        for (int k = 0; k < j; ++k) sum -= matrix[i][k] * matrix[j][k];
        if (i == j) {
          if (!(sum > 1e-12)) return false;
          matrix[i][i] = sqrt(sum);
        } else {
          matrix[i][j] = sum / matrix[j][j];
        }
      }
    return true;
  }
  KOKKOS_FORCEINLINE_FUNCTION static void substitute(const double matrix[][3 * most_joint_spots], double* vector,
                                                     int size) {
    for (int i = 0; i < size; ++i) {
      for (int k = 0; k < i; ++k) vector[i] -= matrix[i][k] * vector[k];
      vector[i] /= matrix[i][i];
    }
    for (int i = size - 1; i >= 0; --i) {
      for (int k = i + 1; k < size; ++k) vector[i] -= matrix[k][i] * vector[k];
      vector[i] /= matrix[i][i];
    }
  }
  KOKKOS_FORCEINLINE_FUNCTION static bool solve(double matrix[][3 * most_joint_spots], const double* gradient,
                                                double* step, int size) {
    if (!factor(matrix, size)) return false;
    for (int i = 0; i < size; ++i) step[i] = gradient[i];
    substitute(matrix, step, size);
    return true;
  }

  KOKKOS_FORCEINLINE_FUNCTION static void bounds(double normal[][3 * most_joint_spots], SpotErrors* errors, int count) {
    const int size = 3 * count;
    for (int i = 0; i < size; ++i) normal[i][i] *= 1 + 1e-9;
    const bool good = factor(normal, size);
    for (int i = 0; i < size; ++i) {
      double unit[3 * most_joint_spots] = {};
      unit[i] = 1;
      if (good) substitute(normal, unit, size);
      const float variance = good ? static_cast<float>(unit[i]) : 1e6F;
      if (i % 3 == 0) errors[i / 3].var_y = variance;
      if (i % 3 == 1) errors[i / 3].var_x = variance;
      if (i % 3 == 2) errors[i / 3].var_photons = variance;
    }
  }

  const FitSetting& set_;
  FitWindow window_;
  float precision_;  // of the prior of brightness
  float base_[most_pixels];
  float value_[most_joint_spots][most_pixels];
  float slope_y_[most_joint_spots][most_pixels];
  float slope_x_[most_joint_spots][most_pixels];
};

/// Fits groups of spots that overlap, each group beside the light of all others as it was before. An item a group.
struct FitGroups {
  FitSetting setting;
  Kokkos::View<const int*> first;  ///< of each group's spots, and the end of the last
  Kokkos::View<Spot*> spots;       ///< group after group
  Kokkos::View<SpotErrors*> errors;

  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::size_t group) const {
    const int begin = first(group);
    const int count = first(group + 1) - begin;
    Spot* own = &spots(static_cast<std::size_t>(begin));
    GroupFit fit(setting, GroupFit::window_of(setting, own, count), count > 1);
    fit.set_base(own, count);
    fit.fit(own, count, &errors(static_cast<std::size_t>(begin)));
  }
};

}  // namespace an::kernels
