// SPDX-License-Identifier: MIT
#include "kernels/onednn/tile_product.hpp"

#include <algorithm>

#include "kernels/onednn/amx.hpp"
#include "kernels/onednn/finish.hpp"
#include "kernels/onednn/threads.hpp"
#include "kernels/plan_executor.hpp"

namespace an::kernels::onednn {

#if defined(__x86_64__) && defined(__linux__)

namespace {

constexpr std::size_t tile_size = tile_rows * lanes;  // sums of a tile

// Sums of four tiles, and where the outputs go that are made of them.
struct Pending {
  struct Tile {
    const float *sums, *bias;
    Bf16* y;
    std::size_t left;  // pixels that are not yet written
  };
  After after;
  std::size_t apart;      // from one pixel's outputs to the next pixel's
  std::size_t first = 4;  // tile that has any left
  Tile tiles[4] = {};
};

// Writes outputs of the next `count` pixels.
AN_AMX_INLINE void finish_some(Pending& pending, std::size_t count) {
  while (pending.first < 4) {
    Pending::Tile& tile = pending.tiles[pending.first];
    const std::size_t some = count < tile.left ? count : tile.left;
    const float* sums = tile.sums;
    Bf16* y = tile.y;
    const __m512 bias = load16(tile.bias);
    const After after = pending.after;
    for (std::size_t p = 0; p < some; ++p, sums += lanes, y += pending.apart) finish(load16(sums), bias, after, y);
    tile.sums = sums;
    tile.y = y;
    tile.left -= some;
    count -= some;
    if (tile.left > 0) return;
    ++pending.first;
  }
}

// How sums of windows are made.
struct Windows {
  std::size_t rows, steps, inner;
  std::size_t bytes;  // from one window to the next
};

// A tile's first window, and numbers from one of its rows to the next.
struct Start {
  const Bf16* first;
  std::size_t line;
};

// Sums of two tiles of windows and 32 outputs (`TwoByTwo`), or of four tiles and 16 outputs: four at once, since each
// product waits for the one before it in the same sum. Meanwhile other sums are finished.
template <bool TwoByTwo>
AN_AMX void sum_tiles(const Windows& w, const Start* x, const Bf16* weights, float* sums, Pending& others) {
  const std::size_t share = divided_up(4 * tile_rows, w.rows * w.steps);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  before_tiles();
  for (std::size_t i = 0; i < w.rows; ++i)
    for (std::size_t s = 0; s < w.steps; ++s, weights += (TwoByTwo ? 2 : 1) * w.inner * lanes) {
      const auto at = [&](const Start& start) { return start.first + i * start.line + s * w.inner; };
      _tile_loadd(6, weights, 64);
      _tile_loadd(4, at(x[0]), w.bytes);
      _tile_dpbf16ps(0, 4, 6);
      if constexpr (TwoByTwo) {
        _tile_loadd(7, weights + w.inner * lanes, 64);
        _tile_dpbf16ps(1, 4, 7);
        _tile_loadd(5, at(x[1]), w.bytes);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
      } else {
        _tile_loadd(5, at(x[1]), w.bytes);
        _tile_dpbf16ps(1, 5, 6);
        _tile_loadd(4, at(x[2]), w.bytes);
        _tile_dpbf16ps(2, 4, 6);
        _tile_loadd(5, at(x[3]), w.bytes);
        _tile_dpbf16ps(3, 5, 6);
      }
      finish_some(others, share);
    }
  _tile_stored(0, sums, 64);
  _tile_stored(1, sums + tile_size, 64);
  _tile_stored(2, sums + 2 * tile_size, 64);
  _tile_stored(3, sums + 3 * tile_size, 64);
}

AN_AMX void finish_all(Pending& pending) { finish_some(pending, 4 * tile_rows); }

}  // namespace

bool TileProduct::suits(const Operation& o, Meeting meeting, const Shape& from, const Shape& to) {
  if (!has_amx() || from.channels % 2 != 0 || from.channels == 0 || to.channels % lanes != 0) return false;
  switch (meeting) {
    case Meeting::gather:
      return o.kind == OperationKind::convolution || fills_blocks(o, to, from);
    case Meeting::flipped:
      return o.kind == OperationKind::convolution && o.stride_rows == 1 && o.stride_columns == 1;
    case Meeting::spread:
      return fills_blocks(o, from, to);
  }
  return false;
}

TileProduct::TileProduct(const Operation& o, Meeting meeting, const Shape& from, const Shape& to)
    : meeting_(meeting),
      from_(from),
      to_(to),
      kernel_rows_(o.kernel_rows),
      kernel_columns_(o.kernel_columns),
      window_rows_(o.kernel_rows),
      window_columns_(o.kernel_columns),
      stride_rows_(o.stride_rows),
      stride_columns_(o.stride_columns),
      before_rows_(padding_before(from.rows, to.rows, o.kernel_rows, o.stride_rows)),
      before_columns_(padding_before(from.columns, to.columns, o.kernel_columns, o.stride_columns)),
      sums_rows_(to.rows),
      sums_columns_(to.columns) {
  if (meeting == Meeting::flipped) {
    before_rows_ = kernel_rows_ - 1 - before_rows_;
    before_columns_ = kernel_columns_ - 1 - before_columns_;
  }
  if (meeting == Meeting::spread) {
    window_rows_ = window_columns_ = stride_rows_ = stride_columns_ = 1;
    before_rows_ = before_columns_ = 0;
    sums_rows_ = from.rows;
    sums_columns_ = from.columns;
    apart_rows_ = kernel_rows_;
    apart_columns_ = kernel_columns_;
  }
  const std::size_t outputs = apart_rows_ * apart_columns_ * to.channels;
  tiles_ = divided_up(sums_columns_, tile_rows);
  tile_height_ = divided_up(sums_columns_, tiles_);
  const std::size_t numbers = window_columns_ * from.channels;
  steps_ = divided_up(numbers, tile_numbers);
  while (numbers % (2 * steps_) != 0) ++steps_;
  inner_ = numbers / steps_;
  const std::size_t weights = window_rows_ * numbers * outputs * sizeof(Bf16);  // bytes
  weights_ = AlignedMemory(weights);
  // Blocks whose inputs stay in the nearest cache beside the weights, where those are few; else in the second.
  constexpr std::size_t near_weights = 28 << 10, near = 16 << 10, near_tiles = 4, kept = 384 << 10;
  const bool few = weights <= near_weights;
  block_tiles_ = few ? divided_up(tiles_, divided_up(tiles_, near_tiles)) : tiles_;
  const std::size_t row = block_tiles_ * tile_height_ * stride_rows_ * stride_columns_ * from.channels * sizeof(Bf16);
  block_rows_ = std::clamp<std::size_t>((few ? near : kept) / row, 1, sums_rows_);
  patch_line_ = ((tile_height_ - 1) * stride_columns_ + window_columns_) * from.channels;
  for (std::size_t k = 0; k < outputs; k += lanes) {
    const std::size_t place = k / to.channels;
    output_places_.push_back((place / apart_columns_ * to.columns + place % apart_columns_) * to.channels +
                             k % to.channels);
  }
}

std::size_t TileProduct::scratch_bytes() const {
  return block_rows_ * block_tiles_ * window_rows_ * patch_line_ * sizeof(Bf16) + 8 * tile_size * sizeof(float);
}

// Weights lie in the order they are read: outputs by 32 (or 16), rows of the window, its steps, sixteen outputs, pairs
// of numbers.
void TileProduct::pack(const float* weights) {
  const std::size_t from = from_.channels, to = to_.channels, outputs = output_places_.size() * lanes;
  const std::size_t last = kernel_rows_ * kernel_columns_ - 1;
  Bf16* packed = weights_.as<Bf16>();
  for (std::size_t k = 0; k < outputs; ++k)
    for (std::size_t i = 0; i < window_rows_; ++i)
      for (std::size_t n = 0; n < window_columns_ * from; ++n) {
        const std::size_t tap = i * window_columns_ + n / from, c = n % from;
        const std::size_t given = meeting_ == Meeting::gather    ? (tap * from + c) * to + k
                                  : meeting_ == Meeting::flipped ? ((last - tap) * to + k) * from + c
                                                                 : k * from + c;
        const std::size_t chunk = k / (2 * lanes) * 2 * lanes, width = std::min(2 * lanes, outputs - chunk);
        const std::size_t step = (i * steps_ + n / inner_) * width / lanes + (k - chunk) / lanes, r = n % inner_;
        packed[chunk * window_rows_ * steps_ * inner_ + step * inner_ * lanes + (r / 2 * lanes + k % lanes) * 2 +
               r % 2] = Bf16(weights[given]);
      }
}

// A tile's windows with zeros where the image ends.
void TileProduct::copy_patch(const Bf16* image, std::size_t row, std::size_t column, Bf16* to) const {
  const std::size_t size = patch_line_ / from_.channels;  // pixels
  const auto inside = [](std::size_t at, std::size_t before, std::size_t length) {
    return std::clamp(at, before, before + length) - before;
  };
  const std::size_t begin = inside(column, before_columns_, from_.columns);
  const std::size_t end = inside(column + size, before_columns_, from_.columns);
  const std::size_t before = (begin + before_columns_ - column) * from_.channels;
  std::fill_n(to, window_rows_ * patch_line_, Bf16());
  if (begin == end) return;
  for (std::size_t i = 0; i < window_rows_; ++i)
    if (row + i >= before_rows_ && row + i - before_rows_ < from_.rows)
      std::copy_n(image + ((row + i - before_rows_) * from_.columns + begin) * from_.channels,
                  (end - begin) * from_.channels, to + i * patch_line_ + before);
}

// Sums of a block's tiles.
void TileProduct::multiply_block(std::span<const TilePlace> tiles, const After& after, float* sums) const {
  const Windows windows{window_rows_, steps_, inner_, stride_columns_ * from_.channels * sizeof(Bf16)};
  const std::size_t outputs = output_places_.size();
  const Bf16* weights = weights_.as<Bf16>();
  alignas(64) static constexpr float no_bias[lanes] = {};
  Pending pending{.after = after, .apart = apart_columns_ * to_.channels};
  float *now = sums, *before = sums + 4 * tile_size;
  for (std::size_t k = 0; k < outputs; k += 2) {
    const std::size_t right = std::min<std::size_t>(2, outputs - k), left = 4 / right;
    for (std::size_t group = 0; group < tiles.size(); group += left) {
      Start starts[4];
      for (std::size_t i = 0; i < left; ++i) {
        const TilePlace& tile = tiles[std::min(group + i, tiles.size() - 1)];
        starts[i] = {tile.input, tile.line};
      }
      right > 1 ? sum_tiles<true>(windows, starts, weights, now, pending)
                : sum_tiles<false>(windows, starts, weights, now, pending);
      pending.first = 0;
      for (std::size_t i = 0; i < left; ++i)
        for (std::size_t j = 0; j < right; ++j) {
          const TilePlace& tile = tiles[std::min(group + i, tiles.size() - 1)];
          pending.tiles[right * i + j] = {now + (right * i + j) * tile_size,
                                          after.bias == nullptr ? no_bias : after.bias + (k + j) * lanes % to_.channels,
                                          tile.output + output_places_[k + j],
                                          group + i < tiles.size() ? tile.count : 0};
        }
      std::swap(now, before);
    }
    weights += right * window_rows_ * steps_ * inner_ * lanes;
  }
  finish_all(pending);
}

void TileProduct::multiply(const Bf16* x, const After& after, Bf16* y, const std::vector<AlignedMemory>& scratch) {
  const std::size_t patch = window_rows_ * patch_line_, pixel = from_.channels;
  for_each_part(from_.images * sums_rows_, 1, [&](std::size_t begin, std::size_t end) {
    const AmxTiles configured(tile_height_, inner_);
    auto* sums = scratch[thread_number()].template as<float>();
    Bf16* patches = reinterpret_cast<Bf16*>(sums + 8 * tile_size);
    std::vector<TilePlace> tiles;
    const auto add_tile = [&](std::size_t row, std::size_t tile) {
      const Bf16* image = x + row / sums_rows_ * from_.rows * from_.columns * pixel;
      const std::size_t window = tile * tile_height_, at_row = row % sums_rows_ * stride_rows_;
      const std::size_t at_column = window * stride_columns_;
      const auto inside = [](std::size_t at, std::size_t size, std::size_t before, std::size_t length) {
        return at >= before && at + size <= before + length;
      };
      TilePlace place{.output = y + (row * apart_rows_ * to_.columns + window * apart_columns_) * to_.channels,
                      .count = std::min(tile_height_, sums_columns_ - window)};
      if (inside(at_row, window_rows_, before_rows_, from_.rows) &&
          inside(at_column, patch_line_ / pixel, before_columns_, from_.columns)) {
        place.line = from_.columns * pixel;
        place.input = image + (at_row - before_rows_) * place.line + (at_column - before_columns_) * pixel;
      } else {
        Bf16* copied = patches + tiles.size() * patch;
        copy_patch(image, at_row, at_column, copied);
        place.input = copied;
        place.line = patch_line_;
      }
      tiles.push_back(place);
    };
    for (std::size_t first = begin, rows = 0; first < end; first += rows) {
      rows = std::min(block_rows_, end - first);
      for (std::size_t tile = 0; tile < tiles_; tile += block_tiles_) {
        tiles.clear();
        for (std::size_t r = 0; r < rows; ++r)
          for (std::size_t c = 0; c < std::min(block_tiles_, tiles_ - tile); ++c) add_tile(first + r, tile + c);
        multiply_block(tiles, after, sums);
      }
    }
  });
}

#else

bool TileProduct::suits(const Operation&, Meeting, const Shape&, const Shape&) { return false; }
TileProduct::TileProduct(const Operation&, Meeting, const Shape&, const Shape&) {}
std::size_t TileProduct::scratch_bytes() const { return 0; }
void TileProduct::pack(const float*) {}
void TileProduct::multiply(const Bf16*, const After&, Bf16*, const std::vector<AlignedMemory>&) {}

#endif

}  // namespace an::kernels::onednn
