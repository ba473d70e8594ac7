// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// The operations of the networks, without saying who does them: a Plan lists them, an Executor of one back end runs
/// it. This is the only header of the networks' kernels that other folders include.
namespace an::kernels {

/// Who runs a plan. `reference`: plain loops, which the others must equal.
enum class Backend { reference, onednn, cuda };
inline constexpr std::array all_backends{Backend::reference, Backend::onednn, Backend::cuda};
std::string_view backend_name(Backend backend);
/// \throws std::invalid_argument naming the back ends there are
Backend backend_of_name(std::string_view name);

/// How activations are held; parameters, sums and losses are float32 in both. What cuDNN gives as gradients of kernels
/// with bf16 is rounded to it.
enum class Precision { f32, bf16 };
inline constexpr std::array all_precisions{Precision::f32, Precision::bf16};
std::string_view precision_name(Precision precision);
/// \throws std::invalid_argument naming those there are
Precision precision_of_name(std::string_view name);

/// The program was built without this back end, or this machine has no device for it.
class BackendMissing : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A call of a back end's library or of its device failed, for which no input is to blame.
class BackendFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What is asked for is larger than the back end can address, or than a device of its kind can hold at once.
class BackendTooSmall : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Images of particles (rows) and frames (columns), channels last.
struct Shape {
  std::size_t images = 0, rows = 0, columns = 0, channels = 0;
  std::size_t pixels() const { return images * rows * columns; }
  std::size_t size() const { return pixels() * channels; }
  bool operator==(const Shape&) const = default;
};

/// A tensor of the plan, and where it and its gradient lie, in elements.
struct Value {
  Shape shape;
  std::size_t offset = 0;
  std::size_t gradient = 0;  ///< training only
};

enum class OperationKind : std::uint8_t {
  convolution,             ///< x -> y: "same" padding, bias, then ReLU if `relu`; kernel (kh, kw, in, out)
  transposed_convolution,  ///< x -> y: stride = kernel, bias; kernel (kh, kw, out, in)
  batch_norm,              ///< x -> y: over all pixels, then ReLU if `relu` (Ioffe and Szegedy, 2015)
  layer_norm,              ///< x -> y: over the channels of each pixel (Ba et al., 2016)
  max_pool,                ///< x -> y: stride = kernel
  add,                     ///< a, b -> a + b, then ReLU if `relu`
  gate,       ///< skip, psi -> skip * bilinear(sigmoid(psi)): psi has one channel and is `kernel` times smaller
  concat,     ///< a, b -> channels of a, then those of b
  pick,       ///< x -> its channel `channel`; no gradient
  attention,  ///< qkv, mask -> y: softmax(q k' / sqrt(d)) v of `heads` heads, over columns or rows (Vaswani et al.,
              ///< 2017)
};

/// One step of a plan. Which members mean something depends on its kind.
struct Operation {
  OperationKind kind;
  std::string name;                 ///< of the layer
  std::vector<std::size_t> inputs;  ///< places in Plan::values
  std::size_t output = 0;
  std::size_t kernel_rows = 1, kernel_columns = 1, stride_rows = 1, stride_columns = 1;
  bool relu = false;
  std::size_t channel = 0;           ///< pick
  std::size_t heads = 1;             ///< attention
  bool over_rows = false;            ///< attention: between particles rather than frames
  std::size_t weights = 0;           ///< place in the parameters: kernel, or gamma of a norm
  std::size_t bias = 0;              ///< bias, or beta
  std::size_t statistics = 0;        ///< batch_norm: place of the moving means in the statistics; variances follow them
  std::size_t saved = 0;             ///< norms: place of mean and 1/sd in the plan's float32 scratch
  std::vector<bool> wants_gradient;  ///< for each input: whether its gradient is computed
  std::vector<bool> adds_gradient;   ///< for each input: whether the gradient is added to what is there
};

constexpr float batch_norm_epsilon = 1e-3F;   ///< as Keras
constexpr float batch_norm_momentum = 0.99F;  ///< of moving statistics, as Keras
constexpr float layer_norm_epsilon = 1e-3F;

/// A size as it is laid out: in whole blocks, so that every back end may use its widest loads.
constexpr std::size_t aligned(std::size_t size) {
  constexpr std::size_t block = 128;  // elements
  return (size + block - 1) / block * block;
}

/// A network at one batch size, its memory laid out.
struct Plan {
  std::vector<Value> values;
  std::vector<Operation> operations;  ///< in the order of running, which is that of their parameters, too
  std::size_t input = 0, output = 0;  ///< places in values
  std::size_t parameters = 0;         ///< trainable numbers
  std::size_t statistics = 0;         ///< moving means and variances
  std::size_t activations = 0;        ///< elements of the activations' memory
  std::size_t gradients = 0;          ///< elements of the gradients' memory; 0 for inference alone
  std::size_t saved = 0;              ///< float32 scratch kept from forward to backward
  bool training = false;
};

/// What a loss compares. Channels of a target: alpha, ln K, state, change (0 or 1), weight (0: not counted).
inline constexpr std::size_t target_channels = 5;
/// Sum of the weights of some targets.
double weight_of(std::span<const float> targets);

/// `mae`, `msle`, `cross_entropy`: one head, as the paper trains its three nets (alpha; K; state, of 4 logits).
/// `joint`: outputs alpha, ln K, 4 state logits, logit of a change point.
enum class LossKind { mae, msle, cross_entropy, joint };

struct Loss {
  LossKind kind = LossKind::joint;
  /// joint: L1(alpha) + log_k (x² + |x|, x the error of ln(1 + K)) + raw_k |error of ln K| + state cross-entropy
  /// + change binary cross-entropy, each times its weight.
  float alpha = 1, log_k = 1, raw_k = 0.15F, state = 0.5F, change = 5;
};
std::size_t output_channels(LossKind kind);

/// One step of Adam with decoupled weight decay (Kingma and Ba, 2015; Loshchilov and Hutter, 2019).
struct AdamStep {
  float rate = 1e-3F, beta1 = 0.9F, beta2 = 0.999F, epsilon = 1e-7F, decay = 0;
  std::uint64_t step = 1;  ///< from 1
};

enum class Mode { inference, training };

/// Is given final gradients: those of the parameters from `first` on, as many as there are.
using GradientSink = std::function<void(std::size_t first, std::span<const float> gradients)>;

/// Runs a plan on one device; holds all its memory. Any failed call throws BackendFailed with the call's name.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void set_parameters(std::span<const float> parameters, std::span<const float> statistics) = 0;
  virtual void read_parameters(std::span<float> parameters, std::span<float> statistics) const = 0;
  /// Input of the whole batch, images x rows x columns x channels.
  virtual void set_input(std::span<const float> input) = 0;
  virtual void forward(Mode mode) = 0;
  /// Raw outputs: logits, not probabilities.
  virtual void read_output(std::span<float> output) const = 0;
  /// Mean loss over the weights of `targets` (pixels x target_channels), and its gradient at the output.
  virtual double loss(const Loss& loss, std::span<const float> targets) = 0;
  /// Gradients of all parameters from that at the output. A `sink` gets each of them once, from the last parameter to
  /// the first, while the others are being computed where the back end can; it is called between operations also when
  /// there is nothing new. \pre forward(Mode::training) and loss()
  virtual void backward(const GradientSink& sink = {}) = 0;
  virtual void read_gradients(std::span<float> gradients) const = 0;
  virtual void set_gradients(std::span<const float> gradients) = 0;
  virtual void step(const AdamStep& step) = 0;
  /// First and second moments of Adam, for restart.
  virtual void read_moments(std::span<float> first, std::span<float> second) const = 0;
  virtual void set_moments(std::span<const float> first, std::span<const float> second) = 0;
  /// Waits until all that was begun is done.
  virtual void wait() {}
  /// Runs forward for inference, of one image where the back end takes them in turn, and tells how many seconds each
  /// operation of the plan took.
  virtual std::vector<double> time_operations() = 0;
};

/// Makes an executor. \param device of those of a node, for `cuda`
/// \throws BackendMissing in words when there is none, BackendTooSmall
std::unique_ptr<Executor> make_executor(Backend backend, const Plan& plan, Precision precision, int device = 0);

/// What a back end would run on, or why it cannot: `not built (AN_WITH_CUDA=OFF)`, `NVIDIA H100 80GB HBM3`.
std::string backend_description(Backend backend);
bool backend_works(Backend backend);

}  // namespace an::kernels
