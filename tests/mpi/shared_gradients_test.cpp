// SPDX-License-Identifier: MIT
#include "app/train/shared_gradients.hpp"

#include "mpi_test_main.hpp"
#include "network_case.hpp"
#include "plain_gradients.hpp"

namespace an::app {
namespace {

using kernels::Backend;
using kernels::LossKind;
using kernels::Precision;
using test::NetworkCase;
using test::world;

std::vector<Backend> back_ends() {
  std::vector<Backend> found;
  for (const Backend b : {Backend::reference, Backend::onednn})
    if (kernels::backend_works(b)) found.push_back(b);
  return found;
}

// A batch of this rank's own, for a network of 124,723 parameters, which are two buckets, or with a batch norm.
NetworkCase case_of_rank(bool batch_norm, std::size_t images) {
  network::NetworkShape shape = test::plain_shape(LossKind::mae);
  shape.filters = {16, 32};
  shape.bottom = 64;
  shape.batch_norm = batch_norm;
  NetworkCase c(shape, images, 4, 8, true, 21 + static_cast<std::uint64_t>(world().rank()));
  c.weights = initial_weights(c.network, 3);
  return c;
}

std::vector<float> gradients(const NetworkCase& c, Backend backend, bool overlapped) {
  const auto executor = make_executor(backend, c.network.plan, Precision::f32);
  c.load(*executor);
  SharedGradients shared(world(), c.network.plan.parameters);
  const double weight = kernels::weight_of(c.targets);
  std::vector<float> found(c.network.plan.parameters);
  for (int step = 0; step < 2; ++step) {  // the second with what the first has left behind
    executor->forward(kernels::Mode::training);
    executor->loss(c.loss, c.targets);
    if (overlapped) {
      shared.backward(*executor, 0, weight);
      shared.finish(*executor);
    } else {
      executor->backward();
      test::share_gradients(world(), *executor, found.size(), weight);
    }
  }
  executor->read_gradients(found);
  return found;
}

TEST(SharedGradients, AreThoseSummedAfterBackward) {
  for (const Backend backend : back_ends())
    for (const bool batch_norm : {false, true}) {
      const NetworkCase c = case_of_rank(batch_norm, 2);
      const std::vector<float> found = gradients(c, backend, true);
      EXPECT_EQ(found, gradients(c, backend, false)) << kernels::backend_name(backend) << ' ' << batch_norm;
      EXPECT_TRUE(std::ranges::any_of(found, [](float g) { return g != 0; }));
    }
}

TEST(SharedGradients, AreThoseOfTheRanksThatHaveAny) {
  for (const Backend backend : back_ends())
    for (const int with : {0, world().size() - 1, world().size()}) {  // at last no rank at all
      NetworkCase c = case_of_rank(false, 2);
      if (world().rank() != with)
        for (std::size_t p = 0; p < 64; ++p) c.targets[p * kernels::target_channels + 4] = 0;
      const std::vector<float> found = gradients(c, backend, true);
      EXPECT_EQ(found, gradients(c, backend, false)) << kernels::backend_name(backend) << ' ' << with;
      EXPECT_EQ(std::ranges::any_of(found, [](float g) { return g != 0; }), with < world().size());
    }
}

TEST(SharedGradients, TheLossIsTheMeanOfAllRanksByTheirWeights) {
  const NetworkCase c = case_of_rank(false, 1);
  const auto executor = make_executor(Backend::reference, c.network.plan, Precision::f32);
  c.load(*executor);
  executor->forward(kernels::Mode::training);
  executor->loss(c.loss, c.targets);
  SharedGradients shared(world(), c.network.plan.parameters);
  const auto loss_of = [](int rank) { return 3.0 + rank; };
  const auto weight_of = [](int rank) { return 1.0 + 2 * rank; };
  double sum = 0, weights = 0;
  for (int rank = 0; rank < world().size(); ++rank) {
    sum += loss_of(rank) * weight_of(rank);
    weights += weight_of(rank);
  }
  shared.backward(*executor, loss_of(world().rank()), weight_of(world().rank()));
  EXPECT_NEAR(shared.finish(*executor), sum / weights, 1e-6);
}

TEST(SharedGradients, AreTheExecutorsOwnWhenAlone) {
  const NetworkCase c = case_of_rank(false, 1);
  const auto executor = make_executor(Backend::reference, c.network.plan, Precision::f32);
  c.load(*executor);
  executor->forward(kernels::Mode::training);
  executor->loss(c.loss, c.targets);
  SharedGradients shared(parallel::Communicator(), c.network.plan.parameters);
  shared.backward(*executor, 1.25, kernels::weight_of(c.targets));
  EXPECT_EQ(shared.finish(*executor), 1.25);
  std::vector<float> found(c.network.plan.parameters), expected(found.size());
  executor->read_gradients(found);
  executor->backward();
  executor->read_gradients(expected);
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace an::app

AN_MPI_TEST_MAIN()
