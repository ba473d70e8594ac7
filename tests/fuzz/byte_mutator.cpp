// SPDX-License-Identifier: MIT
// How inputs of HDF5 are changed: a few bytes anywhere, which leaves most of the file as it should be; at times more.
#include <cstdint>
#include <random>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  std::minstd_rand random(seed + 1);
  if (size == 0 || random() % 8 == 0) return LLVMFuzzerMutate(data, size, max_size);
  for (std::size_t changes = 1 + random() % 4; changes > 0; --changes) {
    std::uint8_t& byte = data[random() % size];
    switch (random() % 4) {
      case 0:
        byte = static_cast<std::uint8_t>(byte ^ (1U << random() % 8));
        break;
      case 1:
        byte = 0xff;
        break;
      case 2:
        byte = static_cast<std::uint8_t>(byte + 1);
        break;
      default:
        byte = static_cast<std::uint8_t>(random() >> 8U);
    }
  }
  return size;
}
