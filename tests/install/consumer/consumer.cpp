// SPDX-License-Identifier: MIT
#include <cstdio>
#include <vector>

#include "evaluation/ensemble_metrics.hpp"
#include "evaluation/fov_score.hpp"

// Scores one trajectory and one ensemble by the installed library.
int main() {
  using namespace an;
  LabelTable truth, prediction;
  truth.append(std::vector<double>{0, 1, 1, 2, 50, 0.1, 0.5, 2, 100}, 1);
  prediction.append(std::vector<double>{0, 1, 1.5, 2, 52, 0.1, 0.5, 2, 100}, 1);
  const evaluation::FovScore score =
      evaluation::score_fov(evaluation::pair_by_index(truth, prediction), evaluation::Rules::official);
  for (std::size_t m = 0; m < score.scores.size(); ++m)
    std::printf("%s %g\n", evaluation::single_metric_names[m].data(), score.scores[m]);
  const EnsembleLabels labels{{1}, {0.01}, {1}, {0.01}, {1}};
  std::printf("w1_k %g\n", (*evaluation::paper_ensemble_distance(labels, labels).scores)[1]);
}
