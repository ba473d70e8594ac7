// SPDX-License-Identifier: MIT
#include "kernels/cuda/matrix_products.hpp"

namespace an::kernels::cuda {

namespace {

constexpr std::size_t workspace_bytes = std::size_t{32} << 20U;

}  // namespace

// cuBLAS has columns after columns, so that it reckons c' = b' a'.
struct MatrixProducts::Prepared {
  cublasLtMatmulDesc_t operation = nullptr;
  cublasLtMatrixLayout_t a = nullptr, b = nullptr, c = nullptr;
  cublasLtMatmulHeuristicResult_t choice{};

  ~Prepared() {
    cublasLtMatrixLayoutDestroy(a);
    cublasLtMatrixLayoutDestroy(b);
    cublasLtMatrixLayoutDestroy(c);
    cublasLtMatmulDescDestroy(operation);
  }
};

MatrixProducts::MatrixProducts(bool bf16, cudaStream_t stream)
    : type_(bf16 ? CUDA_R_16BF : CUDA_R_32F), stream_(stream), workspace_(workspace_bytes) {
  check(cublasLtCreate(&handle_), "cublasLtCreate");
}

MatrixProducts::~MatrixProducts() {
  for (auto& [key, prepared] : prepared_) delete prepared;
  cublasLtDestroy(handle_);
}

MatrixProducts::Prepared& MatrixProducts::prepared(const Key& key) {
  Prepared*& found = prepared_[key];
  if (found != nullptr) return *found;
  found = new Prepared;
  Prepared& p = *found;
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
  cublasLtMatmulPreference_t preference = nullptr;
  check(cublasLtMatmulPreferenceCreate(&preference), "cublasLtMatmulPreferenceCreate");
  check(cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace_bytes,
                                             sizeof workspace_bytes),
        "cublasLtMatmulPreferenceSetAttribute");
  int count = 0;
  const cublasStatus_t status =
      cublasLtMatmulAlgoGetHeuristic(handle_, p.operation, p.a, p.b, p.c, p.c, preference, 1, &p.choice, &count);
  cublasLtMatmulPreferenceDestroy(preference);
  check(count == 0 && status == CUBLAS_STATUS_SUCCESS ? CUBLAS_STATUS_NOT_SUPPORTED : status,
        "cublasLtMatmulAlgoGetHeuristic");
  return p;
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
