// SPDX-License-Identifier: MIT
#include "app/settings/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "app/program_info.hpp"
#include "app/settings/configuration_words.hpp"
#include "app/settings/nearest_name.hpp"
#include "app/settings/subcommands.hpp"
#include "core/error.hpp"

namespace an::app {

namespace {

// The nearest known option or subcommand, as a question.
std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
  const std::string name = nearest_name(word, known);
  return name.empty() ? "" : fmt::format("; did you mean {}?", name);
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::vector<std::string> subcommand_names(const CLI::App& program) {
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

[[noreturn]] void report_extra(const CLI::App& program) {
  for (const CLI::App* command : program.get_subcommands()) {
    for (const std::string& word : command->remaining()) {
      const std::string name = word.substr(0, word.find('='));
      if (word.starts_with('-'))
        throw ConfigError(fmt::format("{}: unknown option {}{}", command->get_name(), name,
                                      suggestion(name, option_names(*command))));
      throw ConfigError(fmt::format("{}: unexpected argument '{}' (see anomalousnet {} --help)", command->get_name(),
                                    word, command->get_name()));
    }
  }
  const std::vector<std::string> words = program.remaining();
  if (words.empty()) throw ConfigError("a subcommand is missing (see anomalousnet --help)");
  if (words[0].starts_with('-'))
    throw ConfigError(fmt::format("unknown option {}{}", words[0], suggestion(words[0], option_names(program))));
  throw ConfigError(fmt::format("unknown subcommand {}{}", words[0], suggestion(words[0], subcommand_names(program))));
}

// Names of an option apart, `-h, --help`, as man pages have them.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option_name(const CLI::Option* option, bool is_positional) const override {
    std::string name = CLI::Formatter::make_option_name(option, is_positional);
    if (const std::size_t comma = name.find(','); comma != std::string::npos) name.insert(comma + 1, 1, ' ');
    return name;
  }
};

ParsedCommand shown(std::string text) { return {ShowText{std::move(text)}, {}}; }

}  // namespace

ParsedCommand parse_command_line(const std::vector<std::string>& arguments, const ReadConfigText& read_config_text) {
  CLI::App program("Simulates, tracks, solves and scores the 2nd Anomalous Diffusion Challenge, alone or under mpirun.",
                   "anomalousnet");
  program.formatter(std::make_shared<HelpFormatter>());
  program.get_formatter()->column_width(32);
  program.allow_extras();
  program.require_subcommand(0, 1);  // `network info` is not `info`
  bool version = false;
  program.add_flag("--version", version, "print the version and stop");
  program.set_help_flag("-h,--help", "print this and stop");
  CommonOptions common;
  std::deque<Subcommand> subcommands = declare_subcommands(program, common);
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    program.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    return shown(program.help());
  } catch (const CLI::ParseError& error) {
    const std::vector<CLI::App*> chosen = program.get_subcommands();
    throw ConfigError(chosen.empty() ? error.what() : fmt::format("{}: {}", chosen[0]->get_name(), error.what()));
  }
  if (version) return shown(version_text() + "\n");
  const auto chosen = std::find_if(subcommands.begin(), subcommands.end(), [](const auto& c) { return c->parsed(); });
  if (chosen == subcommands.end() || program.remaining_size(true) > 0) report_extra(program);
  if (common.dump_default) return shown(config_toml(Config{}));
  ParsedCommand parsed;
  parsed.config = configuration_of(common.configuration, read_config_text);
  if (common.dump_config) return shown(config_toml(parsed.config));
  parsed.command = chosen->finish();
  return parsed;
}

}  // namespace an::app
