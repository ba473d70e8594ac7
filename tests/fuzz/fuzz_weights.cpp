// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "app/program_info.hpp"
#include "app/train/checkpoint.hpp"
#include "app/train/weights_file.hpp"
#include "core/error.hpp"
#include "described_file.hpp"
#include "io/file_checksum.hpp"
#include "same_values.hpp"
#include "temporary_folder.hpp"

namespace {

using namespace an;

// The number of a checkpoint's file is its step, the rest of its name its checksum.
void read_checkpoint(const testing::TemporaryFolder& folder, const std::filesystem::path& file,
                     const network::Network& network) {
  const std::string checksum = io::file_checksum(file);
  const std::string hash = checksum.substr(checksum.find(':') + 1);
  create_directories(folder.path() / "steps");
  rename(file, folder.path() / "steps" / ("checkpoint_0000000007_" + hash + ".h5"));
  const app::FoundCheckpoint found = app::find_checkpoint(folder.path() / "steps");
  fuzz::require(found.any && !found.newest.empty() && found.problems.empty());
  const app::Checkpoint checkpoint = app::read_checkpoint(found.newest, network, "any");
  fuzz::require(checkpoint.first.size() == network.plan.parameters);
}

}  // namespace

// A file of weights is read whole, or refused in words: as ours, as Keras', and as a checkpoint.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const testing::TemporaryFolder folder(testing::place_in_memory());
  folder.clear();
  const std::filesystem::path path = folder.path() / "weights.h5";
  auto description = nlohmann::ordered_json::parse(data, data + size, nullptr, false);
  if (description.is_object() && description.contains("attributes") && description["attributes"].is_object() &&
      description["attributes"].contains("program"))
    description["attributes"]["program"] = app::version_text();
  fuzz::write_described(path, description);
  try {
    network::Network network;
    {
      const io::ArrayReader file(path);
      const network::NetworkShape shape = app::read_shape(file);
      network = app::network_of(file, shape, 1, 64, 208);
      const network::Weights weights =
          file.has("/keras") ? app::read_keras_weights(file, network) : app::read_weights(file, network);
      fuzz::require(weights.parameters.size() == network.plan.parameters);
      const std::filesystem::path again = folder.path() / "again.h5";
      app::write_weights(again, network, weights, false, {});
      const io::ArrayReader written(again);
      fuzz::require(app::read_shape(written) == shape);
      fuzz::require(app::read_weights(written, network).parameters == weights.parameters);
    }
    read_checkpoint(folder, path, network);
  } catch (const InputError&) {
  } catch (const ConfigError&) {  // a checkpoint of another configuration
  }
  return 0;
}
