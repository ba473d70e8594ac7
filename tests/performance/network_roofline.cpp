// SPDX-License-Identifier: MIT
// How near each layer of the networks comes to what one core can do, forward, with the back end oneDNN:
//   OMP_NUM_THREADS=1 network_roofline FOLDER [NAME]
// writes FOLDER/NAME.md (tables), .csv (the same as numbers) and .svg (a roofline picture); NAME is roofline.
// Peaks are measured first: multiply-adds in registers, and reading and writing arrays that no cache holds. A layer's
// roof is the lesser of the peak and of its operations at this bandwidth, if inputs, weights and outputs are moved
// once; layers that find them in the cache may go through it, and so may 3x3 convolutions, whose operations are counted
// as defined although minimal filtering takes 2.25 times fewer.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "app/program_info.hpp"
#include "io/atomic_file.hpp"
#include "kernels/onednn/amx.hpp"
#include "network/attention_unet.hpp"
#include "report/roofline_chart.hpp"

using namespace an;
using kernels::Operation;
using kernels::OperationKind;
using kernels::Precision;

namespace {

template <class Work>
double least_seconds(int rounds, const Work& work) {
  using Clock = std::chrono::steady_clock;
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < rounds; ++i) {
    const Clock::time_point start = Clock::now();
    work();
    least = std::min(least, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return least;
}

constexpr int steps = 200'000;
volatile float kept = 0;  // so that nothing is left out

// The compiler must think that the value changes: else equal sums are one.
AN_AVX512_INLINE void keep_apart(__m512& value) { asm volatile("" : "+v"(value)); }

template <std::size_t... I>
AN_AVX512 void multiply_add(std::index_sequence<I...>, bool bf16) {
  const __m512 one = _mm512_set1_ps(1e-3F);
  const __m512bh pairs = __builtin_bit_cast(__m512bh, one);
  __m512 sums[] = {(static_cast<void>(I), _mm512_setzero_ps())...};
  for (int i = 0; i < steps; ++i) {
    if (bf16)
      ((sums[I] = _mm512_dpbf16_ps(sums[I], pairs, pairs)), ...);
    else
      ((sums[I] = _mm512_fmadd_ps(one, one, sums[I])), ...);
    ((keep_apart(sums[I])), ...);
  }
  kept = (_mm512_cvtss_f32(sums[I]) + ...);
}

AN_AMX void multiply_tiles() {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_zero(4);
  _tile_zero(5);
  _tile_zero(6);
  _tile_zero(7);
  for (int i = 0; i < steps; ++i) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
}

double tile_peak() {
  constexpr double multiplications = 4.0 * 16 * 16 * 32;
  const kernels::onednn::AmxTiles tiles(kernels::onednn::tile_rows, kernels::onednn::tile_numbers);
  return 2 * multiplications * steps / least_seconds(20, multiply_tiles);
}

// Operations a second, a multiply-add being two.
double peak(bool bf16) {
  if (bf16 && kernels::onednn::has_amx()) return tile_peak();
  constexpr std::size_t registers = 24;
  const double seconds = least_seconds(20, [bf16] { multiply_add(std::make_index_sequence<registers>{}, bf16); });
  return steps * static_cast<double>(registers) * (bf16 ? 64 : 32) / seconds;
}

// Bytes a second.
double bandwidth() {
  constexpr std::size_t size = 64 << 20;
  const std::vector<float> a(size, 1.0F);
  const std::vector<float> b(size, 2.0F);
  std::vector<float> c(size);
  const double seconds = least_seconds(20, [&] {
    for (std::size_t i = 0; i < size; ++i) c[i] = a[i] + 0.5F * b[i];
    kept = c[size / 2];
  });
  return 3.0 * size * sizeof(float) / seconds;
}

std::string_view kind_name(OperationKind kind) {
  switch (kind) {
    case OperationKind::convolution:
      return "convolution";
    case OperationKind::transposed_convolution:
      return "transposed";
    case OperationKind::batch_norm:
      return "batch norm";
    case OperationKind::layer_norm:
      return "layer norm";
    case OperationKind::max_pool:
      return "max pool";
    case OperationKind::add:
      return "add";
    case OperationKind::gate:
      return "gate";
    case OperationKind::concat:
      return "concat";
    case OperationKind::pick:
      return "pick";
    case OperationKind::attention:
      return "attention";
  }
  return "";
}

// Numbers of an operation's inputs and output, and of its parameters.
std::pair<double, double> moved(const kernels::Plan& plan, const Operation& o) {
  double values = static_cast<double>(plan.values[o.output].shape.size());
  for (const std::size_t input : o.inputs) values += static_cast<double>(plan.values[input].shape.size());
  const double channels = static_cast<double>(plan.values[o.inputs[0]].shape.channels);
  const double outputs = static_cast<double>(plan.values[o.output].shape.channels);
  const bool convolves = o.kind == OperationKind::convolution || o.kind == OperationKind::transposed_convolution;
  return {values, convolves ? channels * outputs * static_cast<double>(o.kernel_rows * o.kernel_columns) : 0};
}

// An operation, what it does and moves, and how long it takes.
struct LayerTime {
  std::string name, operation;
  kernels::Shape output;
  double seconds, flops, bytes;
};

struct NetworkTimes {
  std::string name;
  Precision precision;
  double peak, bandwidth;  // of the processor
  std::vector<LayerTime> layers;

  // What a layer's operations would take that long for at best; of what only moves numbers, its bytes.
  double roof(const LayerTime& layer) const {
    return layer.flops > 0 ? std::min(peak, bandwidth * layer.flops / layer.bytes) : bandwidth;
  }
};

constexpr std::size_t rows = 64;
constexpr std::size_t columns = 208;
constexpr int passes = 4;  // over everything, so that the least times are not all of one moment
constexpr int rounds = 16;

NetworkTimes times_of(const std::string& name, Precision precision) {
  const network::Network net = network::make_network(network::shape_of_name(name), 1, rows, columns, false);
  const network::Weights weights = network::initial_weights(net, 1);
  const auto executor = kernels::make_executor(kernels::Backend::onednn, net.plan, precision);
  executor->set_parameters(weights.parameters, weights.statistics);
  executor->set_input(std::vector<float>(net.plan.values[net.plan.input].shape.size(), 0.5F));
  executor->forward(kernels::Mode::inference);
  std::vector<double> seconds = executor->time_operations();
  for (int i = 1; i < rounds; ++i) {
    const std::vector<double> again = executor->time_operations();
    for (std::size_t o = 0; o < seconds.size(); ++o) seconds[o] = std::min(seconds[o], again[o]);
  }
  NetworkTimes times{name, precision, 0, 0, {}};
  const double activation = precision == Precision::bf16 ? 2 : 4;
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    const Operation& o = net.plan.operations[i];
    const auto [values, parameters] = moved(net.plan, o);
    times.layers.push_back({o.name, fmt::format("{} {}x{}", kind_name(o.kind), o.kernel_rows, o.kernel_columns),
                            net.plan.values[o.output].shape, seconds[i], 2 * network::multiplications(net.plan, o),
                            activation * (values + parameters)});
  }
  return times;
}

struct Measured {
  std::vector<NetworkTimes> networks;
  double single = 0, half = 0, bandwidth = 0;
};

Measured measure() {
  Measured all;
  for (int pass = 0; pass < passes; ++pass) {
    all.single = std::max(all.single, peak(false));
    all.half = std::max(all.half, peak(true));
    all.bandwidth = std::max(all.bandwidth, bandwidth());
    std::size_t network = 0;
    for (const char* name : {"small-alpha", "paper-state", "paper-alpha", "default"})
      for (const Precision precision : kernels::all_precisions) {
        const NetworkTimes times = times_of(name, precision);
        if (pass == 0) all.networks.push_back(times);
        NetworkTimes& least = all.networks[network++];
        for (std::size_t i = 0; i < times.layers.size(); ++i)
          least.layers[i].seconds = std::min(least.layers[i].seconds, times.layers[i].seconds);
      }
  }
  for (NetworkTimes& times : all.networks) {
    times.peak = times.precision == Precision::bf16 ? all.half : all.single;
    times.bandwidth = all.bandwidth;
  }
  return all;
}

std::string table(const NetworkTimes& times) {
  double all = 0;
  double operations = 0;
  for (const LayerTime& layer : times.layers) {
    all += layer.seconds;
    operations += layer.flops;
  }
  std::string text = fmt::format(
      "## {}, {}\n\n{:.2f} ms a field of view of {} x {}, {:.2f} GFLOP: {:.0f} GFLOP/s, {:.0f} % of the peak.\n\n"
      "| layer | operation | output | ms | of the time | GFLOP/s | FLOP/byte | of the peak | of the roof |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
      times.name, precision_name(times.precision), 1e3 * all, rows, columns, 1e-9 * operations, 1e-9 * operations / all,
      100 * operations / all / times.peak);
  for (const LayerTime& layer : times.layers) {
    const kernels::Shape& out = layer.output;
    text += fmt::format("| {} | {} | {} x {} x {} | {:.3f} | {:.1f} % ", layer.name, layer.operation, out.rows,
                        out.columns, out.channels, 1e3 * layer.seconds, 100 * layer.seconds / all);
    const double rate = layer.flops / layer.seconds;
    if (layer.flops > 0)
      text += fmt::format("| {:.1f} | {:.1f} | {:.0f} % | {:.0f} % |\n", 1e-9 * rate, layer.flops / layer.bytes,
                          100 * rate / times.peak, 100 * rate / times.roof(layer));
    else  // moves numbers: its roof is the bandwidth
      text += fmt::format("| | | | {:.0f} % |\n", 100 * layer.bytes / layer.seconds / times.roof(layer));
  }
  return text + '\n';
}

// A line a layer, with the peak and the bandwidth it is measured by.
std::string csv(std::span<const NetworkTimes> networks) {
  std::string text = "network,precision,layer,operation,rows,columns,channels,seconds,flop,bytes,peak,bandwidth\n";
  for (const NetworkTimes& times : networks)
    for (const LayerTime& layer : times.layers)
      text +=
          fmt::format("{},{},{},{},{},{},{},{:.4g},{},{},{:.4g},{:.4g}\n", times.name, precision_name(times.precision),
                      layer.name, layer.operation, layer.output.rows, layer.output.columns, layer.output.channels,
                      layer.seconds, layer.flops, layer.bytes, times.peak, times.bandwidth);
  return text;
}

// Of what computes; what only moves numbers has no place in it.
std::string picture(std::span<const NetworkTimes> networks) {
  report::RooflineChart chart{1e-9 * networks.front().bandwidth, {}, {}};
  for (const NetworkTimes& times : networks) {
    const std::string precision(precision_name(times.precision));
    if (std::ranges::find(chart.roofs, precision, &report::Roof::name) == chart.roofs.end())
      chart.roofs.push_back({precision, 1e-9 * times.peak});
    report::RooflineSeries series{fmt::format("{}, {}", times.name, precision), {}};
    for (const LayerTime& layer : times.layers)
      if (layer.flops > 0)
        series.marks.push_back({layer.name, layer.flops / layer.bytes, 1e-9 * layer.flops / layer.seconds});
    chart.series.push_back(std::move(series));
  }
  return roofline_chart_svg(chart);
}

}  // namespace

