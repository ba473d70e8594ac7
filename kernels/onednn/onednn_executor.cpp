// SPDX-License-Identifier: MIT
#include "kernels/back_ends.hpp"
#include "kernels/onednn/image_executor.hpp"
#include "kernels/onednn/onednn_kernels.hpp"

namespace an::kernels {

namespace {

std::string_view instruction_set() {
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::sse41:
      return "sse41";
    case dnnl::cpu_isa::avx:
      return "avx";
    case dnnl::cpu_isa::avx2:
      return "avx2";
    case dnnl::cpu_isa::avx2_vnni:
      return "avx2_vnni";
    case dnnl::cpu_isa::avx512_core:
      return "avx512_core";
    case dnnl::cpu_isa::avx512_core_vnni:
      return "avx512_core_vnni";
    case dnnl::cpu_isa::avx512_core_bf16:
      return "avx512_core_bf16";
    default:
      return onednn::library_uses(dnnl::cpu_isa::avx512_core_amx) ? "avx512_core_amx" : "another instruction set";
  }
}

template <class Activation>
std::unique_ptr<Executor> make_executor_of(const Plan& plan) {
  using Kernels = onednn::OneDnnKernels<Activation>;
  if (plan.values[plan.input].shape.images > 1 && onednn::works_by_image(plan))
    return std::make_unique<onednn::ImageExecutor<Kernels>>(plan);
  return std::make_unique<PlanExecutor<Kernels>>(plan);
}

}  // namespace

std::string onednn_description() {
  const dnnl_version_t& v = *dnnl_version();
  const int threads = onednn::set_threads();
  return "oneDNN " + std::to_string(v.major) + '.' + std::to_string(v.minor) + '.' + std::to_string(v.patch) + ", " +
         std::string(instruction_set()) + ", " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
}

bool onednn_works() { return true; }

std::unique_ptr<Executor> make_onednn_executor(const Plan& plan, Precision precision) {
  if (precision == Precision::f32) return make_executor_of<float>(plan);
  if (!onednn::multiplies_bf16())
    throw BackendMissing("back end onednn: precision bf16 needs a processor with avx512_core_bf16 (this one has " +
                         std::string(instruction_set()) + ")");
  return make_executor_of<Bf16>(plan);
}

}  // namespace an::kernels
