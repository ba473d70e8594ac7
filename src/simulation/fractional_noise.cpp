// SPDX-License-Identifier: MIT
#include "simulation/fractional_noise.hpp"

#include <kissfft/kissfft.hh>

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>

#include "core/error.hpp"
#include "core/vectorised.hpp"

namespace an::simulation {

namespace {

// Blocks up to this length are cheaper by recursion (measured at 200, 512 and 1000 frames).
constexpr std::size_t longest_recursion = 640;
constexpr std::size_t lanes = 8;
// Nearer to 2 rounding decides the recursion.
constexpr double most_alpha = 2 - 1e-6;
// From this lag on covariances come from derivatives: second differences of lag^alpha cancel.
constexpr std::size_t far = 4096;

// Sums in eight lanes whatever the processor's vectors, so that every machine gives the same last digit.
AN_VECTORISED double dot(const double* a, const double* b, std::size_t n) {
  std::array<double, lanes> sum{};
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) sum[lane] += a[i + lane] * b[i + lane];
  for (std::size_t lane = 0; i + lane < n; ++lane) sum[lane] += a[i + lane] * b[i + lane];
  return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

// The first n displacements of a circulant series with these eigenvalues.
std::vector<double> series_of(const std::vector<double>& eigenvalues, double k, std::size_t n,
                              std::span<const double> normals) {
  const std::size_t m = eigenvalues.size();
  const std::size_t size = 2 * (m - 1);
  AN_ASSERT(normals.size() >= 2 * m);
  std::vector<std::complex<double>> frequencies(size), signal(size);
  for (std::size_t i = 0; i < m; ++i) {
    const double root = std::sqrt(eigenvalues[i] / static_cast<double>(size));
    const bool real = i == 0 || i == m - 1;
    frequencies[i] = real ? root * std::numbers::sqrt2 * normals[2 * i]
                          : root * std::complex<double>(normals[2 * i], normals[2 * i + 1]);
    if (!real) frequencies[size - i] = std::conj(frequencies[i]);
  }
  kissfft<double>(size, true).transform(frequencies.data(), signal.data());
  const double scale = std::numbers::sqrt2 * static_cast<double>(m - 1) / static_cast<double>(size) * std::sqrt(2 * k);
  std::vector<double> displacements(n);
  for (std::size_t i = 0; i < n; ++i) displacements[i] = scale * signal[i].real();
  return displacements;
}

AN_VECTORISED void reflect_weights(double* __restrict forward, double* __restrict backward, double kappa,
                                   std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const double f = forward[i];
    const double b = backward[i];
    forward[i] = f - kappa * b;
    backward[i] = b - kappa * f;
  }
}

// The weights of the prediction from n values, from those from n - 1 (Brockwell and Davis, Time Series, 5.2).
// \param oldest_first the weights again, those of n - 1 after the first place \param correlations at lags n to 1
// \param left of the variance, where n - 1 values are known
void add_value(double* weights, double* oldest_first, const double* correlations, std::size_t n, double& left) {
  const double kappa = (correlations[0] - dot(weights, correlations + 1, n - 1)) / left;
  reflect_weights(weights, oldest_first + 1, kappa, n - 1);
  weights[n - 1] = oldest_first[0] = kappa;
  left *= (1 - kappa) * (1 + kappa);
}

// x with sum over j of correlations[|i - j|] x[j] = y[i] (Levinson, J. Math. Phys. 25, 261, 1947).
// \param latest_last the correlations at lags n - 1 to 0, n being the number of y
std::vector<double> solved(const std::vector<double>& latest_last, const std::vector<double>& y) {
  const std::size_t n = y.size();
  std::vector<double> x(n), weights(n), reversed(n);  // of the prediction from k values, as in FractionalNoise
  double left = 1;
  x[0] = y[0];
  for (std::size_t k = 1; k < n; ++k) {
    const double* const at_k = latest_last.data() + (n - 1 - k);
    double* const oldest_first = reversed.data() + (n - 1 - k);
    add_value(weights.data(), oldest_first, at_k, k, left);
    x[k] = (y[k] - dot(x.data(), at_k, k)) / left;
    for (std::size_t i = 0; i < k; ++i) x[i] -= x[k] * oldest_first[i];
  }
  return x;
}

}  // namespace

double displacement_covariance(double alpha, std::size_t lag) {
  if (lag == 0) return 2;
  if (lag >= far) {
    const auto n = static_cast<double>(lag);
    return alpha * (alpha - 1) * std::pow(n, alpha - 2) * (1 + (alpha - 2) * (alpha - 3) / (12 * n * n));
  }
  const auto power = [alpha](std::size_t n) { return n == 0 ? 0.0 : std::pow(static_cast<double>(n), alpha); };
  return (power(lag - 1) - 2 * power(lag)) + power(lag + 1);
}

std::size_t circulant_half_size(std::size_t n) { return n <= 2 ? 2 : std::bit_floor(n - 2) * 2 + 1; }

