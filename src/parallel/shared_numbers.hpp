// SPDX-License-Identifier: MIT
#pragma once

#include <mpi.h>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "parallel/communicator.hpp"

namespace an::parallel {

/// Numbers on root that all ranks read and change without any rank waiting for what another computes. On one node they
/// lie in memory that all ranks reach (MPI's one-sided calls). Ranks of other nodes ask by messages, which a thread of
/// root answers: over TCP MPI answers one-sided calls only when root calls MPI itself, after the item in its hand, and
/// some builds have no such calls between nodes at all (Debian's Open MPI over TCP).
class SharedNumbers {
 public:
  /// All numbers are 0. Collective.
  SharedNumbers(const Communicator& ranks, std::size_t count);
  SharedNumbers(const SharedNumbers&) = delete;
  SharedNumbers& operator=(const SharedNumbers&) = delete;

  /// Adds to a number. \returns what it was before
  std::int64_t add(std::size_t place, std::int64_t term);

  /// Adds 1 to a number many times, without waiting for each answer.
  void add_ones(std::size_t place, int times);

  /// Collective, at the end; not in the destructor, where a failing rank would wait for the others.
  void close();
  /// How many ranks ask root: by message it does not ask itself.
  int asking_ranks() const { return way_ == Way::messages ? ranks_.size() - 1 : ranks_.size(); }

 private:
  struct Question {
    std::int64_t place, term;  ///< place -1: this rank will ask no more
  };
  enum class Way { alone, window, messages };

  void make_window(std::size_t count);
  std::int64_t add_here(std::size_t place, std::int64_t term);
  static void send(const Question& question);
  static std::int64_t receive_answer();
  void answer(const std::stop_token& stop);
  /// Answers a question, if there is one. \returns whether there was
  bool answer_one();

  const Communicator& ranks_;
  Way way_;
  std::vector<std::int64_t> here_;  ///< alone, and on root with messages
  MPI_Win window_ = MPI_WIN_NULL;
  std::mutex turn_;         ///< of root's threads: to change numbers, to call MPI
  int still_asking_;        ///< ranks
  std::jthread answering_;  ///< on root; last, so that it ends before what it uses
};

}  // namespace an::parallel
