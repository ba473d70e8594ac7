// SPDX-License-Identifier: MIT
#include "app/items/root_answer.hpp"

#include "mpi_test_main.hpp"

namespace an::app {
namespace {

using test::world;

TEST(OnRoot, EveryRankGetsRootsAnswer) {
  int asked = 0;
  const auto with_answer = [&](bool on_first) {
    return on_root(world(), [&] {
      ++asked;
      return on_first == world().is_root();
    });
  };
  EXPECT_TRUE(with_answer(true));
  EXPECT_FALSE(with_answer(false));
  EXPECT_EQ(asked, world().is_root() ? 2 : 0);
}

}  // namespace
}  // namespace an::app

AN_MPI_TEST_MAIN()