std::vector<double> circulant_eigenvalues(double alpha, std::size_t m) {
  const std::size_t size = 2 * (m - 1);
  std::vector<double> powers(std::min(m, far) + 1);
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = std::pow(static_cast<double>(i), alpha);
  std::vector<std::complex<double>> row(size), spectrum(size);
  row[0] = 1;
  for (std::size_t i = 1; i < m; ++i)
    row[i] = 0.5 * (i < far ? (powers[i - 1] - 2 * powers[i]) + powers[i + 1] : displacement_covariance(alpha, i));
  for (std::size_t i = 1; i + 1 < m; ++i) row[size - i] = row[i];
  kissfft<double>(size, false).transform(row.data(), spectrum.data());
  std::vector<double> eigenvalues(m);
  for (std::size_t i = 0; i < m; ++i) eigenvalues[i] = std::max(spectrum[i].real(), 0.0);
  return eigenvalues;
}

std::vector<double> circulant_displacements(double alpha, double k, std::size_t n, std::span<const double> normals) {
  if (alpha != 1) return series_of(circulant_eigenvalues(alpha, circulant_half_size(n)), k, n, normals);
  AN_ASSERT(normals.size() >= n);
  std::vector<double> displacements(n);
  for (std::size_t i = 0; i < n; ++i) displacements[i] = std::sqrt(2 * k) * normals[i];
  return displacements;
}

void FractionalNoise::start(double alpha, double k, std::size_t longest, std::size_t axes, bool whole) {
  AN_ASSERT(alpha > 0 && alpha < 2 && k >= 0 && axes >= 2 && axes <= 3);
  alpha_ = std::min(alpha, most_alpha);
  scale_ = std::sqrt(2 * k);
  longest_ = longest;
  axes_ = axes;
  taken_ = 0;
  recursion_ = longest <= longest_recursion ? longest : whole ? 0 : longest_recursion;
  innovation_ = 1;
  power_below_ = 0;
  power_ = 1;
  if (alpha == 1) return;
  if (past_.size() < axes * longest) past_.resize(axes * longest);
  if (weights_.size() < recursion_) {
    weights_.resize(recursion_);
    reversed_weights_.resize(recursion_);
    correlations_.resize(recursion_);
  }
}

// A circulant series, moved by what the n displacements so far say of the rest beyond what its own first n say of it
// (Hoffman and Ribak, Astrophys. J. 380, L5, 1991).
void FractionalNoise::make_the_rest(Random& random) {
  const std::size_t n = taken_;
  std::vector<double> latest_last(n), correlations(n > 0 ? longest_ : 0);
  for (std::size_t lag = 0; lag < correlations.size(); ++lag)
    correlations[lag] = 0.5 * displacement_covariance(alpha_, lag);
  std::reverse_copy(correlations.begin(), correlations.begin() + static_cast<std::ptrdiff_t>(n), latest_last.begin());
  const std::vector<double> eigenvalues = circulant_eigenvalues(alpha_, circulant_half_size(longest_));
  std::vector<double> normals(2 * eigenvalues.size()), difference(n);
  for (std::size_t axis = 0; axis < axes_; ++axis) {
    for (double& normal : normals) normal = random.normal();
    const std::vector<double> series = series_of(eigenvalues, 0.5, longest_, normals);
    for (std::size_t i = 0; i < n; ++i) difference[i] = past(axis, i) - series[i];
    std::vector<double> weights;
    if (n > 0) weights = solved(latest_last, difference);
    std::reverse(weights.begin(), weights.end());
    for (std::size_t i = n; i < longest_; ++i)
      past(axis, i) = series[i] + (n > 0 ? dot(correlations.data() + (i - n + 1), weights.data(), n) : 0);
  }
}

// From the prediction by n - 1 past displacements to that by n.
void FractionalNoise::advance() {
  const std::size_t n = taken_;
  const std::size_t end = recursion_;
  const double power_above = std::pow(static_cast<double>(n + 1), alpha_);
  const double correlation = 0.5 * ((power_below_ - 2 * power_) + power_above);
  power_below_ = power_;
  power_ = power_above;
  correlations_[end - n] = correlation;
  add_value(weights_.data(), reversed_weights_.data() + (end - n), correlations_.data() + (end - n), n, innovation_);
}

Displacement FractionalNoise::next(Random& random) {
  AN_ASSERT(taken_ < longest_);
  Displacement displacement{};
  if (alpha_ == 1) {
    for (std::size_t axis = 0; axis < axes_; ++axis) displacement[axis] = scale_ * random.normal();
    ++taken_;
    return displacement;
  }
  if (taken_ >= recursion_) {
    if (taken_ == recursion_) make_the_rest(random);
    for (std::size_t axis = 0; axis < axes_; ++axis) displacement[axis] = scale_ * past(axis, taken_);
    ++taken_;
    return displacement;
  }
  if (taken_ > 0) advance();
  const double sd = std::sqrt(innovation_);
  for (std::size_t axis = 0; axis < axes_; ++axis) {
    double* const latest = &past(axis, taken_) + 1;
    const double expected = dot(weights_.data(), latest, taken_);
    *(latest - 1) = expected + sd * random.normal();
    displacement[axis] = scale_ * *(latest - 1);
  }
  ++taken_;
  return displacement;
}

}  // namespace an::simulation
