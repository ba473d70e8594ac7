// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "app/settings/command_line.hpp"
#include "app/settings/configuration_words.hpp"

namespace an::app {

/// What the options that every subcommand has ask for.
struct CommonOptions {
  ConfigurationWords configuration;
  bool dump_default = false;
  bool dump_config = false;
  bool dry_run = false;
};

/// One subcommand: the options that CLI11 knows, and the CommandOptions that they are written to.
class Subcommand {
 public:
  Subcommand(CLI::App& program, CommonOptions& common, const std::string& name, const std::string& what,
             const std::string& example);
  Subcommand(const Subcommand&) = delete;
  Subcommand& operator=(const Subcommand&) = delete;

  /// What the command line is written to; to be asked for once.
  template <class Options>
  Options& options() {
    return options_.emplace<Options>();
  }

  /// What the options say about the configuration.
  ConfigurationWords& configuration() { return common_.configuration; }
  /// For options that no other subcommand has.
  CLI::App* operator->() { return app_; }
  const CLI::App* operator->() const { return app_; }

  /// An option that stands for a key of the configuration.
  void add_setting(const std::string& option, const std::string& key, const std::string& what);
  /// A flag that makes a key of the configuration true.
  void add_switch(const std::string& option, const std::string& key, const std::string& what);
  /// `--output`, which may be left out of a dry run.
  void add_output(std::filesystem::path& output, const std::string& what, const std::string& type = "DIR");
  /// `--resume` and `--max-time`, of what can be broken off and taken up again.
  void add_resume(bool& resume, const std::string& what);
  /// What every subcommand has; after all others.
  void add_common();

  /// Has `what` named as missing where it is not given. What is missing first in the order of these calls is named.
  void require_that(const std::string& what, std::function<bool()> given) {
    required_.emplace_back(what, std::move(given));
  }
  /// A path or a list that must not be empty.
  template <class Value>
  void require(const std::string& what, const Value& value) {
    require_that(what, [&value] { return !value.empty(); });
  }

  /// What the command line came to. \throws ConfigError where something is missing
  CommandOptions finish();

 private:
  // What only some subcommands have a use for, so that a job can give it to any: it is checked, and that is all.
  void add_without_effect();

  CLI::App* app_;
  CommonOptions& common_;
  CommandOptions options_;
  std::vector<std::pair<std::string, std::function<bool()>>> required_;
};

}  // namespace an::app