int main(int count, char** words) try {
  if (count != 2 && count != 3) {
    std::fputs("usage: OMP_NUM_THREADS=1 network_roofline FOLDER [NAME]\n", stderr);
    return 2;
  }
  if (!kernels::onednn::has_avx512() || !__builtin_cpu_supports("avx512bf16"))
    throw std::runtime_error("needs a processor with AVX-512 and its dot products of bfloat16");
  const auto [networks, single, half, bytes] = measure();
  std::string text = fmt::format(
      "# How near the networks come to what a core can do\n\nMade by `OMP_NUM_THREADS=1 network_roofline`, {}, {}. "
      "Peaks of this core, measured: {:.0f} GFLOP/s in float32, {:.0f} in bfloat16, {:.1f} GB/s.\nThe least of {} "
      "times each, in {} passes. Of the roof: of the lesser of the peak and of what the bandwidth allows if inputs, "
      "weights and outputs are moved once; of the bandwidth, for what only\nmoves numbers. What lies in a cache may go "
      "through it, and so may 3x3 convolutions: minimal filtering takes 2.25 times fewer multiplications than are "
      "counted.\n\n",
      app::version_text(), kernels::backend_description(kernels::Backend::onednn), 1e-9 * single, 1e-9 * half,
      1e-9 * bytes, passes * rounds, passes);
  for (const NetworkTimes& times : networks) text += table(times);
  const std::filesystem::path folder = words[1];
  const std::string name = count == 3 ? words[2] : "roofline";
  io::make_folder(folder);
  io::write_file_atomically(folder / (name + ".md"), text);
  io::write_file_atomically(folder / (name + ".csv"), csv(networks));
  io::write_file_atomically(folder / (name + ".svg"), picture(networks));
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "network_roofline: %s\n", error.what());
  return 1;
}
