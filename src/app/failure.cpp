// SPDX-License-Identifier: MIT
#include "app/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <iostream>
#include <new>
#include <thread>

#include "core/error.hpp"
#include "kernels/kernels.hpp"

namespace an::app {

Failure current_failure() {
  try {
    throw;
  } catch (const ConfigError& error) {
    return {ExitCode::usage, error.what()};
  } catch (const InputError& error) {
    return {ExitCode::input, error.what()};
  } catch (const kernels::BackendMissing& error) {
    return {ExitCode::usage, error.what()};
  } catch (const kernels::BackendTooSmall& error) {
    return {ExitCode::usage, error.what()};
  } catch (const kernels::BackendFailed& error) {
    return {ExitCode::our_fault, error.what()};
  } catch (const Error& error) {
    return {ExitCode::our_fault, error.what()};
  } catch (const std::filesystem::filesystem_error& error) {
    const std::string path = error.path1().string();
    return {ExitCode::our_fault, fmt::format("{}: {}", path, error.code().message())};
  } catch (const std::bad_alloc&) {
    return {ExitCode::our_fault, "there is not enough memory"};
  } catch (const std::exception& error) {
    return {ExitCode::our_fault, fmt::format("internal error: {}", error.what())};
  } catch (...) {
    return {ExitCode::our_fault, "internal error: an exception of unknown type"};
  }
}

void print_failure(const Failure& failure, const parallel::Communicator& world) {
  const std::string rank = world.size() > 1 ? fmt::format("rank {}: ", world.rank()) : "";
  std::cout.flush();
  // One write, so that the messages of several ranks are not mixed.
  std::cerr << fmt::format("anomalousnet: error: {}{}\n", rank, failure.message) << std::flush;
}

void abort_all(const Failure& failure, const parallel::Communicator& world) {
  constexpr std::chrono::milliseconds head_start{200};
  std::this_thread::sleep_for(head_start * std::min(world.rank(), 10));
  print_failure(failure, world);
  world.abort(static_cast<int>(failure.code));
}

}  // namespace an::app
