// SPDX-License-Identifier: MIT
#include "simulation/distribution.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace an::simulation {

namespace {

template <std::size_t N>
double polynomial(const std::array<double, N>& coefficients, double x) {
  double sum = 0;
  for (std::size_t i = N; i-- > 0;) sum = sum * x + coefficients[i];
  return sum;
}

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

// Quantile of a standard normal cut to [low, high], low <= 0 or far from the upper tail.
double lower_cut_quantile(double p, double low, double high) {
  const double below = normal_cdf(low);
  const double mass = normal_cdf(high) - below;
  if (mass > 0 && normal_cdf(high) > 1e-300) return std::clamp(normal_quantile(below + p * mass), low, high);
  // So far out that the density falls exponentially from `high` downwards.
  const double rate = -high;
  const double least = std::exp(-rate * (high - low));
  return std::max(high + std::log(least + p * (1 - least)) / rate, low);
}

double cut_normal_quantile(double p, double low, double high) {
  return low > 0 ? -lower_cut_quantile(1 - p, -high, -low) : lower_cut_quantile(p, low, high);
}

}  // namespace

double normal_quantile(double p) {
  constexpr std::array a{3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                         1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                         3.3430575583588128105e4, 2.5090809287301226727e3};
  constexpr std::array b{1.0,
                         4.2313330701600911252e1,
                         6.8718700749205790830e2,
                         5.3941960214247511077e3,
                         2.1213794301586595867e4,
                         3.9307895800092710610e4,
                         2.8729085735721942674e4,
                         5.2264952788528545610e3};
  constexpr std::array c{1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                         3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                         2.27238449892691845833e-2, 7.74545014278341407640e-4};
  constexpr std::array d{1.0,
                         2.05319162663775882187e0,
                         1.67638483018380384940e0,
                         6.89767334985100004550e-1,
                         1.48103976427480074590e-1,
                         1.51986665636164571966e-2,
                         5.47593808499534494600e-4,
                         1.05075007164441684324e-9};
  constexpr std::array e{6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                         2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                         2.71155556874348757815e-5, 2.01033439929228813265e-7};
  constexpr std::array f{1.0,
                         5.99832206555887937690e-1,
                         1.36929880922735805310e-1,
                         1.48753612908506148525e-2,
                         7.86869131145613259100e-4,
                         1.84631831751005468180e-5,
                         1.42151175831644588870e-7,
                         2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(a, r) / polynomial(b, r);
  }
  const double r = std::sqrt(-std::log(q < 0 ? p : 1 - p));
  const double x =
      r <= 5 ? polynomial(c, r - 1.6) / polynomial(d, r - 1.6) : polynomial(e, r - 5) / polynomial(f, r - 5);
  return q < 0 ? -x : x;
}

double Distribution::quantile(double p) const {
  switch (kind) {
    case Kind::normal: {
      if (b == 0) return a;
      const double sd = std::sqrt(b);
      return std::clamp(a + sd * cut_normal_quantile(p, (cut.low - a) / sd, (cut.high - a) / sd), cut.low, cut.high);
    }
    case Kind::uniform:
      return a + p * (b - a);
    case Kind::log_uniform:
      return std::clamp(a * std::exp(p * std::log(b / a)), a, b);
    case Kind::fixed:
      break;
  }
  return a;
}

double Distribution::mean() const {
  if (kind == Kind::uniform) return 0.5 * (a + b);
  if (kind == Kind::log_uniform && b > a) return (b - a) / std::log(b / a);
  return a;
}

double Distribution::variance() const {
  if (kind == Kind::normal) return b;
  if (kind == Kind::uniform) return (b - a) * (b - a) / 12;
  if (kind == Kind::log_uniform && b > a) return (b * b - a * a) / (2 * std::log(b / a)) - mean() * mean();
  return 0;
}

Bounds Distribution::range() const {
  if (kind == Kind::fixed || (kind == Kind::normal && b == 0)) return {a, a};
  return kind == Kind::normal ? cut : Bounds{a, b};
}

}  // namespace an::simulation
