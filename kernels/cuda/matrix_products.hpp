// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <tuple>

#include "kernels/cuda/device_memory.hpp"

namespace an::kernels::cuda {

/// How a matrix of a product is stored and read: rows after rows.
struct Matrix {
  explicit Matrix(const void* values, bool is_transposed = false) : data(values), transposed(is_transposed) {}
  const void* data;
  bool transposed;
};

/// What is done with a product: c = a b, then + bias of its column, then ReLU.
struct Epilogue {
  const void* bias = nullptr;  ///< of the type of the factors
  bool relu = false;
};

/// Matrix products by cuBLASLt, each shape prepared once. All matrices lie at multiples of 32 bytes. Factors are all
/// float or all bfloat16, sums float32 throughout.
class MatrixProducts {
 public:
  MatrixProducts(bool bf16, cudaStream_t stream);
  ~MatrixProducts();
  MatrixProducts(const MatrixProducts&) = delete;
  MatrixProducts& operator=(const MatrixProducts&) = delete;

  /// c (rows x columns) = a (rows x inner) b (inner x columns). \param float_result c is float32 whatever the factors
  void multiply(long rows, long columns, long inner, Matrix a, Matrix b, void* c, bool float_result,
                Epilogue epilogue = {});

 private:
  using Key = std::tuple<long, long, long, bool, bool, bool, bool, bool>;
  struct Prepared;
  Prepared& prepared(const Key& key);
  void choose_algorithm(Prepared& product);

  cudaDataType_t type_;
  cudaStream_t stream_;
  cublasLtHandle_t handle_ = nullptr;
  DeviceMemory workspace_;
  std::map<Key, std::unique_ptr<Prepared>> prepared_;
};

}  // namespace an::kernels::cuda
