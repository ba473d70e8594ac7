// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "segmentation/experiment_model.hpp"

namespace an::segmentation {

/// A model of these states, all as likely at the start, which change now and then; one or many of them.
ExperimentModel first_guess(std::vector<StatePopulation> states, const LocalisationErrors& errors);

/// Gives a model the dynamics of two states, the first of them the rarer one.
void set_rare_first_state(ExperimentModel& model);

/// A model of one state with another that is rare: one far slower, and one far faster.
std::vector<ExperimentModel> with_rare_state(const ExperimentModel& model);

/// The states with one more: each of them in turn made two, of smaller and larger alpha or K.
std::vector<std::vector<StatePopulation>> with_one_more(const ExperimentModel& model);

}  // namespace an::segmentation
