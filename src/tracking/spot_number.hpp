// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "kernels/spot_fit.hpp"
#include "tracking/frame_model.hpp"

namespace an::tracking {

/// How bright the particles of a video are, in photons.
struct Brightness {
  double mean = 0, sd = 0;  ///< over particles; 0 where they are not known
  double noise = 0;         ///< typical standard deviation of one isolated spot's measured photons
};

/// Decides how many spots a group of overlapping ones is made of, one more or less at a time, by evidence in one window
/// that has to hold every hypothesis.
class SpotNumber {
 public:
  /// Of spots of a frame as they are modelled now. \param evidence log-likelihood that a spot has to bring
  SpotNumber(FrameModel& frame, const kernels::FitSetting& setting, const Brightness& brightness, double evidence)
      : data_(frame.host_data()),
        model_(frame.fetch_model()),
        setting_(setting),
        brightness_(brightness),
        evidence_(evidence) {}

  /// Takes spots away, then adds some, as long as the evidence asks for it; as many as before are the same as before
  /// but for a fit. \param own the spots of a group
  void choose(std::vector<kernels::Spot>& own) const;

 private:
  bool too_bright(const std::vector<kernels::Spot>& own) const;
  bool take_one(kernels::GroupFit& group, std::vector<kernels::Spot>& own, double& cost) const;
  bool add_one(kernels::GroupFit& group, std::vector<kernels::Spot>& own, double& cost) const;
  double elongation(const kernels::Spot& spot) const;

  const FrameModel::HostImage& data_;
  const FrameModel::HostImage& model_;
  const kernels::FitSetting& setting_;
  const Brightness& brightness_;
  double evidence_;
};

}  // namespace an::tracking
