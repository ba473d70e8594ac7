// SPDX-License-Identifier: MIT
#include "core/sparse_assignment.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/assignment.hpp"
#include "core/random.hpp"

namespace an {
namespace {

struct Problem {
  std::size_t rows, columns;
  std::vector<double> alone;
  std::vector<std::vector<std::pair<std::size_t, double>>> pairs;
};

Problem random_problem(Random& random) {
  Problem problem{1 + random.below(9), 1 + random.below(9), {}, {}};
  const double density = random.uniform();
  const bool ties = random.coin(0.3);
  const auto cost = [&] { return ties ? static_cast<double>(random.below(4)) - 1 : 10 * random.uniform() - 4; };
  for (std::size_t i = 0; i < problem.rows; ++i) {
    problem.alone.push_back(cost());
    problem.pairs.emplace_back();
    for (std::size_t j = 0; j < problem.columns; ++j)
      if (random.coin(density)) problem.pairs.back().emplace_back(j, cost());
  }
  return problem;
}

// The same as one dense assignment: a column of its own for every row.
double dense_cost(const Problem& problem) {
  constexpr double forbidden = 1e6;
  const std::size_t columns = problem.columns + problem.rows;
  std::vector<double> costs(problem.rows * columns, forbidden);
  for (std::size_t i = 0; i < problem.rows; ++i) {
    for (const auto& [j, cost] : problem.pairs[i]) costs[i * columns + j] = cost;
    costs[i * columns + problem.columns + i] = problem.alone[i];
  }
  double sum = 0;
  AssignmentSolver solver;
  for (const AssignedPair& pair : solver.solve(costs, problem.rows, columns))
    sum += costs[pair.row * columns + pair.column];
  return sum;
}

TEST(SparseAssignment, IsAsCheapAsTheDenseOne) {
  Random random({7, 0, 0, 0, RandomStream::vip});
  SparseAssignment solver;
  for (int repetition = 0; repetition < 5000; ++repetition) {
    const Problem problem = random_problem(random);
    solver.begin(problem.columns);
    for (std::size_t i = 0; i < problem.rows; ++i) {
      solver.add_row(problem.alone[i]);
      for (const auto& [j, cost] : problem.pairs[i]) solver.add_pair(j, cost);
    }
    const auto chosen = solver.solve();
    ASSERT_EQ(chosen.size(), problem.rows);
    double sum = 0;
    std::vector<int> used(problem.columns);
    for (std::size_t i = 0; i < problem.rows; ++i) {
      if (chosen[i] == SparseAssignment::none) {
        sum += problem.alone[i];
        continue;
      }
      ASSERT_EQ(++used[chosen[i]], 1);
      const auto pair = std::find_if(problem.pairs[i].begin(), problem.pairs[i].end(),
                                     [&](const auto& p) { return p.first == chosen[i]; });
      ASSERT_NE(pair, problem.pairs[i].end());
      sum += pair->second;
    }
    EXPECT_NEAR(sum, dense_cost(problem), 1e-9);
  }
}

TEST(SparseAssignment, TakesNothing) {
  SparseAssignment solver;
  solver.begin(0);
  EXPECT_TRUE(solver.solve().empty());
  solver.begin(0);
  solver.add_row(1);
  EXPECT_EQ(solver.solve()[0], SparseAssignment::none);
}

}  // namespace
}  // namespace an
