// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "kernels/bilinear.hpp"
#include "kernels/kernels.hpp"

namespace an::kernels {

template <class N>
AN_HOST_DEVICE inline N sign_of(N x) {
  return x > 0 ? N(1) : x < 0 ? N(-1) : N(0);
}

/// Cross-entropy of four logits against a state; adds weight * gradient to `gradient`.
template <class N>
AN_HOST_DEVICE inline N state_cross_entropy(const N* logits, int state, N weight, N* gradient) {
  N largest = logits[0], sum = 0;
  for (int i = 1; i < 4; ++i) largest = logits[i] > largest ? logits[i] : largest;
  for (int i = 0; i < 4; ++i) sum += std::exp(logits[i] - largest);
  for (int i = 0; i < 4; ++i)
    gradient[i] += weight * (std::exp(logits[i] - largest) / sum - (i == state ? N(1) : N(0)));
  return std::log(sum) + largest - logits[state];
}

/// Loss of one pixel, not yet times its weight, and its gradient for each output channel.
/// \param target alpha, ln K, state, change, weight
template <class N>
AN_HOST_DEVICE inline N pixel_loss(const Loss& loss, const N* output, const N* target, N* gradient) {
  const N alpha = target[0], log_k = target[1];
  const int state = static_cast<int>(target[2]);
  switch (loss.kind) {
    case LossKind::mae: {
      const N error = output[0] - alpha;
      gradient[0] = sign_of(error);
      return std::abs(error);
    }
    case LossKind::msle: {  // Keras clips predictions from below at 1e-7
      const N k = output[0] > N(1e-7) ? output[0] : N(1e-7);
      const N error = std::log1p(k) - std::log1p(std::exp(log_k));
      gradient[0] = output[0] > N(1e-7) ? 2 * error / (1 + k) : N(0);
      return error * error;
    }
    case LossKind::cross_entropy:
      for (int i = 0; i < 4; ++i) gradient[i] = 0;
      return state_cross_entropy(output, state, N(1), gradient);
    case LossKind::joint:
      break;
  }
  const N alpha_error = output[0] - alpha, raw_error = output[1] - log_k;
  gradient[0] = N(loss.alpha) * sign_of(alpha_error);
  N sum = N(loss.alpha) * std::abs(alpha_error);
  const N bounded = output[1] < N(8) ? output[1] : N(8);  // K stays finite
  const N k = std::exp(bounded), error = std::log1p(k) - std::log1p(std::exp(log_k));
  const N slope = output[1] < N(8) ? k / (1 + k) : N(0);
  sum += N(loss.log_k) * (error * error + std::abs(error)) + N(loss.raw_k) * std::abs(raw_error);
  gradient[1] = N(loss.log_k) * (2 * error + sign_of(error)) * slope + N(loss.raw_k) * sign_of(raw_error);
  for (int i = 2; i < 6; ++i) gradient[i] = 0;
  sum += N(loss.state) * state_cross_entropy(output + 2, state, N(loss.state), gradient + 2);
  const N logit = output[6], changed = target[3];
  const N probability = 1 / (1 + std::exp(-logit));
  gradient[6] = N(loss.change) * (probability - changed);
  sum += N(loss.change) * ((logit > 0 ? logit : N(0)) - logit * changed + std::log1p(std::exp(-std::abs(logit))));
  return sum;
}

}  // namespace an::kernels
