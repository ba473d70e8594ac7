// SPDX-License-Identifier: MIT
#include "parallel/communicator.hpp"

#include <unistd.h>

#include <array>
#include <map>
#include <numeric>

#include "core/byte_archive.hpp"
#include "core/error.hpp"
#include "mpi_test_main.hpp"
#include "parallel/mpi_call.hpp"
#include "parallel/work_list.hpp"

namespace an::parallel {
namespace {

using test::world;

TEST(Communicator, NumbersTheRanksOfEachNode) {
  std::vector<std::int64_t> every_rank(static_cast<std::size_t>(world().size()));
  std::iota(every_rank.begin(), every_rank.end(), std::int64_t{0});
  std::map<std::string, int> ranks_of_host;
  for_each_in_order(
      world(), every_rank,
      [](std::size_t) {
        std::array<char, 256> host{};
        gethostname(host.data(), host.size() - 1);
        ByteWriter writer;
        writer.put(std::string(host.data()));
        writer.put(world().node_rank());
        return writer.take();
      },
      [&](std::size_t rank, std::span<const std::byte> bytes) {
        ByteReader reader(bytes);
        const std::string host = reader.take_string();
        EXPECT_EQ(reader.take<int>(), ranks_of_host[host]++) << "rank " << rank << " on " << host;
      });
  if (world().is_root()) {
    EXPECT_EQ(world().nodes(), static_cast<int>(ranks_of_host.size()));
  }
}

TEST(Communicator, ACallThatFailsIsNamedWithMpisWords) {
  try {
    check(MPI_ERR_RANK, "MPI_Send");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).rfind("MPI_Send failed: MPI_ERR_RANK", 0), 0U) << error.what();
  }
}

TEST(Communicator, IsAloneOnItsNodeWithoutALauncher) {
  EXPECT_EQ(Communicator().node_rank(), 0);
  EXPECT_EQ(Communicator().nodes(), 1);
}

}  // namespace
}  // namespace an::parallel

AN_MPI_TEST_MAIN()
