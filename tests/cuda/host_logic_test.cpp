// SPDX-License-Identifier: MIT
// The GPU back end's host code against a stand-in for the CUDA runtime: needs neither CUDA nor a device.
#include <gmock/gmock.h>

#include <functional>

#include "fake_runtime.hpp"
#include "kernels/back_ends.hpp"
#include "kernels/cuda/devices.hpp"
#include "kernels/cuda/matrix_products.hpp"

namespace an::test {
namespace {

using kernels::cuda::Epilogue;
using kernels::cuda::Matrix;
using kernels::cuda::MatrixProducts;
using testing::HasSubstr;

class HostLogic : public testing::Test {
 protected:
  HostLogic() { runtime_ = {}; }
  static std::string what(const std::function<void()>& work) {
    try {
      work();
    } catch (const std::exception& e) {
      return e.what();
    }
    return "nothing thrown";
  }
  FakeRuntime& runtime_ = FakeRuntime::instance();
};

TEST_F(HostLogic, RanksOfANodeShareItsDevices) {
  runtime_.devices = 3;
  for (int rank = 0; rank < 7; ++rank) EXPECT_EQ(kernels::cuda::choose_device(rank), rank % 3);
  EXPECT_TRUE(kernels::cuda_works());
  EXPECT_EQ(kernels::cuda_description(), "Fake GPU, cuDNN 9.0.0");
}

TEST_F(HostLogic, WithoutADeviceItSaysSo) {
  EXPECT_FALSE(kernels::cuda_works());
  EXPECT_EQ(kernels::cuda_description(), "built, but there is no device here (no CUDA-capable device is detected)");
  EXPECT_THROW(kernels::cuda::choose_device(0), kernels::BackendMissing);
  EXPECT_EQ(what([] { kernels::cuda::choose_device(0); }), "back end cuda: " + kernels::cuda_description());
  EXPECT_GT(runtime_.calls["cudaGetLastError"], 0);  // no later launch is blamed for it
}

TEST_F(HostLogic, AFailedCallIsNamed) {
  runtime_.failing = "cudaMalloc";
  EXPECT_EQ(what([] { kernels::cuda::DeviceMemory(8); }),
            "cuda: the device has not 8 bytes left (fewer tiles or images at a time need less)");
  EXPECT_THROW(kernels::cuda::DeviceMemory(8), kernels::BackendFailed);
  EXPECT_GT(runtime_.calls["cudaGetLastError"], 0);
  runtime_.failing = "cublasLtCreate";
  EXPECT_EQ(what([] { MatrixProducts(false, nullptr); }), "cublasLtCreate: CUBLAS_STATUS_NOT_INITIALIZED");
  EXPECT_THROW(MatrixProducts(false, nullptr), kernels::BackendFailed);
  runtime_.failing = {};
  runtime_.devices = 1;
  runtime_.failing = "cudaGetDeviceProperties";
  EXPECT_THAT(what([] { kernels::cuda_description(); }), HasSubstr("cudaGetDeviceProperties: "));
}

TEST_F(HostLogic, DeviceMemoryIsFreedOnceAndMoves) {
  {
    kernels::cuda::DeviceMemory first(8), second;
    second = std::move(first);
    const kernels::cuda::DeviceMemory third(std::move(second));
    EXPECT_NE(third.as<void>(), nullptr);
  }
  EXPECT_EQ(runtime_.calls["cudaMalloc"], 1);
  runtime_.calls.clear();
  { const kernels::cuda::DeviceMemory none(0); }
  EXPECT_EQ(runtime_.calls["cudaMalloc"], 0);
}

TEST_F(HostLogic, ProductsOfRowMajorMatrices) {
  MatrixProducts products(false, nullptr);
  const std::vector<float> a{1, 2, 3, 4, 5, 6}, a_transposed{1, 4, 2, 5, 3, 6};  // 2 x 3
  const std::vector<float> b{1, 0, 2, -1, 1, 0, 0, 3, 1, -5, 0, 1}, bias{1, 1, 1, -9};
  const std::vector<float> b_transposed{1, 1, 1, 0, 0, -5, 2, 0, 0, -1, 3, 1};  // b is 3 x 4
  const std::vector<float> product{6, -15, 2, 8, 15, -30, 8, 17};
  std::vector<float> c(8);
  products.multiply(2, 4, 3, Matrix(a.data()), Matrix(b.data()), c.data(), true);
  EXPECT_EQ(c, product);
  products.multiply(2, 4, 3, Matrix(a_transposed.data(), true), Matrix(b.data()), c.data(), true);
  EXPECT_EQ(c, product);
  products.multiply(2, 4, 3, Matrix(a.data()), Matrix(b_transposed.data(), true), c.data(), true);
  EXPECT_EQ(c, product);
  products.multiply(2, 4, 3, Matrix(a.data()), Matrix(b.data()), c.data(), true, Epilogue{bias.data(), false});
  EXPECT_EQ(c, (std::vector<float>{7, -14, 3, -1, 16, -29, 9, 8}));
  products.multiply(2, 4, 3, Matrix(a.data()), Matrix(b.data()), c.data(), true, Epilogue{bias.data(), true});
  EXPECT_EQ(c, (std::vector<float>{7, 0, 3, 0, 16, 0, 9, 8}));
}

TEST_F(HostLogic, AProductIsPreparedOnce) {
  {
    MatrixProducts products(false, nullptr);
    std::vector<float> a(6, 1), b(12, 1), c(8);
    for (int i = 0; i < 3; ++i) products.multiply(2, 4, 3, Matrix(a.data()), Matrix(b.data()), c.data(), true);
    EXPECT_EQ(runtime_.calls["cublasLtMatmulAlgoGetHeuristic"], 1);
    EXPECT_EQ(runtime_.calls["cublasLtMatmul"], 3);
    products.multiply(2, 4, 3, Matrix(a.data(), true), Matrix(b.data()), c.data(), true);
    EXPECT_EQ(runtime_.calls["cublasLtMatmulAlgoGetHeuristic"], 2);
  }
  for (const std::string what : {"MatmulDesc", "MatrixLayout", "MatmulPreference"})
    EXPECT_EQ(runtime_.calls["cublasLt" + what + "Create"], runtime_.calls["cublasLt" + what + "Destroy"]) << what;
  EXPECT_EQ(runtime_.calls["cublasLtDestroy"], 1);
}

TEST_F(HostLogic, AProductThatCouldNotBePreparedIsNotKept) {
  MatrixProducts products(false, nullptr);
  std::vector<float> a(6, 1), b(12, 1), c(8);
  const auto multiply = [&] { products.multiply(2, 4, 3, Matrix(a.data()), Matrix(b.data()), c.data(), true); };
  for (const std::string call : {"cublasLtMatmulDescCreate", "cublasLtMatrixLayoutCreate",
                                 "cublasLtMatmulPreferenceSetAttribute", "cublasLtMatmulAlgoGetHeuristic"}) {
    runtime_.failing = call;
    for (int i = 0; i < 2; ++i) EXPECT_EQ(what(multiply), call + ": CUBLAS_STATUS_NOT_INITIALIZED");
  }
  runtime_.failing = "no algorithm";
  for (int i = 0; i < 2; ++i) EXPECT_EQ(what(multiply), "cublasLtMatmulAlgoGetHeuristic: CUBLAS_STATUS_NOT_SUPPORTED");
  runtime_.failing = {};
  multiply();
  EXPECT_EQ(c, std::vector<float>(8, 3));
}

}  // namespace
}  // namespace an::test
