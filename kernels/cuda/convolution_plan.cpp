// SPDX-License-Identifier: MIT
// The only file that includes cuDNN's front end, which takes half a minute to compile.
#include "kernels/cuda/convolution_plan.hpp"

#include <cudnn_frontend.h>

#include <unordered_map>

#include "kernels/kernels.hpp"

namespace an::kernels::cuda {

namespace fe = cudnn_frontend;

namespace {

enum Tensor : std::int64_t { tensor_a = 1, tensor_b, tensor_bias, tensor_out };

void check(fe::error_t error, const char* call) {
  if (error.is_bad()) throw BackendFailed(std::string(call) + ": " + error.get_message());
}

std::shared_ptr<fe::graph::Tensor_attributes> add_tensor(fe::graph::Graph& graph, std::int64_t id,
                                                         const std::vector<std::int64_t>& extent) {
  const std::int64_t c = extent[1], h = extent[2], w = extent[3];
  return graph.tensor(fe::graph::Tensor_attributes().set_uid(id).set_dim(extent).set_stride({c * h * w, 1, c * w, c}));
}

}  // namespace

struct ConvolutionPlan::Graph {
  fe::graph::Graph graph;
  std::size_t workspace = 0;
};

ConvolutionPlan::ConvolutionPlan(const ConvolutionShape& s, ConvolutionPart part, void* handle,
                                 const std::string& properties)
    : graph_(std::make_unique<Graph>()) {
  fe::graph::Graph& g = graph_->graph;
  g.set_io_data_type(fe::DataType_t::BFLOAT16)
      .set_intermediate_data_type(fe::DataType_t::FLOAT)
      .set_compute_data_type(fe::DataType_t::FLOAT);
  const std::vector<std::int64_t> input{s.images, s.in, s.rows, s.columns}, output{s.images, s.out, s.rows, s.columns};
  const std::vector<std::int64_t> kernel{s.out, s.in, s.kernel_rows, s.kernel_columns};
  const std::vector<std::int64_t> padding{(s.kernel_rows - 1) / 2, (s.kernel_columns - 1) / 2}, ones{1, 1};
  std::shared_ptr<fe::graph::Tensor_attributes> out;
  if (part == ConvolutionPart::data_gradient) {
    const auto dy = add_tensor(g, tensor_a, output), w = add_tensor(g, tensor_b, kernel);
    out = g.conv_dgrad(dy, w,
                       fe::graph::Conv_dgrad_attributes().set_padding(padding).set_stride(ones).set_dilation(ones));
    out->set_dim(input);
  } else if (part == ConvolutionPart::weight_gradient) {
    const auto dy = add_tensor(g, tensor_a, output), x = add_tensor(g, tensor_b, input);
    out = g.conv_wgrad(dy, x,
                       fe::graph::Conv_wgrad_attributes().set_padding(padding).set_stride(ones).set_dilation(ones));
    out->set_dim(kernel);
  } else {
    const auto x = add_tensor(g, tensor_a, input), w = add_tensor(g, tensor_b, kernel);
    const auto product =
        g.conv_fprop(x, w, fe::graph::Conv_fprop_attributes().set_padding(padding).set_stride(ones).set_dilation(ones));
    const auto bias = add_tensor(g, tensor_bias, {1, s.out, 1, 1});
    out = g.pointwise(product, bias, fe::graph::Pointwise_attributes().set_mode(fe::PointwiseMode_t::ADD));
    if (part == ConvolutionPart::forward_relu)
      out = g.pointwise(out, fe::graph::Pointwise_attributes().set_mode(fe::PointwiseMode_t::RELU_FWD));
  }
  out->set_uid(tensor_out).set_output(true);
  std::shared_ptr<fe::DeviceProperties> device;
  if (handle == nullptr) {
    device = std::make_shared<fe::DeviceProperties>();
    check(device->deserialize(std::vector<std::uint8_t>(properties.begin(), properties.end())), "device properties");
    g.set_device_properties(device);
    // Else it asks the driver, which is not there either.
    g.set_sm_version(nlohmann::json::parse(properties).at("deviceVer").get<int>() / 10);
  }
  check(g.validate(), "validate");
  const auto cudnn = static_cast<cudnnHandle_t>(handle);
  check(handle == nullptr ? g.build_operation_graph() : g.build_operation_graph(cudnn), "build_operation_graph");
  check(g.create_execution_plans({fe::HeurMode_t::A, fe::HeurMode_t::FALLBACK}), "create_execution_plans");
  g.deselect_numeric_notes({fe::NumericalNote_t::NONDETERMINISTIC});
  check(g.check_support(), "check_support");
  check(g.build_plans(), "build_plans");
  graph_->workspace = static_cast<std::size_t>(std::max<std::int64_t>(0, g.get_workspace_size()));
}

ConvolutionPlan::~ConvolutionPlan() = default;

std::size_t ConvolutionPlan::workspace() const { return graph_->workspace; }

void ConvolutionPlan::run(void* handle, const void* a, const void* b, const void* bias, void* out,
                          void* workspace) const {
  std::unordered_map<std::int64_t, void*> tensors{
      {tensor_a, const_cast<void*>(a)}, {tensor_b, const_cast<void*>(b)}, {tensor_out, out}};
  if (bias != nullptr) tensors[tensor_bias] = const_cast<void*>(bias);
  check(graph_->graph.execute(static_cast<cudnnHandle_t>(handle), tensors, workspace), "execute");
}

CudnnHandle::CudnnHandle(void* stream) {
  cudnnHandle_t handle = nullptr;
  if (cudnnCreate(&handle) != CUDNN_STATUS_SUCCESS) throw BackendFailed("cudnnCreate failed");
  handle_ = handle;
  if (cudnnSetStream(handle, static_cast<cudaStream_t>(stream)) != CUDNN_STATUS_SUCCESS) {
    cudnnDestroy(handle);
    throw BackendFailed("cudnnSetStream failed");
  }
}

CudnnHandle::~CudnnHandle() { cudnnDestroy(static_cast<cudnnHandle_t>(handle_)); }

std::string cudnn_version() {
  const std::size_t v = cudnnGetVersion();
  return std::to_string(v / 10000) + '.' + std::to_string(v / 100 % 100) + '.' + std::to_string(v % 100);
}

}  // namespace an::kernels::cuda
