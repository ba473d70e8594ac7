// SPDX-License-Identifier: MIT
// Plans of cuDNN for devices that are not there: every convolution of the nets that the library is to run has some
// deterministic engine on an A100 and an H100, forward and backward. Needs cuDNN, but no GPU.
#include <gtest/gtest.h>

#include <set>

#include "kernels/cuda/convolution_choice.hpp"
#include "network/attention_unet.hpp"

namespace an::test {
namespace {

using kernels::Operation;
using kernels::OperationKind;
using kernels::Plan;
using kernels::cuda::ConvolutionPart;
using kernels::cuda::ConvolutionPlan;
using kernels::cuda::ConvolutionShape;

struct Device {
  std::string name;
  int version, processors;
  long shared_bytes, clock_khz, memory_clock_khz, cache_bytes;
};
const std::vector<Device> devices{{"NVIDIA A100-SXM4-80GB", 800, 108, 166912, 1410000, 1593000, 41943040},
                                  {"NVIDIA H100 80GB HBM3", 900, 132, 232448, 1980000, 2619000, 52428800}};

// A device's properties as cuDNN 9 writes them (CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION); all keys are asked for.
std::string properties_of(const Device& d) {
  const auto member = [](const std::string& key, long value) { return ",\"" + key + "\":" + std::to_string(value); };
  return R"({"cudaDeviceId":0)" + member("deviceVer", d.version) + member("driverVer", 13000) +
         member("totalGlobalMem", 85'000'000'000) + R"(,"maxGridSize":[2147483647,65535,65535])" +
         R"(,"maxBlockSize":[1024,1024,64])" + member("regsPerBlock", 65536) +
         member("multiProcessorCount", d.processors) + member("warpSize", 32) +
         member("maxSharedMemoryPerBlock", 49152) + member("maxSharedMemoryPerBlockOptin", d.shared_bytes) +
         member("reservedSharedMemoryPerBlock", 1024) + member("maxRegistersPerSM", 65536) +
         member("maxCtasPerSM", 32) + member("maxThreadsPerBlock", 1024) + member("maxThreadsPerSM", 2048) +
         member("pciDeviceId", 0) + member("isTccDriver", 0) + member("supportCoopLaunch", 1) +
         member("smClockRateKHz", d.clock_khz) + member("memClockRateKHz", d.memory_clock_khz) +
         member("l2CacheSize", d.cache_bytes) + R"(,"deviceName":")" + d.name + "\"}";
}

using Key = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                       ConvolutionPart>;
Key key_of(const ConvolutionShape& s, ConvolutionPart part) {
  return {s.images, s.rows, s.columns, s.in, s.out, s.kernel_rows, s.kernel_columns, part};
}

std::string text_of(const ConvolutionShape& s, ConvolutionPart part) {
  const std::vector<std::string> parts{"forward", "forward_relu", "data_gradient", "weight_gradient"};
  return parts[static_cast<std::size_t>(part)] + " of " + std::to_string(s.images) + "x" + std::to_string(s.rows) +
         "x" + std::to_string(s.columns) + ", " + std::to_string(s.in) + " -> " + std::to_string(s.out) +
         " channels, kernel " + std::to_string(s.kernel_rows) + "x" + std::to_string(s.kernel_columns);
}

/// Plans made so far, each once, whatever the net.
class Planner {
 public:
  explicit Planner(const Device& device) : properties_(properties_of(device)) {}
  void plan(const ConvolutionShape& shape, ConvolutionPart part) {
    if (!made_.insert(key_of(shape, part)).second) return;
    try {
      const ConvolutionPlan plan(shape, part, nullptr, properties_);
      largest_ = std::max(largest_, plan.workspace());
    } catch (const std::exception& e) {
      ADD_FAILURE() << text_of(shape, part) << ": " << e.what();
    }
  }
  void plan(const Plan& net) {
    for (const Operation& o : net.operations) {
      const auto shape = kernels::cuda::library_convolution(net, o);
      if (!shape) continue;
      plan(*shape, o.relu ? ConvolutionPart::forward_relu : ConvolutionPart::forward);
      plan(*shape, ConvolutionPart::weight_gradient);
      if (o.wants_gradient[0]) plan(*shape, ConvolutionPart::data_gradient);
    }
  }
  std::size_t made() const { return made_.size(); }
  std::size_t largest_workspace() const { return largest_; }

 private:
  std::string properties_;
  std::set<Key> made_;
  std::size_t largest_ = 0;
};

constexpr std::size_t rows = 64, columns = 208;
const std::vector<std::string> nets{"paper-alpha", "paper-k", "paper-state", "small-alpha",
                                    "small-state", "default", "default-wide"};

TEST(CudnnPlans, EveryConvolutionOfTheNetsHasAPlan) {
  for (const Device& device : devices) {
    Planner planner(device);
    for (const std::string& name : nets)
      for (const std::size_t images : {1U, 16U})
        planner.plan(network::make_network(network::shape_of_name(name), images, rows, columns, true).plan);
    std::printf("%s: %zu plans, workspace of at most %.1f MiB\n", device.name.c_str(), planner.made(),
                static_cast<double>(planner.largest_workspace()) / (1U << 20U));
    EXPECT_GT(planner.made(), 100U);
    EXPECT_LT(planner.largest_workspace(), std::size_t{1} << 30U);
  }
}

// Whether matrices are expected to do a convolution, by its layer's name: theta has strides, the others one pixel or
// few channels.
bool is_for_matrices(const network::NetworkShape& shape, const std::string& layer) {
  if (layer == "enc1_conv1") return shape.input_channels % 8 != 0;
  for (const std::string end : {"_theta", "_phi", "_psi", "_w", "_qkv", "_out", "_mlp1", "_mlp2"})
    if (layer.ends_with(end)) return true;
  return layer == "head";
}

TEST(CudnnPlans, MatricesDoTheRest) {
  for (const std::string& name : nets) {
    const network::NetworkShape shape = network::shape_of_name(name);
    const Plan plan = network::make_network(shape, 1, rows, columns, true).plan;
    for (const Operation& o : plan.operations) {
      if (o.kind != OperationKind::convolution) continue;
      EXPECT_EQ(!kernels::cuda::library_convolution(plan, o), is_for_matrices(shape, o.name)) << name << ": " << o.name;
    }
  }
}

TEST(CudnnPlans, PropertiesThatAreNoneAreRefused) {
  const ConvolutionShape shape{1, 8, 16, 8, 8, 3, 3};
  EXPECT_THROW(ConvolutionPlan(shape, ConvolutionPart::forward, nullptr, "{}"), std::runtime_error);
  EXPECT_THROW(ConvolutionPlan(shape, ConvolutionPart::forward, nullptr, "no JSON"), std::runtime_error);
}

}  // namespace
}  // namespace an::test
