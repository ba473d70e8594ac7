// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "core/byte_archive.hpp"
#include "parallel/communicator.hpp"

namespace an::app {

/// Root's answer, on every rank, to a question that only root is asked: what files there are decides what all ranks do
/// next, and files appear for ranks at different times. Collective.
bool on_root(const parallel::Communicator& world, const std::function<bool()>& question);

/// What root makes, on every rank: thousands of ranks that look through folders would wait for the file system. An
/// exception on root ends the run. Collective. T has pack(ByteWriter&, const T&) and unpack(ByteReader&, T&).
template <class T>
T made_on_root(const parallel::Communicator& world, const std::function<T()>& make) {
  if (world.size() == 1) return make();
  T made;
  ByteWriter writer;
  if (world.is_root()) pack(writer, made = make());
  std::vector<std::byte> bytes = writer.take();
  world.broadcast(bytes);
  ByteReader reader(bytes);
  if (!world.is_root()) unpack(reader, made);
  return made;
}

}  // namespace an::app
