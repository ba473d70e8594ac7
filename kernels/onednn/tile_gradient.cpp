// SPDX-License-Identifier: MIT
#include "kernels/onednn/tile_gradient.hpp"

#include <algorithm>

#include "kernels/onednn/amx.hpp"
#include "kernels/onednn/normalisation.hpp"
#include "kernels/onednn/thread_sums.hpp"
#include "kernels/onednn/threads.hpp"
#include "kernels/plan_executor.hpp"

namespace an::kernels::onednn {

#if defined(__x86_64__) && defined(__linux__)

namespace {

constexpr std::size_t max_rows = 64;  // of a block

// Sixteen channels of a pixel, each in the lower half of its 32 bits.
AN_AVX512_INLINE __m512i lower_halves(const Bf16* from) {
  return _mm512_maskz_cvtepu16_epi32(all, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
}
AN_AVX512_INLINE __m512i upper_halves(__m512i lower) { return _mm512_maskz_slli_epi32(all, lower, 16); }

// Rows become columns, of 16 x 16 words.
AN_AVX512_INLINE void turn(__m512i* rows) {
  __m512i t[16];
  for (std::size_t i = 0; i < 16; i += 2) {
    t[i] = _mm512_maskz_unpacklo_epi32(all, rows[i], rows[i + 1]);
    t[i + 1] = _mm512_maskz_unpackhi_epi32(all, rows[i], rows[i + 1]);
  }
  for (std::size_t i = 0; i < 16; i += 4)
    for (std::size_t h = 0; h < 2; ++h) {
      rows[i + 2 * h] = _mm512_maskz_unpacklo_epi64(0xFF, t[i + h], t[i + 2 + h]);
      rows[i + 2 * h + 1] = _mm512_maskz_unpackhi_epi64(0xFF, t[i + h], t[i + 2 + h]);
    }
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t h = 0; h < 2; ++h) {
      t[i + 8 * h] = _mm512_maskz_shuffle_i32x4(all, rows[i + 8 * h], rows[i + 4 + 8 * h], 0x88);
      t[i + 4 + 8 * h] = _mm512_maskz_shuffle_i32x4(all, rows[i + 8 * h], rows[i + 4 + 8 * h], 0xDD);
    }
  for (std::size_t i = 0; i < 8; ++i) {
    rows[i] = _mm512_maskz_shuffle_i32x4(all, t[i], t[i + 8], 0x88);
    rows[i + 8] = _mm512_maskz_shuffle_i32x4(all, t[i], t[i + 8], 0xDD);
  }
}

// `count` pixels, `apart` in memory, of sixteen channels: to rows of pixels, `line` apart, one a channel, with zeros up
// to a multiple of 32.
AN_AVX512 void turn_pixels(const Bf16* from, std::size_t apart, std::size_t count, std::size_t line, Bf16* to) {
  for (std::size_t first = 0; first < count; first += tile_numbers) {
    __m512i words[16];
    for (std::size_t i = 0; i < 16; ++i) {
      const std::size_t p = first + 2 * i;
      words[i] = p < count ? lower_halves(from + p * apart) : _mm512_setzero_si512();
      if (p + 1 < count) words[i] = _mm512_or_si512(words[i], upper_halves(lower_halves(from + (p + 1) * apart)));
    }
    turn(words);
    for (std::size_t c = 0; c < 16; ++c) _mm512_storeu_si512(to + c * line + first, words[c]);
  }
}

// The same for few channels.
void turn_few(const Bf16* from, std::size_t apart, std::size_t count, std::size_t channels, std::size_t line,
              Bf16* to) {
  for (std::size_t p = 0; p < count; ++p)
    for (std::size_t c = 0; c < channels; ++c) to[c * line + p] = from[p * apart + c];
}

// A row of pixels, sixteen channels of each, as pairs: of pixels 2r and 2r + 1 in `even`, 2r - 1 and 2r in `odd`.
// Where y is not above 0 (null: everywhere it is), zeros take the pixels' place first. Returns their sums.
AN_AVX512 void pair_pixels(Bf16* from, const Bf16* y, std::size_t apart, std::size_t count, Bf16* even, Bf16* odd,
                           float* sums) {
  __m512i before = _mm512_setzero_si512();
  __m512 sum = load16(sums);
  for (std::size_t p = 0; p < count; ++p) {
    __m512i pixel = lower_halves(from + p * apart);
    if (y != nullptr) {
      const __mmask16 open = _mm512_cmp_ps_mask(load16(y + p * apart), _mm512_setzero_ps(), _CMP_GT_OQ);
      pixel = _mm512_maskz_mov_epi32(open, pixel);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(from + p * apart), _mm512_maskz_cvtepi32_epi16(all, pixel));
    }
    const __m512i upper = upper_halves(pixel);
    sum = _mm512_add_ps(sum, _mm512_castsi512_ps(upper));
    _mm512_storeu_si512((p % 2 != 0 ? even : odd) + p / 2 * tile_numbers, _mm512_or_si512(before, upper));
    before = pixel;
  }
  _mm512_storeu_si512((count % 2 != 0 ? even : odd) + count / 2 * tile_numbers, before);
  _mm512_storeu_ps(sums, sum);
}

// Rows of windows times rows of pairs in `Count` places, added to sums whose rows are `apart` bytes.
template <std::size_t Count>
AN_AMX void add_tiles(const Bf16* const* turned, std::size_t rows, std::size_t line, std::size_t steps,
                      const Bf16* const* pairs, std::size_t pairs_apart, float* const* sums, std::size_t apart) {
  before_tiles();
  _tile_loadd(0, sums[0], apart);
  if constexpr (Count > 1) _tile_loadd(1, sums[1], apart);
  if constexpr (Count > 2) _tile_loadd(2, sums[2], apart);
  if constexpr (Count > 3) _tile_loadd(3, sums[3], apart);
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t s = 0; s < steps; ++s) {
      const std::size_t at = r * pairs_apart + s * tile_rows * tile_numbers;
      _tile_loadd(4, turned[r] + s * tile_numbers, line * sizeof(Bf16));
      _tile_loadd(6, pairs[0] + at, 64);
      _tile_dpbf16ps(0, 4, 6);
      if constexpr (Count > 1) {
        _tile_loadd(7, pairs[1] + at, 64);
        _tile_dpbf16ps(1, 4, 7);
      }
      if constexpr (Count > 2) {
        _tile_loadd(6, pairs[2] + at, 64);
        _tile_dpbf16ps(2, 4, 6);
      }
      if constexpr (Count > 3) {
        _tile_loadd(7, pairs[3] + at, 64);
        _tile_dpbf16ps(3, 4, 7);
      }
    }
  _tile_stored(0, sums[0], apart);
  if constexpr (Count > 1) _tile_stored(1, sums[1], apart);
  if constexpr (Count > 2) _tile_stored(2, sums[2], apart);
  if constexpr (Count > 3) _tile_stored(3, sums[3], apart);
}

}  // namespace

