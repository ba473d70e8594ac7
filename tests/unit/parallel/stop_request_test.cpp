// SPDX-License-Identifier: MIT
#include "parallel/stop_request.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace an::parallel {
namespace {

// Requests stay for the rest of the program, so there is one test of them.
TEST(StopRequest, IsNamedByItsStrongestCause) {
  const Communicator alone;
  EXPECT_FALSE(stop_is_asked());
  EXPECT_EQ(stop_asked_of_any(alone), "");
  heed_stop_requests({});
  EXPECT_FALSE(stop_is_asked());
  heed_stop_requests(3600);
  EXPECT_FALSE(stop_is_asked());
  heed_stop_requests(0);
  EXPECT_TRUE(stop_is_asked());
  EXPECT_EQ(stop_asked_of_any(alone), "the end of --max-time");
  std::raise(SIGUSR1);
  EXPECT_TRUE(stop_is_asked());
  EXPECT_EQ(stop_asked_of_any(alone), "SIGUSR1");
  std::raise(SIGTERM);
  EXPECT_EQ(stop_asked_of_any(alone), "SIGTERM");
}

}  // namespace
}  // namespace an::parallel
