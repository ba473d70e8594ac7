// SPDX-License-Identifier: MIT
#include "kernels/back_ends.hpp"

namespace an::kernels {

std::string_view backend_name(Backend backend) {
  switch (backend) {
    case Backend::reference:
      return "reference";
    case Backend::onednn:
      return "onednn";
    case Backend::cuda:
      return "cuda";
  }
  return "";
}

Backend backend_of_name(std::string_view name) {
  for (const Backend b : all_backends)
    if (name == backend_name(b)) return b;
  throw std::invalid_argument("no back end `" + std::string(name) + "` (reference, onednn, cuda)");
}

std::string_view precision_name(Precision precision) { return precision == Precision::f32 ? "f32" : "bf16"; }

Precision precision_of_name(std::string_view name) {
  for (const Precision p : all_precisions)
    if (name == precision_name(p)) return p;
  throw std::invalid_argument("no precision `" + std::string(name) + "` (f32, bf16)");
}

double weight_of(std::span<const float> targets) {
  double sum = 0;
  for (std::size_t i = target_channels - 1; i < targets.size(); i += target_channels)
    sum += static_cast<double>(targets[i]);
  return sum;
}

std::size_t output_channels(LossKind kind) {
  switch (kind) {
    case LossKind::mae:
    case LossKind::msle:
      return 1;
    case LossKind::cross_entropy:
      return 4;
    case LossKind::joint:
      return 7;
  }
  return 0;
}

std::unique_ptr<Executor> make_executor(Backend backend, const Plan& plan, Precision precision, int device) {
  switch (backend) {
    case Backend::reference:
      if (precision != Precision::f32)
        throw BackendMissing("back end reference: it has no precision bf16 (expected f32, or back end onednn or cuda)");
      return make_reference_executor(plan);
    case Backend::onednn:
      return make_onednn_executor(plan, precision);
    case Backend::cuda:
      return make_cuda_executor(plan, precision, device);
  }
  return nullptr;
}

std::string backend_description(Backend backend) {
  switch (backend) {
    case Backend::reference:
      return "plain loops";
    case Backend::onednn:
      return onednn_description();
    case Backend::cuda:
      return cuda_description();
  }
  return "";
}

bool backend_works(Backend backend) {
  return backend == Backend::reference || (backend == Backend::onednn ? onednn_works() : cuda_works());
}

}  // namespace an::kernels
