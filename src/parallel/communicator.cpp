// SPDX-License-Identifier: MIT
#include "parallel/communicator.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <string>
#include <thread>
#include <utility>

#include "core/error.hpp"
#include "parallel/mpi_call.hpp"

namespace an::parallel {

namespace {

constexpr int message_tag = 1;
constexpr std::size_t largest_message = std::size_t{1} << 30;  // MPI counts are 32-bit

bool started_by_launcher() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE"})
    if (std::getenv(name) != nullptr) return true;
  return false;
}

// Whether srun started this process itself, not a shell of it.
bool started_by_srun() {
  std::ifstream parent(fmt::format("/proc/{}/comm", getppid()));
  std::string name;
  std::getline(parent, name);
  return name.starts_with("slurmstepd");
}

// Where srun has started several processes without telling MPI, each would take itself for the whole run.
void refuse_strangers(int ranks) {
  const char* const processes = std::getenv("SLURM_STEP_NUM_TASKS");
  if (ranks > 1 || processes == nullptr || std::atoi(processes) < 2 || std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr ||
      !started_by_srun())
    return;
  throw ConfigError(fmt::format(
      "srun has started {} processes that do not know of each other (expected srun --mpi=pmix, or mpirun)", processes));
}

// Calls `transfer` for each piece of the bytes that one MPI call can take.
template <class Byte, class Transfer>
void in_pieces(std::span<Byte> bytes, const Transfer& transfer) {
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), largest_message);
    transfer(bytes.data(), static_cast<int>(size));
    bytes = bytes.subspan(size);
  }
}

// Where a rank aborts while others are in MPI_Finalize, Open MPI's mpirun hangs or crashes once in fifteen times: so
// nobody ends MPI before all have come to their end. Without taking a core from those that have not.
void wait_for_all_ranks() {
  MPI_Request all = MPI_REQUEST_NULL;
  int are_there = MPI_Ibarrier(MPI_COMM_WORLD, &all) == MPI_SUCCESS ? 0 : 1;
  while (are_there == 0) {
    if (MPI_Test(&all, &are_there, MPI_STATUS_IGNORE) != MPI_SUCCESS) return;
    if (are_there == 0) std::this_thread::sleep_for(look_again);
  }
}

}  // namespace

struct SentMessage::State {
  std::vector<std::byte> bytes;
  std::uint64_t size;
  std::vector<MPI_Request> requests;
};

SentMessage::SentMessage() = default;

SentMessage::SentMessage(SentMessage&& other) noexcept = default;

SentMessage& SentMessage::operator=(SentMessage&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

SentMessage::~SentMessage() {
  if (!state_) return;
  if (std::uncaught_exceptions() > 0)
    static_cast<void>(state_.release());
  else
    MPI_Waitall(static_cast<int>(state_->requests.size()), state_->requests.data(), MPI_STATUSES_IGNORE);
}

void SentMessage::wait() {
  if (!state_) return;
  check(MPI_Waitall(static_cast<int>(state_->requests.size()), state_->requests.data(), MPI_STATUSES_IGNORE),
        "MPI_Waitall");
  state_.reset();
}

void Communicator::barrier() const {
  if (uses_mpi_) check(MPI_Barrier(MPI_COMM_WORLD), "MPI_Barrier");
}

std::size_t Communicator::size_on_root(std::size_t size) const {
  std::uint64_t of_root = size;
  if (uses_mpi_) check(MPI_Bcast(&of_root, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD), "MPI_Bcast");
  return of_root;
}

void Communicator::broadcast_in_place(std::span<std::byte> bytes) const {
  if (!uses_mpi_) return;
  in_pieces(bytes, [](std::byte* data, int count) {
    check(MPI_Bcast(data, count, MPI_BYTE, 0, MPI_COMM_WORLD), "MPI_Bcast");
  });
}

void Communicator::max_of_all(std::span<std::int64_t> values) const {
  if (!uses_mpi_ || values.empty()) return;
  check(
      MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_INT64_T, MPI_MAX, MPI_COMM_WORLD),
      "MPI_Allreduce");
}

