// SPDX-License-Identifier: MIT
#include "kernels/onednn/gate.hpp"

#include <algorithm>
#include <limits>

#include "core/vectorised.hpp"
#include "kernels/bilinear.hpp"
#include "kernels/onednn/avx512.hpp"

#define AN_INLINE __attribute__((always_inline)) inline

namespace an::kernels::onednn {

namespace {

constexpr std::size_t some = 64;  // columns of a row at a time
constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

// Some output columns: between which of psi's each lies.
struct Columns {
  std::size_t first, count;
  BilinearTap taps[some];

  template <class A>
  Columns(const Call<A, float>& c, std::size_t from) : first(from), count(std::min(some, c.out.columns - from)) {
    for (std::size_t i = 0; i < count; ++i)
      taps[i] = bilinear_tap(from + i, c.operation.kernel_columns, c.other.columns);
  }
};

// The two rows of psi, of all images, that an output row lies between.
struct Between {
  std::size_t above, below;
  float share;
};

template <class A>
Between rows_around(const Call<A, float>& c, std::size_t row) {
  const BilinearTap tap = bilinear_tap(row % c.out.rows, c.operation.kernel_rows, c.other.rows);
  const std::size_t image = row / c.out.rows * c.other.rows;
  return {image + tap.first, image + tap.second, tap.share};
}

AN_VECTORISED void blend(const float* __restrict above, const float* __restrict below, float share,
                         float* __restrict to) {
  for (std::size_t i = 0; i < some; ++i) to[i] = (1 - share) * above[i] + share * below[i];
}
AN_VECTORISED void add_shared(const float* __restrict from, float share, float* __restrict to) {
  for (std::size_t i = 0; i < some; ++i) to[i] += share * from[i];
}

// Rows of sigmoids stretched to some columns: the last even and the last odd one, since output rows under each other
// lie between the same.
class Stretched {
 public:
  Stretched(const Columns& columns, const float* sigmoids, std::size_t width)
      : columns_(columns), sigmoids_(sigmoids), width_(width) {}

  void openings(const Between& rows, float* to) { blend(row(rows.above), row(rows.below), rows.share, to); }

 private:
  const float* row(std::size_t r) {
    float* values = values_[r % 2];
    if (held_[r % 2] == r) return values;
    held_[r % 2] = r;
    const float* from = sigmoids_ + r * width_;
    for (std::size_t i = 0; i < columns_.count; ++i) {
      const BilinearTap& tap = columns_.taps[i];
      values[i] = (1 - tap.share) * from[tap.first] + tap.share * from[tap.second];
    }
    return values;
  }

  const Columns& columns_;
  const float* sigmoids_;
  std::size_t width_;
  std::size_t held_[2] = {none, none};
  float values_[2][some] = {};
};

// The other way round: gradients of openings are summed by the rows of sigmoids that they were stretched from.
class Shrunk {
 public:
  Shrunk(const Columns& columns, float* dsigmoids, std::size_t width)
      : columns_(columns), dsigmoids_(dsigmoids), width_(width) {}
  Shrunk(const Shrunk&) = delete;
  Shrunk& operator=(const Shrunk&) = delete;
  ~Shrunk() {
    give(0);
    give(1);
  }

  void add(const Between& rows, const float* gradients) {
    add_shared(gradients, 1 - rows.share, row(rows.above));
    add_shared(gradients, rows.share, row(rows.below));
  }

 private:
  float* row(std::size_t r) {
    if (held_[r % 2] != r) {
      give(r % 2);
      held_[r % 2] = r;
      std::fill_n(sums_[r % 2], some, 0.0F);
    }
    return sums_[r % 2];
  }
  void give(std::size_t which) const {
    if (held_[which] == none) return;
    float* to = dsigmoids_ + held_[which] * width_;
    for (std::size_t i = 0; i < columns_.count; ++i) {
      const BilinearTap& tap = columns_.taps[i];
      to[tap.first] += (1 - tap.share) * sums_[which][i];
      to[tap.second] += tap.share * sums_[which][i];
    }
  }

