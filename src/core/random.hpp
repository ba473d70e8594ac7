// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace an {

/// What random numbers are for: each purpose has numbers of its own, so that one more draw of one changes no other.
enum class RandomStream : std::uint8_t {
  experiment,    ///< hyper-parameters of an experiment (fov and particle 0)
  layout,        ///< trap and disc centres
  particle,      ///< a particle's parameters, start, displacements and coins
  fov,           ///< origin of the field of view
  localisation,  ///< localisation noise
  vip,           ///< election of VIPs
  video,         ///< brightness, background and shot noise
  paths,         ///< state paths drawn from their posterior
  weights,       ///< initial weights of a network (experiment: the variable)
  training,      ///< which experiments a network learns from, how their fields of view are turned and mixed
  rows,          ///< which tiles of a batch are thinned (fov: the batch)
  schedule       ///< which measured items a simulated schedule has
};

/// The name of a sequence of random numbers. Equal names give equal numbers, on any rank and in any order.
struct RandomKey {
  std::uint64_t seed = 0;
  std::uint32_t experiment = 0;  ///< below 2^24
  std::uint32_t fov = 0;
  std::uint32_t particle = 0;
  RandomStream stream = RandomStream::particle;
};

/// A sequence of random numbers that is named rather than seeded: Philox4x32-10 (Salmon et al., SC 2011), whose counter
/// holds the name and the place in the sequence. 2^34 32-bit numbers a name.
class Random {
 public:
  explicit Random(const RandomKey& key);

  /// 32 and 64 random bits.
  std::uint32_t bits32() {
    if (next_ == words_.size()) refill();
    return words_[next_++];
  }
  std::uint64_t bits64() {
    const std::uint64_t high = bits32();
    return high << 32U | bits32();
  }
  /// Many times 32 random bits at once.
  void fill(std::span<std::uint32_t> words);
  /// Uniform in (0, 1), never an end; 52 random bits.
  double uniform() { return (static_cast<double>(bits64() >> 12U) + 0.5) * 0x1p-52; }
  /// True with this probability. \param probability in [0, 1]: 0 is never, 1 always
  bool coin(double probability) { return uniform() < probability; }
  /// Uniform integer in [0, n). \pre n > 0
  std::uint32_t below(std::uint32_t n);
  /// Standard normal (ziggurat of Marsaglia and Tsang, 2000, with 256 layers and 52 random bits).
  double normal();

 private:
  void refill();
  void make_words(std::uint32_t* words, std::size_t count);
  double normal_beyond(std::uint64_t bits);

  static constexpr std::size_t blocks = 16;
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4 * blocks> words_;
  std::size_t next_ = words_.size();
};

}  // namespace an
