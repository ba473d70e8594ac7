// SPDX-License-Identifier: MIT
#include "kernels/cuda/matrix_products.hpp"

namespace an::kernels::cuda {

namespace {

constexpr std::size_t workspace_bytes = std::size_t{32} << 20U;
constexpr std::uint32_t alignment_bytes = 32;

class Preference {
 public:
  Preference() { check(cublasLtMatmulPreferenceCreate(&preference_), "cublasLtMatmulPreferenceCreate"); }
  ~Preference() { cublasLtMatmulPreferenceDestroy(preference_); }
  Preference(const Preference&) = delete;
  Preference& operator=(const Preference&) = delete;
  cublasLtMatmulPreference_t get() const { return preference_; }

 private:
  cublasLtMatmulPreference_t preference_ = nullptr;
};

}  // namespace

// cuBLAS has columns after columns, so that it reckons c' = b' a'.
struct MatrixProducts::Prepared {
  cublasLtMatmulDesc_t operation = nullptr;
  cublasLtMatrixLayout_t a = nullptr, b = nullptr, c = nullptr;
  cublasLtMatmulHeuristicResult_t choice{};

  Prepared() = default;
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  ~Prepared() {
    for (cublasLtMatrixLayout_t layout : {a, b, c})
      if (layout != nullptr) cublasLtMatrixLayoutDestroy(layout);
    if (operation != nullptr) cublasLtMatmulDescDestroy(operation);
  }
};

MatrixProducts::MatrixProducts(bool bf16, cudaStream_t stream)
    : type_(bf16 ? CUDA_R_16BF : CUDA_R_32F), stream_(stream), workspace_(workspace_bytes) {
  check(cublasLtCreate(&handle_), "cublasLtCreate");
}

MatrixProducts::~MatrixProducts() {
  prepared_.clear();
  cublasLtDestroy(handle_);
}

// The library's best algorithm for a product that is described.
void MatrixProducts::choose_algorithm(Prepared& p) {
  Preference preference;
  const auto set = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
    check(cublasLtMatmulPreferenceSetAttribute(preference.get(), attribute, &value, sizeof value),
          "cublasLtMatmulPreferenceSetAttribute");
  };
  set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, workspace_bytes);
  for (const auto attribute : {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
                               CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES})
    set(attribute, alignment_bytes);
  int count = 0;
  const cublasStatus_t status =
      cublasLtMatmulAlgoGetHeuristic(handle_, p.operation, p.a, p.b, p.c, p.c, preference.get(), 1, &p.choice, &count);
  check(count == 0 && status == CUBLAS_STATUS_SUCCESS ? CUBLAS_STATUS_NOT_SUPPORTED : status,
        "cublasLtMatmulAlgoGetHeuristic");
}

MatrixProducts::Prepared& MatrixProducts::prepared(const Key& key) {
  if (const auto found = prepared_.find(key); found != prepared_.end()) return *found->second;
  auto made = std::make_unique<Prepared>();
  Prepared& p = *made;
  const auto [rows, columns, inner, a_transposed, b_transposed, float_result, bias, relu] = key;
  const auto set = [&](cublasLtMatmulDescAttributes_t attribute, const auto& value) {
    check(cublasLtMatmulDescSetAttribute(p.operation, attribute, &value, sizeof value),
          "cublasLtMatmulDescSetAttribute");
  };
  const auto layout = [](cublasLtMatrixLayout_t* out, cudaDataType_t type, long high, long wide) {
    check(
        cublasLtMatrixLayoutCreate(out, type, static_cast<std::uint64_t>(high), static_cast<std::uint64_t>(wide), high),
        "cublasLtMatrixLayoutCreate");
  };
  check(cublasLtMatmulDescCreate(&p.operation, CUBLAS_COMPUTE_32F, CUDA_R_32F), "cublasLtMatmulDescCreate");
  set(CUBLASLT_MATMUL_DESC_TRANSA, b_transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
  set(CUBLASLT_MATMUL_DESC_TRANSB, a_transposed ? CUBLAS_OP_T : CUBLAS_OP_N);
  const cublasLtEpilogue_t epilogue = !bias  ? CUBLASLT_EPILOGUE_DEFAULT
                                      : relu ? CUBLASLT_EPILOGUE_RELU_BIAS
                                             : CUBLASLT_EPILOGUE_BIAS;
  set(CUBLASLT_MATMUL_DESC_EPILOGUE, epilogue);
  layout(&p.a, type_, b_transposed ? inner : columns, b_transposed ? columns : inner);
  layout(&p.b, type_, a_transposed ? rows : inner, a_transposed ? inner : rows);
  layout(&p.c, float_result ? CUDA_R_32F : type_, columns, rows);
  choose_algorithm(p);
  return *prepared_.emplace(key, std::move(made)).first->second;
}

void MatrixProducts::multiply(long rows, long columns, long inner, Matrix a, Matrix b, void* c, bool float_result,
                              Epilogue epilogue) {
  Prepared& p = prepared(
      {rows, columns, inner, a.transposed, b.transposed, float_result, epilogue.bias != nullptr, epilogue.relu});
  if (epilogue.bias != nullptr)
    check(cublasLtMatmulDescSetAttribute(p.operation, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &epilogue.bias,
                                         sizeof epilogue.bias),
          "cublasLtMatmulDescSetAttribute");
  const float one = 1, zero = 0;
  check(cublasLtMatmul(handle_, p.operation, &one, b.data, p.a, a.data, p.b, &zero, c, p.c, c, p.c, &p.choice.algo,
                       workspace_.as<void>(), workspace_bytes, stream_),
        "cublasLtMatmul");
}

}  // namespace an::kernels::cuda