  const Columns& columns_;
  float* dsigmoids_;
  std::size_t width_;
  std::size_t held_[2] = {none, none};
  float sums_[2][some] = {};
};

// Pixels beside each other.
template <class A>
struct Pixels {
  std::size_t count = 0, channels = 0;
  const float* openings = nullptr;
  const A* x = nullptr;
  A* y = nullptr;         // forward
  const A* dy = nullptr;  // backward
  A* dx = nullptr;
  bool add = false;            // to dx
  float* gradients = nullptr;  // of the openings
};

template <class A>
AN_INLINE void gate_loop(const Pixels<A>& p) {
  for (std::size_t i = 0; i < p.count; ++i) {
    const A* __restrict x = p.x + i * p.channels;
    A* __restrict y = p.y + i * p.channels;
    for (std::size_t k = 0; k < p.channels; ++k) y[k] = A(static_cast<float>(x[k]) * p.openings[i]);
  }
}

template <class A>
AN_INLINE void gate_backward_loop(const Pixels<A>& p) {
  for (std::size_t i = 0; i < p.count; ++i) {
    const A* __restrict x = p.x + i * p.channels;
    const A* __restrict dy = p.dy + i * p.channels;
    A* __restrict dx = p.dx + i * p.channels;
    float sum = 0;
    for (std::size_t k = 0; k < p.channels; ++k) {
      const auto given = static_cast<float>(dy[k]);
      sum += given * static_cast<float>(x[k]);
      dx[k] = A(p.add ? static_cast<float>(dx[k]) + given * p.openings[i] : given * p.openings[i]);
    }
    p.gradients[i] = sum;
  }
}

AN_VECTORISED void gate_any(const Pixels<float>& p) { gate_loop(p); }
AN_VECTORISED void gate_any(const Pixels<Bf16>& p) { gate_loop(p); }
AN_VECTORISED void gate_backward_any(const Pixels<float>& p) { gate_backward_loop(p); }
AN_VECTORISED void gate_backward_any(const Pixels<Bf16>& p) { gate_backward_loop(p); }

#if defined(__x86_64__)

// The same for channels in sixteens.
template <class A>
AN_AVX512 void gate_avx512(const Pixels<A>& p) {
  for (std::size_t i = 0; i < p.count; ++i) {
    const __m512 opening = _mm512_set1_ps(p.openings[i]);
    for (std::size_t k = i * p.channels; k < (i + 1) * p.channels; k += lanes)
      store16(p.y + k, _mm512_mul_ps(load16(p.x + k), opening));
  }
}

template <class A>
AN_AVX512 void gate_backward_avx512(const Pixels<A>& p) {
  for (std::size_t i = 0; i < p.count; ++i) {
    const __m512 opening = _mm512_set1_ps(p.openings[i]);
    __m512 sum = _mm512_setzero_ps();
    for (std::size_t k = i * p.channels; k < (i + 1) * p.channels; k += lanes) {
      const __m512 given = load16(p.dy + k);
      sum = _mm512_fmadd_ps(given, load16(p.x + k), sum);
      __m512 dx = _mm512_mul_ps(given, opening);
      if (p.add) dx = _mm512_add_ps(load16(p.dx + k), dx);
      store16(p.dx + k, dx);
    }
    p.gradients[i] = sum_of(sum);
  }
}

template <class A>
void gate_pixels(const Pixels<A>& p) {
  in_sixteens(p.channels) ? gate_avx512(p) : gate_any(p);
}
template <class A>
void gate_pixels_backward(const Pixels<A>& p) {
  in_sixteens(p.channels) ? gate_backward_avx512(p) : gate_backward_any(p);
}

#else

template <class A>
void gate_pixels(const Pixels<A>& p) {
  gate_any(p);
}
template <class A>
void gate_pixels_backward(const Pixels<A>& p) {
  gate_backward_any(p);
}

#endif

template <class A>
Pixels<A> pixels_at(const Call<A, float>& c, std::size_t row, const Columns& columns, const float* openings) {
  const std::size_t place = (row * c.out.columns + columns.first) * c.out.channels;
  Pixels<A> p;
  p.count = columns.count;
  p.channels = c.out.channels;
  p.openings = openings;
  p.x = c.x + place;
  p.y = c.y + place;
  if (c.dx != nullptr) {
    p.dy = c.dy + place;
    p.dx = c.dx + place;
    p.add = c.add_dx;
  }
  return p;
}

template <class A>
void gate_rows_of(const Call<A, float>& c, const float* sigmoids, std::size_t first, std::size_t end) {
  for (std::size_t from = 0; from < c.out.columns; from += some) {
    const Columns columns(c, from);
    Stretched stretched(columns, sigmoids, c.other.columns);
    float openings[some];
    for (std::size_t row = first; row < end; ++row) {
      stretched.openings(rows_around(c, row), openings);
      gate_pixels(pixels_at(c, row, columns, openings));
    }
  }
}

template <class A>
void gate_backward_of(const Call<A, float>& c, const float* sigmoids, float* dsigmoids, std::size_t first,
                      std::size_t end) {
  for (std::size_t from = 0; from < c.out.columns; from += some) {
    const Columns columns(c, from);
    Stretched stretched(columns, sigmoids, c.other.columns);
    Shrunk shrunk(columns, dsigmoids, c.other.columns);
    float openings[some], gradients[some] = {};
    for (std::size_t row = first * c.out.rows; row < end * c.out.rows; ++row) {
      const Between rows = rows_around(c, row);
      stretched.openings(rows, openings);
      Pixels<A> pixels = pixels_at(c, row, columns, openings);
      pixels.gradients = gradients;
      gate_pixels_backward(pixels);
      shrunk.add(rows, gradients);
    }
  }
  const std::size_t small = c.other.rows * c.other.columns;
  for (std::size_t i = first * small; i < end * small; ++i) {
    const float dz = dsigmoids[i] * sigmoids[i] * (1 - sigmoids[i]);
    c.dz[i] = A(c.add_dz ? static_cast<float>(c.dz[i]) + dz : dz);
  }
}

}  // namespace

void gate_rows(const Call<float, float>& c, const float* sigmoids, std::size_t first, std::size_t end) {
  gate_rows_of(c, sigmoids, first, end);
}
void gate_rows(const Call<Bf16, float>& c, const float* sigmoids, std::size_t first, std::size_t end) {
  gate_rows_of(c, sigmoids, first, end);
}
void gate_backward_images(const Call<float, float>& c, const float* sigmoids, float* dsigmoids, std::size_t first,
                          std::size_t end) {
  gate_backward_of(c, sigmoids, dsigmoids, first, end);
}
void gate_backward_images(const Call<Bf16, float>& c, const float* sigmoids, float* dsigmoids, std::size_t first,
                          std::size_t end) {
  gate_backward_of(c, sigmoids, dsigmoids, first, end);
}

}  // namespace an::kernels::onednn
