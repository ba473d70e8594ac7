// SPDX-License-Identifier: MIT
// abort_program PLACE EXIT_CODE: the last rank throws at this place while the others wait there for it (at `end`: have
// come to their end).
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>

#include "io/result_file.hpp"
#include "parallel/overlapped_sum.hpp"
#include "parallel/work_list.hpp"

namespace {

using namespace an;

void write_results(const parallel::Communicator& world, bool throws) {
  const io::Table table{"/", "row", 10, {{"x", io::ColumnType::float64, "", "", 0}}};
  io::ResultFile file("abort_program.h5", world.uses_mpi());
  file.create(table);
  if (throws) throw std::runtime_error("thrown before the others close a file");
  const std::vector<std::vector<std::byte>> nothing(1);
  file.write(table, {}, nothing);
  file.commit();
}

void sum(const parallel::Communicator& world, bool throws) {
  constexpr std::size_t size = 1'000'000;
  parallel::OverlappedSum sum(world, size);
  sum.begin_from(size / 2);
  if (throws) throw std::runtime_error("thrown while a sum is under way");
  sum.finish();
}

void run(const parallel::Communicator& world, const std::string& place) {
  const bool throws = world.rank() == world.size() - 1;
  const auto thrower = [&](std::size_t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (throws) throw std::runtime_error("thrown in an item");
  };
  if (place == "work_list") {
    parallel::for_each_item(world, std::vector<double>(100, 1.0), thrower);
  } else if (place == "ordered_reduce") {
    const std::vector<std::int64_t> owner{0, world.size() - 1};
    const auto produce = [&](std::size_t item) {
      thrower(item);
      return std::vector<std::byte>(10);
    };
    parallel::for_each_in_order(world, owner, produce, [](std::size_t, std::span<const std::byte>) {});
  } else if (place == "message_under_way") {
    // What was sent before still waits for root, which is busy for longer than all may take.
    const std::vector<std::int64_t> owner(2, world.size() - 1);
    const auto produce = [&](std::size_t item) {
      if (item == 1) thrower(item);
      return std::vector<std::byte>(1'000'000);
    };
    if (world.is_root() && !throws) std::this_thread::sleep_for(std::chrono::seconds(20));
    parallel::for_each_in_order(world, owner, produce, [](std::size_t, std::span<const std::byte>) {});
  } else if (place == "runs") {
    const auto ranks = static_cast<std::size_t>(world.size());
    const std::vector<std::int64_t> owner(ranks, world.size() - 1);
    std::vector<parallel::ItemRun> runs;
    for (std::size_t item = 0; item < ranks; ++item) runs.push_back({item, item + 1});
    if (ranks == 1) thrower(0);  // to which nothing is brought
    const auto produce = [&](std::size_t item) {
      if (item + 2 == ranks) thrower(item);
      return std::vector<std::byte>(1'000'000);
    };
    parallel::bring_to_runs(world, owner, runs, produce, [](std::size_t, std::span<const std::byte>) {});
  } else if (place == "barrier") {
    thrower(0);
  } else if (place == "overlapped_sum") {
    sum(world, throws);
  } else if (place == "result_file") {
    write_results(world, throws);
  } else if (place == "end") {
    if (throws) throw std::runtime_error("thrown while others end");
    return;
  } else {
    throw std::invalid_argument("no such place: " + place);
  }
  world.barrier();
}

}  // namespace

int main(int, char** argv) {
  const parallel::Environment environment;
  try {
    run(environment.world(), argv[1]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "rank " << environment.world().rank() << ": " << error.what() << std::endl;
    environment.world().abort(std::atoi(argv[2]));
  }
}
