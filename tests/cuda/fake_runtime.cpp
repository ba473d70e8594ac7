// SPDX-License-Identifier: MIT
#include "fake_runtime.hpp"

#include <cublasLt.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "kernels/cuda/convolution_plan.hpp"

struct cublasLtContext {};
struct cublasLtMatmulDescOpaque_t {
  std::map<cublasLtMatmulDescAttributes_t, int> choices;
  const float* bias = nullptr;
};
struct cublasLtMatrixLayoutOpaque_t {
  std::uint64_t rows, columns;
  std::int64_t leading;
};
struct cublasLtMatmulPreferenceOpaque_t {
  std::map<cublasLtMatmulPreferenceAttributes_t, std::uint64_t> values;
};

namespace an::test {

FakeRuntime& FakeRuntime::instance() {
  static FakeRuntime one;
  return one;
}

bool FakeRuntime::fails(const std::string& call) {
  ++calls[call];
  return call == failing;
}

namespace {

cudaError_t runtime_call(const char* name, cudaError_t error) {
  return FakeRuntime::instance().fails(name) ? error : cudaSuccess;
}
cublasStatus_t library_call(const char* name) {
  return FakeRuntime::instance().fails(name) ? CUBLAS_STATUS_NOT_INITIALIZED : CUBLAS_STATUS_SUCCESS;
}
template <class T>
cublasStatus_t make(const char* name, T** made) {
  const cublasStatus_t status = library_call(name);
  if (status == CUBLAS_STATUS_SUCCESS) *made = new T{};
  return status;
}
template <class T>
cublasStatus_t destroy(const char* name, T* made) {
  delete made;
  return library_call(name);
}

}  // namespace
}  // namespace an::test

using an::test::destroy;
using an::test::FakeRuntime;
using an::test::library_call;
using an::test::make;
using an::test::runtime_call;

std::string an::kernels::cuda::cudnn_version() { return "9.0.0"; }

const char* cudaGetErrorString(cudaError_t error) {
  return error == cudaErrorNoDevice ? "no CUDA-capable device is detected" : "out of memory";
}
cudaError_t cudaGetLastError() { return runtime_call("cudaGetLastError", cudaErrorNoDevice); }
cudaError_t cudaGetDeviceCount(int* count) {
  *count = FakeRuntime::instance().devices;
  return *count == 0 ? cudaErrorNoDevice : runtime_call("cudaGetDeviceCount", cudaErrorNoDevice);
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
  std::strcpy(properties->name, "Fake GPU");
  return runtime_call("cudaGetDeviceProperties", cudaErrorNoDevice);
}
cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  const cudaError_t result = runtime_call("cudaMalloc", cudaErrorMemoryAllocation);
  if (result == cudaSuccess) *memory = std::malloc(bytes);
  return result;
}
cudaError_t cudaFree(void* memory) {
  std::free(memory);
  return runtime_call("cudaFree", cudaErrorNoDevice);
}

const char* cublasLtGetStatusString(cublasStatus_t status) {
  return status == CUBLAS_STATUS_NOT_SUPPORTED ? "CUBLAS_STATUS_NOT_SUPPORTED" : "CUBLAS_STATUS_NOT_INITIALIZED";
}
cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) { return make("cublasLtCreate", handle); }
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) { return destroy("cublasLtDestroy", handle); }
cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* description, cublasComputeType_t, cudaDataType_t) {
  return make("cublasLtMatmulDescCreate", description);
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t description) {
  return destroy("cublasLtMatmulDescDestroy", description);
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t description,
                                              cublasLtMatmulDescAttributes_t attribute, const void* value,
                                              std::size_t bytes) {
  if (attribute == CUBLASLT_MATMUL_DESC_BIAS_POINTER) {
    std::memcpy(&description->bias, value, bytes);
  } else {
    std::memcpy(&description->choices[attribute], value, bytes);
  }
  return library_call("cublasLtMatmulDescSetAttribute");
}
cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* layout, cudaDataType_t, std::uint64_t rows,
                                          std::uint64_t columns, std::int64_t leading) {
  const cublasStatus_t status = make("cublasLtMatrixLayoutCreate", layout);
  if (status == CUBLAS_STATUS_SUCCESS) **layout = {rows, columns, leading};
  return status;
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) {
  return destroy("cublasLtMatrixLayoutDestroy", layout);
}
cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* preference) {
  return make("cublasLtMatmulPreferenceCreate", preference);
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
  return destroy("cublasLtMatmulPreferenceDestroy", preference);
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t attribute, const void* value,
                                                    std::size_t bytes) {
  std::memcpy(&preference->values[attribute], value, bytes);
  return library_call("cublasLtMatmulPreferenceSetAttribute");
}

// Finds none where the test says so, and refuses matrices that it was not told the alignment of.
cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t, cublasLtMatrixLayout_t,
                                              cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t,
                                              cublasLtMatmulPreference_t preference, int,
                                              cublasLtMatmulHeuristicResult_t*, int* found) {
  const bool none = FakeRuntime::instance().failing == "no algorithm";
  *found = none || preference->values.size() != 5 ? 0 : 1;
  return library_call("cublasLtMatmulAlgoGetHeuristic");
}

// Columns after columns: d = a b, each transposed where the description says so.
cublasStatus_t cublasLtMatmul(cublasLtHandle_t, cublasLtMatmulDesc_t description, const void*, const void* a,
                              cublasLtMatrixLayout_t a_layout, const void* b, cublasLtMatrixLayout_t b_layout,
                              const void*, const void*, cublasLtMatrixLayout_t, void* d,
                              cublasLtMatrixLayout_t d_layout, const cublasLtMatmulAlgo_t*, void*, std::size_t,
                              cudaStream_t) {
  const auto at = [](const void* matrix, cublasLtMatrixLayout_t layout, bool transposed, std::uint64_t row,
                     std::uint64_t column) {
    if (transposed) std::swap(row, column);
    return static_cast<const float*>(matrix)[row + column * static_cast<std::uint64_t>(layout->leading)];
  };
  auto& choices = description->choices;
  const bool a_transposed = choices[CUBLASLT_MATMUL_DESC_TRANSA] == CUBLAS_OP_T;
  const bool b_transposed = choices[CUBLASLT_MATMUL_DESC_TRANSB] == CUBLAS_OP_T;
  const int epilogue = choices[CUBLASLT_MATMUL_DESC_EPILOGUE];
  const std::uint64_t inner = a_transposed ? a_layout->rows : a_layout->columns;
  for (std::uint64_t r = 0; r < d_layout->rows; ++r)
    for (std::uint64_t c = 0; c < d_layout->columns; ++c) {
      float sum = epilogue == CUBLASLT_EPILOGUE_DEFAULT ? 0 : description->bias[r];
      for (std::uint64_t i = 0; i < inner; ++i)
        sum += at(a, a_layout, a_transposed, r, i) * at(b, b_layout, b_transposed, i, c);
      if (epilogue == CUBLASLT_EPILOGUE_RELU_BIAS) sum = std::max(sum, 0.0F);
      static_cast<float*>(d)[r + c * static_cast<std::uint64_t>(d_layout->leading)] = sum;
    }
  return library_call("cublasLtMatmul");
}
