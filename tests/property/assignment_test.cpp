// SPDX-License-Identifier: MIT
// The assignment against brute force, against LEMON's network simplex, and scipy's order among ties (in the parity
// tests).
#include <gtest/gtest.h>
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "core/assignment.hpp"

namespace an {
namespace {

struct Problem {
  std::size_t rows, columns;
  std::vector<double> costs;
};

// Costs are whole numbers, so that sums are exact and every judge agrees to the last digit; few different ones make
// many ties.
Problem random_problem(std::mt19937& random, std::size_t largest, int cost_values) {
  const auto size = [&] { return 1 + random() % largest; };
  Problem p{size(), size(), {}};
  for (std::size_t i = 0; i < p.rows * p.columns; ++i)
    p.costs.push_back(static_cast<double>(random() % static_cast<unsigned>(cost_values)));
  return p;
}

double solved_cost(const Problem& p) {
  AssignmentSolver solver;
  const auto matches = solver.solve(p.costs, p.rows, p.columns);
  EXPECT_EQ(matches.size(), std::min(p.rows, p.columns));
  std::vector<int> used(p.columns, 0);
  double cost = 0;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    if (i > 0) {
      EXPECT_LT(matches[i - 1].row, matches[i].row);
    }
    EXPECT_EQ(used[matches[i].column]++, 0);
    cost += p.costs[matches[i].row * p.columns + matches[i].column];
  }
  return cost;
}

double brute_force_cost(Problem p) {
  if (p.columns < p.rows) {
    Problem t{p.columns, p.rows, std::vector<double>(p.costs.size())};
    for (std::size_t i = 0; i < p.rows; ++i)
      for (std::size_t j = 0; j < p.columns; ++j) t.costs[j * p.rows + i] = p.costs[i * p.columns + j];
    p = std::move(t);
  }
  std::vector<std::size_t> order(p.columns);
  std::iota(order.begin(), order.end(), std::size_t{0});
  double best = 1e300;
  do {
    double cost = 0;
    for (std::size_t i = 0; i < p.rows; ++i) cost += p.costs[i * p.columns + order[i]];
    best = std::min(best, cost);
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

double lemon_cost(const Problem& p) {
  lemon::SmartDigraph graph;
  const auto source = graph.addNode();
  const auto sink = graph.addNode();
  lemon::SmartDigraph::ArcMap<long> cost(graph, 0);
  std::vector<lemon::SmartDigraph::Node> rows, columns;
  for (std::size_t i = 0; i < p.rows; ++i) rows.push_back(graph.addNode());
  for (std::size_t j = 0; j < p.columns; ++j) columns.push_back(graph.addNode());
  for (const auto row : rows) graph.addArc(source, row);
  for (const auto column : columns) graph.addArc(column, sink);
  for (std::size_t i = 0; i < p.rows; ++i)
    for (std::size_t j = 0; j < p.columns; ++j)
      cost[graph.addArc(rows[i], columns[j])] = static_cast<long>(p.costs[i * p.columns + j]);
  lemon::SmartDigraph::ArcMap<long> capacity(graph, 1);
  lemon::NetworkSimplex<lemon::SmartDigraph, long> simplex(graph);
  simplex.upperMap(capacity).costMap(cost).stSupply(source, sink, static_cast<long>(std::min(p.rows, p.columns)));
  EXPECT_EQ(simplex.run(), simplex.OPTIMAL);
  return static_cast<double>(simplex.totalCost());
}

TEST(Assignment, CostsAsLittleAsTheBestOfAllPermutations) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    const Problem p = random_problem(random, 7, seed % 2 == 0 ? 4 : 1000);
    ASSERT_EQ(solved_cost(p), brute_force_cost(p)) << "seed " << seed;
  }
}

TEST(Assignment, CostsAsLittleAsTheNetworkSimplexFinds) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937 random(seed);
    const Problem p = random_problem(random, 200, seed % 2 == 0 ? 10 : 100'000);
    ASSERT_EQ(solved_cost(p), lemon_cost(p)) << "seed " << seed;
  }
}

TEST(Assignment, TakesTheDiagonalOfAConstantMatrix) {
  const std::vector<double> costs(12, 0.5);
  AssignmentSolver solver;
  const auto matches = solver.solve(costs, 3, 4);
  ASSERT_EQ(matches.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(matches[i], (AssignedPair{i, i}));
}

}  // namespace
}  // namespace an
