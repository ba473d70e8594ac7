// SPDX-License-Identifier: MIT
#include "parallel/overlapped_sum.hpp"

#include <algorithm>

#include "parallel/mpi_call.hpp"

namespace an::parallel {

namespace {

// Between two ranks, messages of a tag arrive in the order in which they are sent: that of the buckets.
constexpr int terms_tag = 4;
constexpr int sums_tag = 5;

// The part of a bucket that a rank adds.
Bucket share_of(const Bucket& bucket, std::size_t rank, std::size_t ranks) {
  const std::size_t size = bucket.end - bucket.first;
  return {bucket.first + size * rank / ranks, bucket.first + size * (rank + 1) / ranks};
}

}  // namespace

std::vector<Bucket> buckets_from_the_end(std::size_t size, std::size_t largest) {
  std::vector<Bucket> buckets;
  for (std::size_t end = size; end > 0; end = buckets.back().first)
    buckets.push_back({end - std::min(end, largest), end});
  return buckets;
}

// Every bucket makes two transfers: all ranks' terms to the ranks that add them, and sums to all ranks.
struct OverlappedSum::State {
  struct Transfer {
    Bucket bucket;
    std::vector<float> terms;           // of all ranks, in their order, for this rank's share
    std::vector<MPI_Request> requests;  // of what is under way
  };

  State(const Communicator& world, std::size_t size, std::size_t largest_bucket)
      : rank(static_cast<std::size_t>(world.rank())), ranks(static_cast<std::size_t>(world.size())), values(size) {
    if (ranks == 1) return;  // the terms are the sums
    for (const Bucket& bucket : buckets_from_the_end(size, largest_bucket)) {
      const Bucket mine = share_of(bucket, rank, ranks);
      transfers.push_back({bucket, std::vector<float>(ranks * (mine.end - mine.first)), {}});
    }
  }

  void send(Transfer& t, const Bucket& part, std::size_t to, int tag) {
    MPI_Request& request = t.requests.emplace_back(MPI_REQUEST_NULL);
    check(MPI_Isend(values.data() + part.first, static_cast<int>(part.end - part.first), MPI_FLOAT,
                    static_cast<int>(to), tag, MPI_COMM_WORLD, &request),
          "MPI_Isend");
  }
  static void receive(Transfer& t, float* data, std::size_t count, std::size_t from, int tag) {
    MPI_Request& request = t.requests.emplace_back(MPI_REQUEST_NULL);
    check(MPI_Irecv(data, static_cast<int>(count), MPI_FLOAT, static_cast<int>(from), tag, MPI_COMM_WORLD, &request),
          "MPI_Irecv");
  }

  void send_terms(Transfer& t) {
    const Bucket mine = share_of(t.bucket, rank, ranks);
    const std::size_t count = mine.end - mine.first;
    for (std::size_t other = 0; other < ranks; ++other) {
      if (other == rank) continue;
      receive(t, t.terms.data() + other * count, count, other, terms_tag);
      send(t, share_of(t.bucket, other, ranks), other, terms_tag);
    }
  }
  void add_and_send_sums(Transfer& t) {
    const Bucket mine = share_of(t.bucket, rank, ranks);
    const std::size_t count = mine.end - mine.first;
    float* const sums = t.terms.data();  // those of rank 0, to which the others are added
    std::copy_n(values.data() + mine.first, count, sums + rank * count);
    for (std::size_t other = 1; other < ranks; ++other)
      for (std::size_t i = 0; i < count; ++i) sums[i] += sums[other * count + i];
    std::copy_n(sums, count, values.data() + mine.first);
    t.requests.clear();
    for (std::size_t other = 0; other < ranks; ++other) {
      if (other == rank) continue;
      const Bucket theirs = share_of(t.bucket, other, ranks);
      receive(t, values.data() + theirs.first, theirs.end - theirs.first, other, sums_tag);
      send(t, mine, other, sums_tag);
    }
  }

  // Whether what is under way has come; waits for that if asked to.
  static bool arrived(Transfer& t, bool wait) {
    const int count = static_cast<int>(t.requests.size());
    int all = 1;
    if (wait)
      check(MPI_Waitall(count, t.requests.data(), MPI_STATUSES_IGNORE), "MPI_Waitall");
    else
      check(MPI_Testall(count, t.requests.data(), &all, MPI_STATUSES_IGNORE), "MPI_Testall");
    return all != 0;
  }
  // Buckets are added in their order, so that the order of the messages is every rank's.
  void move_on(bool wait) {
    while (added < begun && arrived(transfers[added], wait)) add_and_send_sums(transfers[added++]);
    while (summed < added && arrived(transfers[summed], wait)) transfers[summed++].requests.clear();
  }

  std::size_t rank, ranks;
  std::vector<float> values;
  std::vector<Transfer> transfers;
  std::size_t begun = 0, added = 0, summed = 0;  // buckets that have come so far
};

OverlappedSum::OverlappedSum(const Communicator& world, std::size_t size, std::size_t largest_bucket)
    : state_(std::make_unique<State>(world, size, largest_bucket)) {}

OverlappedSum::~OverlappedSum() {
  if (state_->summed < state_->begun) static_cast<void>(state_.release());
}

std::span<float> OverlappedSum::values() { return state_->values; }

void OverlappedSum::begin_from(std::size_t first) {
  State& s = *state_;
  while (s.begun < s.transfers.size() && s.transfers[s.begun].bucket.first >= first)
    s.send_terms(s.transfers[s.begun++]);
  s.move_on(false);
}

void OverlappedSum::finish() {
  begin_from(0);
  state_->move_on(true);
  state_->begun = state_->added = state_->summed = 0;
}

std::size_t OverlappedSum::summed_from() const {
  return state_->summed == 0 ? state_->values.size() : state_->transfers[state_->summed - 1].bucket.first;
}

}  // namespace an::parallel
