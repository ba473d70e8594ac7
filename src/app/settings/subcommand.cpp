// SPDX-License-Identifier: MIT
#include "app/settings/subcommand.hpp"

#include <fmt/format.h>

#include "app/settings/command_words.hpp"
#include "core/error.hpp"

namespace an::app {

Subcommand::Subcommand(CLI::App& program, CommonOptions& common, const std::string& name, const std::string& what,
                       const std::string& example)
    : app_(program.add_subcommand(name, what)), common_(common) {
  app_->allow_extras();
  app_->set_help_flag("-h,--help", "print this and stop");
  app_->footer("Example:\n  " + example);
}

void Subcommand::add_setting(const std::string& option, const std::string& key, const std::string& what) {
  app_->add_option_function<std::string>(
      option,
      [this, option, key](const std::string& value) {
        common_.configuration.settings.push_back({option, key, value});
      },
      what);
}

void Subcommand::add_switch(const std::string& option, const std::string& key, const std::string& what) {
  app_->add_flag_callback(
      option,
      [this, option, key] {
        common_.configuration.settings.push_back({option, key, "true"});
      },
      what);
}

void Subcommand::add_output(std::filesystem::path& output, const std::string& what, const std::string& type) {
  app_->add_option("--output", output, what)->type_name(type);
  require_that("--output", [this, &output] { return !output.empty() || common_.dry_run; });
}

void Subcommand::add_resume(bool& resume, const std::string& what) {
  app_->add_flag("--resume", resume, what);
  app_->add_option_function<std::string>(
      "--max-time",
      [this](const std::string& text) { common_.configuration.max_seconds = duration_of("--max-time", text); },
      "stop in order after this time, e.g. 3h50m, as after SIGTERM or SIGUSR1; exit code 5");
}

void Subcommand::add_common() {
  app_->add_option("--config", common_.configuration.config_file, "TOML file of settings; - is stdin")
      ->type_name("FILE");
  app_->add_option("--set", common_.configuration.assignments, "change one setting, e.g. score.seed=7 (repeatable)")
      ->type_name("SECTION.KEY=VALUE")
      ->expected(1)
      ->take_all();
  app_->add_flag("--dump-default", common_.dump_default, "print all settings with their defaults, and stop");
  app_->add_flag("--dump-config", common_.dump_config, "print all settings as they would be used, and stop");
  app_->add_flag("--dry-run", common_.dry_run, "say what would be done, and stop");
  add_setting("--progress", "run.progress", "auto, bar, lines or off");
  app_->add_flag("-q,--quiet", common_.configuration.quiet, "no progress and no problems, only results and errors");
  app_->add_flag_callback(
      "-v,--verbose", [this] { common_.configuration.verbose = true; },
      "name every problem and every item that is done again, not only the first");
  add_without_effect();
}

void Subcommand::add_without_effect() {
  const std::string group = "Without effect here";
  const auto lacks = [this](const char* option) { return app_->get_option_no_throw(option) == nullptr; };
  const auto check = [&](const char* option, const char* what, const std::function<void(const std::string&)>& value) {
    if (lacks(option)) app_->add_option_function<std::string>(option, value, what)->group(group);
  };
  check("--backend", "no network runs", [](const std::string& name) { backend_of("--backend", name); });
  check("--max-time", "it is not broken off", [](const std::string& text) { duration_of("--max-time", text); });
  if (lacks("--resume"))
    app_->add_flag_callback(
            "--resume", [] {}, "it begins anew")
        ->group(group);
}

CommandOptions Subcommand::finish() {
  for (const auto& [what, given] : required_)
    if (!given())
      throw ConfigError(fmt::format("{0}: {1} is required (see anomalousnet {0} --help)", app_->get_name(), what));
  const auto set_dry_run = [this](auto& options) {
    if constexpr (requires { options.dry_run; }) options.dry_run = common_.dry_run;
  };
  std::visit(set_dry_run, options_);
  return options_;
}

}  // namespace an::app
