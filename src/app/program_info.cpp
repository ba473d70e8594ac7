// SPDX-License-Identifier: MIT
#include "app/program_info.hpp"

#include <fmt/format.h>
#include <hdf5.h>
#include <mpi.h>
#include <png.h>
#include <tiffio.h>
#include <toml++/toml.h>
#include <Kokkos_Macros.hpp>

#include <CLI/Version.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "build_info.hpp"
#include "git_hash.hpp"
#include "kernels/kernels.hpp"

namespace an::app {

namespace {

/// The first part of what MPI says of itself: `Open MPI v4.1.4`.
std::string mpi_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> words{};
  int length = 0;
  MPI_Get_library_version(words.data(), &length);
  const std::string text(words.data());
  return text.substr(0, text.find_first_of(",\n"));
}

std::string hdf5_version() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
#ifdef H5_HAVE_PARALLEL
  constexpr const char* kind = "parallel";
#else
  constexpr const char* kind = "not parallel";
#endif
  return fmt::format("{}.{}.{} ({})", major, minor, release, kind);
}

std::string kokkos_version() {
#ifdef KOKKOS_ENABLE_CUDA
  const char* const where = "CUDA";
#elif defined(KOKKOS_ENABLE_OPENMP)
  const char* const where = "OpenMP";
#elif defined(KOKKOS_ENABLE_THREADS)
  const char* const where = "Threads";
#else
  const char* const where = "Serial";
#endif
  return fmt::format("{}.{}.{} ({})", KOKKOS_VERSION / 10000, KOKKOS_VERSION / 100 % 100, KOKKOS_VERSION % 100, where);
}

// The number in `LIBTIFF, Version 4.5.0`.
std::string tiff_version() {
  const std::string text = TIFFGetVersion();
  const std::string line = text.substr(0, text.find('\n'));
  return line.substr(line.rfind(' ') + 1);
}

std::string fmt_version() {
  return fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100);
}

std::string cpu_simd() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return "AVX-512";
  if (__builtin_cpu_supports("avx2")) return "AVX2";
  if (__builtin_cpu_supports("avx")) return "AVX";
  return "SSE2";
#elif defined(__aarch64__)
  return "NEON";
#else
  return "unknown";
#endif
}

}  // namespace

std::string version_text() { return version_text(build_info::version, git_hash); }

std::string version_text(std::string_view version, std::string_view git) {
  return fmt::format("anomalousnet {} (git {})", version, git);
}

std::string short_commit(std::string_view git) {
  constexpr std::string_view mark = "-modified";
  const std::string_view prefix = git.starts_with("unknown-") ? "unknown-" : "";
  return std::string(git.substr(0, prefix.size() + 12)) + std::string(git.ends_with(mark) ? mark : "");
}

nlohmann::ordered_json program_info() {
  nlohmann::ordered_json info;
  info["name"] = "anomalousnet";
  info["version"] = build_info::version;
  info["git"] = git_hash;
  info["compiler"] = build_info::compiler;
  info["compiler_flags"] = build_info::compiler_flags;
  info["build_type"] = build_info::build_type;
  info["libraries"] = {{"mpi", mpi_version()},
                       {"hdf5", hdf5_version()},
                       {"kokkos", kokkos_version()},
                       {"libtiff", tiff_version()},
                       {"libpng", PNG_LIBPNG_VER_STRING},
                       {"fmt", fmt_version()},
                       {"cli11", CLI11_VERSION},
                       {"toml++", fmt::format("{}.{}.{}", TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH)},
                       {"nlohmann_json", fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR,
                                                     NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH)}};
  for (const kernels::Backend b : kernels::all_backends)
    info["back_ends"][std::string(kernels::backend_name(b))] = kernels::backend_description(b);
  info["cpu_simd"] = cpu_simd();
  return info;
}

nlohmann::ordered_json run_info(const parallel::Communicator& world, const nlohmann::ordered_json& seconds,
                                std::size_t done_before) {
  const char* told = std::getenv("OMP_NUM_THREADS");  // NOLINT(concurrency-mt-unsafe): nobody changes it
  const int threads = told == nullptr ? 1 : std::max(1, std::atoi(told));
  nlohmann::ordered_json info{
      {"ranks", world.size()}, {"nodes", world.nodes()}, {"threads", threads}, {"seconds", seconds}};
  if (done_before > 0) info["done_before"] = done_before;
  return info;
}

}  // namespace an::app
