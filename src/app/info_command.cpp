// SPDX-License-Identifier: MIT
#include "app/info_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "app/program_info.hpp"
#include "core/byte_archive.hpp"
#include "parallel/work_list.hpp"

namespace an::app {

namespace {

constexpr int label_width = 16;

void print_info(const nlohmann::ordered_json& info) {
  for (const auto& [name, value] : info.items()) {
    if (!value.is_object()) {
      std::cout << fmt::format("{:<{}}{}\n", name, label_width, value.get<std::string>());
      continue;
    }
    std::cout << name << '\n';
    for (const auto& [part, state] : value.items())
      std::cout << fmt::format("  {:<{}}{}\n", part, label_width - 2, state.get<std::string>());
  }
}

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

void print_ranks(const std::vector<std::string>& hosts) {
  const std::set<std::string> different(hosts.begin(), hosts.end());
  std::cout << fmt::format("\n{} rank{} on {} host{}\n", hosts.size(), hosts.size() == 1 ? "" : "s", different.size(),
                           different.size() == 1 ? "" : "s");
  for (std::size_t rank = 0; rank < hosts.size(); ++rank)
    std::cout << fmt::format("  rank {:<5} {}\n", rank, hosts[rank]);
}

// Every rank's host, on root.
std::vector<std::string> gathered_hosts(const parallel::Communicator& world) {
  std::vector<std::int64_t> owner(static_cast<std::size_t>(world.size()));
  std::iota(owner.begin(), owner.end(), std::int64_t{0});
  std::vector<std::string> hosts;
  parallel::for_each_in_order(
      world, owner,
      [](std::size_t) {
        ByteWriter writer;
        writer.put(host_name());
        return writer.take();
      },
      [&](std::size_t, std::span<const std::byte> bytes) { hosts.push_back(ByteReader(bytes).take_string()); });
  return hosts;
}

}  // namespace

ExitCode run_info(const InfoOptions& options, const parallel::Communicator& world) {
  if (world.is_root()) print_info(program_info());
  if (options.mpi) {
    const std::vector<std::string> hosts = gathered_hosts(world);
    if (world.is_root()) print_ranks(hosts);
  }
  return ExitCode::done;
}

}  // namespace an::app