// A thread's: sums as the weights lie, sums of the centres, turned rows of windows, pairs of centres.
struct TileGradient::Memory {
  float *products, *sums;
  Bf16 *turned, *pairs;

  Memory(const TileGradient& g, const AlignedMemory& memory)
      : products(memory.as<float>()),
        sums(products + g.sums()),
        turned(reinterpret_cast<Bf16*>(sums + g.centres_.channels)),
        pairs(turned + g.turned_numbers()) {}
};

// Of a row of windows.
std::size_t TileGradient::turned_line() const { return phases_ * windows_.channels * line_; }
// Of all rows that are kept, and what may be written after them.
std::size_t TileGradient::turned_numbers() const { return lines_ * turned_line() + tile_numbers; }
// Of sixteen channels of a row of centres, paired in one of the two ways.
std::size_t TileGradient::pairs_sixteen() const { return (front_ + line_ / 2 + 1) * tile_numbers; }
std::size_t TileGradient::pairs_line() const { return pairs_sixteen() * (centres_.channels / lanes); }
std::size_t TileGradient::pairs_numbers() const { return 2 * block_rows_ * pairs_line(); }

bool TileGradient::suits(const Operation& o, const Shape& in, const Shape& out) {
  if (!has_amx()) return false;
  const bool transposed = o.kind == OperationKind::transposed_convolution;
  if (transposed && !fills_blocks(o, in, out)) return false;
  const std::size_t windows = transposed ? out.channels : in.channels;
  const std::size_t centres = transposed ? in.channels : out.channels;
  return (windows % tile_rows == 0 || windows < tile_rows) && windows > 0 && centres % lanes == 0;
}