void Communicator::sum_in_rank_order(std::span<float> values) const {
  if (size_ == 1 || values.empty()) return;
  if (!is_root()) {
    send(std::as_bytes(values), 0);
  } else {
    for (int rank = 1; rank < size_; ++rank) {
      const std::vector<std::byte> received = receive(rank);
      if (received.size() != values.size_bytes())
        throw Error(
            fmt::format("rank {} gives {} bytes to a sum (expected {})", rank, received.size(), values.size_bytes()));
      std::vector<float> others(values.size());
      std::memcpy(others.data(), received.data(), received.size());
      for (std::size_t i = 0; i < values.size(); ++i) values[i] += others[i];
    }
  }
  broadcast_in_place(std::as_writable_bytes(values));
}

void Communicator::send(std::span<const std::byte> bytes, int to) const {
  const std::uint64_t size = bytes.size();
  check(MPI_Send(&size, 1, MPI_UINT64_T, to, message_tag, MPI_COMM_WORLD), "MPI_Send");
  in_pieces(bytes, [to](const std::byte* data, int count) {
    check(MPI_Send(data, count, MPI_BYTE, to, message_tag, MPI_COMM_WORLD), "MPI_Send");
  });
}

SentMessage Communicator::begin_to_send(std::vector<std::byte> bytes, int to) const {
  SentMessage message;
  message.state_ = std::make_unique<SentMessage::State>();
  SentMessage::State& state = *message.state_;
  state.size = bytes.size();
  state.bytes = std::move(bytes);
  const auto begin = [&](const void* data, int count, MPI_Datatype type) {
    MPI_Request& request = state.requests.emplace_back(MPI_REQUEST_NULL);
    check(MPI_Isend(data, count, type, to, message_tag, MPI_COMM_WORLD, &request), "MPI_Isend");
  };
  begin(&state.size, 1, MPI_UINT64_T);
  in_pieces(std::span(state.bytes), [&](const std::byte* data, int count) { begin(data, count, MPI_BYTE); });
  return message;
}

std::vector<std::byte> Communicator::receive(int from) const {
  std::uint64_t size = 0;
  check(MPI_Recv(&size, 1, MPI_UINT64_T, from, message_tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE), "MPI_Recv");
  std::vector<std::byte> bytes(size);
  in_pieces(std::span(bytes), [from](std::byte* data, int count) {
    check(MPI_Recv(data, count, MPI_BYTE, from, message_tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE), "MPI_Recv");
  });
  return bytes;
}

void Communicator::abort(int exit_code) const {
  std::fflush(nullptr);
  if (uses_mpi_) MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);
}

Environment::Environment() {
  if (!started_by_launcher()) {
    refuse_strangers(1);
    return;
  }
  int provided = 0;
  check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &provided), "MPI_Init_thread");
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  world_.uses_mpi_ = true;
  world_.may_use_threads_ = provided >= MPI_THREAD_SERIALIZED;
  check(MPI_Comm_rank(MPI_COMM_WORLD, &world_.rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(MPI_COMM_WORLD, &world_.size_), "MPI_Comm_size");
  refuse_strangers(world_.size_);
  MPI_Comm node = MPI_COMM_NULL;
  check(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node), "MPI_Comm_split_type");
  check(MPI_Comm_rank(node, &world_.node_rank_), "MPI_Comm_rank");
  check(MPI_Comm_free(&node), "MPI_Comm_free");
  const int first_of_node = world_.node_rank_ == 0 ? 1 : 0;
  check(MPI_Allreduce(&first_of_node, &world_.nodes_, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD), "MPI_Allreduce");
}

Environment::~Environment() {
  if (!world_.uses_mpi_) return;
  wait_for_all_ranks();
  MPI_Finalize();
}

}  // namespace an::parallel
