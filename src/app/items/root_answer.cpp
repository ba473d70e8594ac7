// SPDX-License-Identifier: MIT
#include "app/items/root_answer.hpp"

#include <cstdint>
#include <span>

namespace an::app {

bool on_root(const parallel::Communicator& world, const std::function<bool()>& question) {
  std::int64_t answer = world.is_root() && question() ? 1 : 0;
  world.max_of_all(std::span(&answer, 1));
  return answer != 0;
}

}  // namespace an::app