TileGradient::TileGradient(const Operation& o, const Shape& in, const Shape& out)
    : transposed_(o.kind == OperationKind::transposed_convolution),
      windows_(transposed_ ? out : in),
      centres_(transposed_ ? in : out),
      kernel_rows_(o.kernel_rows),
      kernel_columns_(o.kernel_columns),
      stride_rows_(o.stride_rows),
      stride_columns_(o.stride_columns),
      before_rows_(padding_before(windows_.rows, centres_.rows, o.kernel_rows, o.stride_rows)),
      before_columns_(padding_before(windows_.columns, centres_.columns, o.kernel_columns, o.stride_columns)),
      phases_(std::min(stride_columns_, kernel_columns_)),
      front_((kernel_columns_ - 1) / stride_columns_ / 2),
      parts_(phases_) {
  const std::size_t reach = (kernel_columns_ - 1) / stride_columns_;
  line_ = divided_up(centres_.columns + reach, tile_numbers) * tile_numbers;
  for (std::size_t column = 0; column < kernel_columns_; ++column)
    for (std::size_t k = 0; k < centres_.channels; k += lanes) parts_[column % stride_columns_].push_back({column, k});
  // As many rows as stay in the nearest cache, but two, since sums are read and written for each block.
  constexpr std::size_t near = 40 << 10;
  const std::size_t row = line_ * (phases_ * windows_.channels * stride_rows_ + 2 * centres_.channels) * sizeof(Bf16);
  block_rows_ = std::min({std::max<std::size_t>(2, near / row), centres_.rows, max_rows});
  lines_ = (block_rows_ - 1) * stride_rows_ + kernel_rows_;
}

std::size_t TileGradient::sums() const {
  return kernel_rows_ * kernel_columns_ * windows_.channels * centres_.channels;
}

std::size_t TileGradient::scratch_bytes() const {
  return (sums() + centres_.channels) * sizeof(float) + (turned_numbers() + pairs_numbers()) * sizeof(Bf16);
}

// A row of the padded image, to its place among the rows that are kept.
void TileGradient::turn_line(const Bf16* windows, std::size_t image, std::size_t row, const Memory& memory) const {
  Bf16* to = memory.turned + row % lines_ * turned_line();
  const std::size_t channels = windows_.channels;
  if (row < before_rows_ || row - before_rows_ >= windows_.rows) {
    std::fill_n(to, turned_line(), Bf16());
    return;
  }
  const Bf16* from = windows + (image * windows_.rows + row - before_rows_) * windows_.columns * channels;
  for (std::size_t phase = 0; phase < phases_; ++phase) {
    // Its first pixel in the image, and that one's place among the phase's.
    const std::size_t place = divided_up(std::max(before_columns_, phase) - phase, stride_columns_);
    const std::size_t first = place * stride_columns_ + phase - before_columns_;
    if (first >= windows_.columns) continue;
    const std::size_t count = std::min(divided_up(windows_.columns - first, stride_columns_), line_ - place);
    Bf16* start = to + phase * channels * line_ + place;
    const std::size_t apart = stride_columns_ * channels;
    if (channels < tile_rows) turn_few(from + first * channels, apart, count, channels, line_, start);
    for (std::size_t c = 0; c + tile_rows <= channels; c += tile_rows)
      turn_pixels(from + first * channels + c, apart, count, line_, start + c * line_);
  }
}

