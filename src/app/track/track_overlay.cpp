// SPDX-License-Identifier: MIT
#include "app/track/track_overlay.hpp"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <map>
#include <string_view>

#include "core/error.hpp"

namespace an::app {

namespace {

constexpr double shown = 6;  // points of the picture a pixel

std::string base64(const std::vector<unsigned char>& bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k) three = three << 8U | (i + k < bytes.size() ? bytes[i + k] : 0U);
    for (unsigned k = 0; k < 4; ++k) text += i + k > bytes.size() ? '=' : digits[three >> (18U - 6U * k) & 63U];
  }
  return text;
}

// Grey values between the 1st and the 99.9th percentile, dark for bright, so that colours stand out.
std::vector<unsigned char> png_of(const Frame& frame) {
  std::vector<float> sorted = frame.pixels;
  std::sort(sorted.begin(), sorted.end());
  const float low = sorted[sorted.size() / 100];
  const float bright = sorted[sorted.size() - 1 - sorted.size() / 1000];
  const float high = bright > low ? bright : low + std::max(1.0F, std::fabs(low));
  std::vector<unsigned char> grey;
  for (const float value : frame.pixels)
    grey.push_back(
        static_cast<unsigned char>(255 - std::lround(170 * std::clamp((value - low) / (high - low), 0.0F, 1.0F))));
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(frame.columns);
  image.height = static_cast<png_uint_32>(frame.rows);
  image.format = PNG_FORMAT_GRAY;
  png_alloc_size_t size = 0;
  AN_ASSERT(png_image_write_get_memory_size(image, size, 0, grey.data(), 0, nullptr) != 0);
  std::vector<unsigned char> png(size);
  AN_ASSERT(png_image_write_to_memory(&image, png.data(), &size, 0, grey.data(), 0, nullptr) != 0);
  png.resize(size);
  return png;
}

}  // namespace

std::string overlay_svg(const TrackedVideo& video) {
  const double width = shown * static_cast<double>(video.columns);
  const double height = shown * static_cast<double>(video.rows);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\">\n"
      "<title>{2} tracks in {3} frames</title>\n"
      "<image width=\"{0}\" height=\"{1}\" preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" "
      "href=\"data:image/png;base64,{4}\"/>\n"
      "<g fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"round\">\n",
      width, height, video.tracks, video.frames, base64(png_of(video.brightest)));
  std::map<std::size_t, std::int64_t> vips;
  for (const TrackedVip& vip : video.vips) vips[vip.track] = vip.vip;
  std::string labels;
  for (const auto& [track, points] : points_by_track(video)) {
    const auto vip = vips.find(track);
    // Hues that are far apart for tracks that follow one another.
    const double hue = std::fmod(137.508 * static_cast<double>(track), 360.0);
    fmt::format_to(std::back_inserter(svg), "<polyline stroke=\"hsl({:.0f},75%,40%)\" stroke-width=\"{}\" points=\"",
                   hue, vip == vips.end() ? 1.2 : 2.6);
    for (const TrackedPoint* point : points)
      fmt::format_to(std::back_inserter(svg), "{:.1f},{:.1f} ", shown * (point->x + 0.5), shown * (point->y + 0.5));
    svg += "\"/>\n";
    if (vip == vips.end()) continue;
    fmt::format_to(std::back_inserter(labels), "<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
                   shown * (points.front()->x + 1.5), shown * (points.front()->y + 0.5), vip->second);
  }
  return svg + fmt::format(
                   "</g>\n<g font-family=\"sans-serif\" font-size=\"16\" font-weight=\"bold\" stroke=\"white\" "
                   "stroke-width=\"3\" paint-order=\"stroke\">\n{}</g>\n</svg>\n",
                   labels);
}

}  // namespace an::app
