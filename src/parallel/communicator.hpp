// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace an::parallel {

/// How long a rank sleeps that waits for another, before it looks again.
inline constexpr std::chrono::milliseconds look_again{1};

/// A message that may still be on its way.
class SentMessage {
 public:
  SentMessage();
  SentMessage(SentMessage&& other) noexcept;
  SentMessage& operator=(SentMessage&& other) noexcept;
  /// Waits. Where an exception ends this rank, the message's memory is not given back instead: MPI still uses it.
  ~SentMessage();
  /// Until all of it has left this rank.
  void wait();

 private:
  friend class Communicator;
  struct State;
  std::unique_ptr<State> state_;  ///< none: it has left
};

/// The ranks of the run. Without a launcher (mpirun, srun) there is one rank and MPI is never started: that costs a
/// lone process a third of a second.
class Communicator {
 public:
  int rank() const { return rank_; }
  int size() const { return size_; }
  bool is_root() const { return rank_ == 0; }
  /// This rank's place among those of its node (that share its memory), and how many nodes there are.
  int node_rank() const { return node_rank_; }
  int nodes() const { return nodes_; }
  /// Whether a thread other than the first may call MPI, in turns with it.
  bool may_use_threads() const { return may_use_threads_; }
  /// Whether MPI runs; else there is one rank.
  bool uses_mpi() const { return uses_mpi_; }

  void barrier() const;
  /// Sends root's values to every rank, as many as there are: a text, or a vector of plain values.
  template <class Values>
  requires std::is_trivially_copyable_v<typename Values::value_type>
  void broadcast(Values& values) const {
    values.resize(size_on_root(values.size()));
    broadcast_in_place(std::as_writable_bytes(std::span(values)));
  }
  /// Largest value of every element over the ranks, on every rank.
  void max_of_all(std::span<std::int64_t> values) const;
  /// Sums of every element over the ranks, on every rank; added in the order of the ranks.
  void sum_in_rank_order(std::span<float> values) const;
  /// Point to point; messages of any size. A message that is begun does not wait for who receives it.
  void send(std::span<const std::byte> bytes, int to) const;
  SentMessage begin_to_send(std::vector<std::byte> bytes, int to) const;
  std::vector<std::byte> receive(int from) const;

  /// Ends every rank at once with this exit code.
  [[noreturn]] void abort(int exit_code) const;

 private:
  friend class Environment;
  std::size_t size_on_root(std::size_t size) const;
  void broadcast_in_place(std::span<std::byte> bytes) const;

  int rank_ = 0;
  int size_ = 1;
  int node_rank_ = 0;
  int nodes_ = 1;
  bool uses_mpi_ = false;
  bool may_use_threads_ = false;
};

/// Starts MPI, if a launcher started this process, and ends it. One object a program.
/// A rank that fails must call Communicator::abort(): ending MPI on one rank alone would wait for the others for ever.
class Environment {
 public:
  /// \throws ConfigError where a launcher has started several processes that MPI does not bring together
  Environment();
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  const Communicator& world() const { return world_; }

 private:
  Communicator world_;
};

}  // namespace an::parallel