void TileGradient::add_products(std::size_t first_row, std::size_t rows, const Memory& memory) const {
  const std::size_t channels = windows_.channels, outputs = centres_.channels, width = std::min(channels, tile_rows);
  const Bf16* turned[max_rows];
  for (std::size_t i = 0; i < kernel_rows_; ++i)
    for (std::size_t phase = 0; phase < phases_; ++phase)
      for (std::size_t c = 0; c < channels; c += width) {
        for (std::size_t r = 0; r < rows; ++r)
          turned[r] = memory.turned + (first_row * stride_rows_ + r * stride_rows_ + i) % lines_ * turned_line() +
                      (phase * channels + c) * line_;
        const std::vector<Part>& parts = parts_[phase];
        for (std::size_t first = 0; first < parts.size(); first += 4) {
          const std::size_t count = std::min<std::size_t>(4, parts.size() - first);
          const Bf16* pairs[4];
          float* sums[4];
          for (std::size_t n = 0; n < count; ++n) {
            const Part& part = parts[first + n];
            const std::size_t shift = part.column / stride_columns_;
            pairs[n] = memory.pairs + shift % 2 * block_rows_ * pairs_line() + part.channel / lanes * pairs_sixteen() +
                       (front_ - shift / 2) * tile_numbers;
            sums[n] = memory.products + ((i * kernel_columns_ + part.column) * channels + c) * outputs + part.channel;
          }
          const auto add = count == 4   ? add_tiles<4>
                           : count == 3 ? add_tiles<3>
                           : count == 2 ? add_tiles<2>
                                        : add_tiles<1>;
          add(turned, rows, line_, line_ / tile_numbers, pairs, pairs_line(), sums, outputs * sizeof(float));
        }
      }
}

void TileGradient::run(const Bf16* x, Bf16* dy, const Bf16* y, float* dweights, float* dbias,
                       const std::vector<AlignedMemory>& scratch) const {
  if (transposed_) bias_gradient(windows_, dy, y, dbias);
  const Bf16* windows = transposed_ ? dy : x;
  Bf16* centres = transposed_ ? const_cast<Bf16*>(x) : dy;
  const Bf16* closed = transposed_ ? nullptr : y;
  const std::size_t all_sums = sums() + centres_.channels;
  clear_sums(scratch, all_sums);
  for_each_part(centres_.images * centres_.rows, 1, [&](std::size_t begin, std::size_t end) {
    const AmxTiles configured(std::min(windows_.channels, tile_rows), tile_numbers);
    const Memory memory(*this, scratch[thread_number()]);
    std::fill_n(memory.turned, turned_numbers() + pairs_numbers(), Bf16());
    std::size_t turned = 0;  // rows of the image
    for (std::size_t first = begin, rows = 0; first < end; first += rows) {
      const std::size_t image = first / centres_.rows, row = first % centres_.rows;
      rows = std::min({block_rows_, end - first, centres_.rows - row});
      if (row == 0 || first == begin) turned = row * stride_rows_;
      for (; turned < (row + rows - 1) * stride_rows_ + kernel_rows_; ++turned)
        turn_line(windows, image, turned, memory);
      for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t k = 0; k < centres_.channels; k += lanes) {
          const std::size_t at = (first + r) * centres_.columns * centres_.channels + k;
          Bf16* even = memory.pairs + r * pairs_line() + k / lanes * pairs_sixteen() + front_ * tile_numbers;
          pair_pixels(centres + at, closed == nullptr ? closed : closed + at, centres_.channels, centres_.columns, even,
                      even + block_rows_ * pairs_line(), memory.sums + k);
        }
      add_products(row, rows, memory);
    }
  });
  const float* total = sums_of_threads(scratch, all_sums);
  std::copy_n(total, sums(), dweights);
  if (!transposed_) std::copy_n(total + sums(), centres_.channels, dbias);
}

#else

struct TileGradient::Memory {};
bool TileGradient::suits(const Operation&, const Shape&, const Shape&) { return false; }
TileGradient::TileGradient(const Operation&, const Shape&, const Shape&) {}
std::size_t TileGradient::scratch_bytes() const { return 0; }
void TileGradient::run(const Bf16*, Bf16*, const Bf16*, float*, float*, const std::vector<AlignedMemory>&) const {}

#endif

}  // namespace an::kernels::onednn
