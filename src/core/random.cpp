// SPDX-License-Identifier: MIT
#include "core/random.hpp"

#include <Random123/philox.h>

#include <cmath>

#include "core/error.hpp"

namespace an {

namespace {

constexpr std::size_t layers = 256;
constexpr double last_layer = 3.6541528853610088;  // where the base layer's rectangle ends
constexpr double layer_area = 4.92867323399e-3;    // of each layer under exp(-x²/2)

// Layer i reaches from 0 to x[i] and from y[i] up to y[i + 1]; layer 0 holds the tail.
struct Ziggurat {
  std::array<double, layers + 1> x{};
  std::array<double, layers + 1> y{};

  Ziggurat() {
    const auto density = [](double at) { return std::exp(-0.5 * at * at); };
    x[0] = layer_area / density(last_layer);
    x[1] = last_layer;
    for (std::size_t i = 2; i < layers; ++i) x[i] = std::sqrt(-2 * std::log(layer_area / x[i - 1] + density(x[i - 1])));
    x[layers] = 0;
    for (std::size_t i = 0; i <= layers; ++i) y[i] = density(x[i]);
  }
};

const Ziggurat ziggurat;

}  // namespace

Random::Random(const RandomKey& key)
    : key_{static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32U)},
      counter_{0, key.particle, key.fov, key.experiment << 8U | static_cast<std::uint32_t>(key.stream)} {
  AN_ASSERT(key.experiment < 1U << 24U);
}

// The next blocks of four words.
void Random::make_words(std::uint32_t* words, std::size_t count) {
  const r123::Philox4x32::key_type key{{key_[0], key_[1]}};
  for (std::size_t block = 0; block < count; ++block) {
    const r123::Philox4x32::ctr_type counter{{counter_[0]++, counter_[1], counter_[2], counter_[3]}};
    const r123::Philox4x32::ctr_type made = r123::Philox4x32{}(counter, key);
    for (std::size_t i = 0; i < 4; ++i) words[4 * block + i] = made[i];
  }
}

void Random::refill() {
  make_words(words_.data(), blocks);
  next_ = 0;
}

void Random::fill(std::span<std::uint32_t> words) {
  const std::size_t whole = words.size() / 4;
  make_words(words.data(), whole);
  for (std::size_t i = 4 * whole; i < words.size(); ++i) words[i] = bits32();
}

std::uint32_t Random::below(std::uint32_t n) {
  // Lemire's multiplication, with rejection of the few values that would make it uneven.
  const std::uint32_t least = (0U - n) % n;
  for (;;) {
    const std::uint64_t product = std::uint64_t{bits32()} * n;
    if (static_cast<std::uint32_t>(product) >= least) return static_cast<std::uint32_t>(product >> 32U);
  }
}

double Random::normal() {
  const std::uint64_t bits = bits64();
  const std::size_t layer = bits & (layers - 1);
  const double u = static_cast<double>(static_cast<std::int64_t>(bits) >> 11U) * 0x1p-52;  // in [-1, 1)
  const double x = u * ziggurat.x[layer];
  return std::fabs(x) < ziggurat.x[layer + 1] ? x : normal_beyond(bits);
}

// Outside of the part of the layer that lies wholly under the curve.
double Random::normal_beyond(std::uint64_t bits) {
  for (;; bits = bits64()) {
    const std::size_t layer = bits & (layers - 1);
    const double u = static_cast<double>(static_cast<std::int64_t>(bits) >> 11U) * 0x1p-52;
    const double x = u * ziggurat.x[layer];
    if (std::fabs(x) < ziggurat.x[layer + 1]) return x;
    if (layer == 0) {  // the tail
      double beyond = 0;
      double height = 0;
      do {
        beyond = -std::log(uniform()) / last_layer;
        height = -std::log(uniform());
      } while (2 * height < beyond * beyond);
      return u < 0 ? -(last_layer + beyond) : last_layer + beyond;
    }
    if (ziggurat.y[layer] + uniform() * (ziggurat.y[layer + 1] - ziggurat.y[layer]) < std::exp(-0.5 * x * x)) return x;
  }
}

}  // namespace an
