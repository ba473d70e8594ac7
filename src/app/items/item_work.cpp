// SPDX-License-Identifier: MIT
#include "app/items/item_work.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <new>
#include <numeric>
#include <system_error>

#include "core/error.hpp"
#include "kernels/kernels.hpp"
#include "parallel/stop_request.hpp"
#include "parallel/work_list.hpp"

namespace an::app {

namespace {

// What one rank knows of its items; the numbers come to all.
struct ItemMarks {
  explicit ItemMarks(std::size_t count)
      : bytes(count), failed(count), nothing(count), standing(count), nanoseconds(count, -1), words(count) {}
  std::vector<std::int64_t> bytes, failed, nothing, standing, nanoseconds;
  std::vector<std::string> words;
};

void do_item(std::size_t item, RunLedger* ledger, const ItemWork& work, ItemMarks& marks) {
  const ItemFiles files = ledger != nullptr ? work.files(item) : ItemFiles{};
  const bool is_recorded = ledger != nullptr && !files.outputs.empty();
  const auto of_item = [&](const std::string& words) {
    return is_recorded ? fmt::format("{}: {}", files.outputs.front().string(), words) : words;
  };
  try {
    if (is_recorded) {
      const Standing standing = ledger->standing(files);
      marks.standing[item] = static_cast<std::int64_t>(standing);
      if (standing == Standing::whole && !work.all_again) return;
      RunLedger::begin(files);
    }
    const double start = steady_seconds();
    marks.bytes[item] = static_cast<std::int64_t>(work.make(item));
    marks.nanoseconds[item] = std::llround(1e9 * (steady_seconds() - start));
    if (is_recorded) ledger->record(files);
    return;
  } catch (const NothingToWrite& nothing) {
    marks.words[item] = nothing.what();
    marks.nothing[item] = 1;
    return;
  } catch (const OutputError&) {
    throw;
  } catch (const kernels::BackendMissing&) {
    throw;
  } catch (const kernels::BackendFailed&) {
    throw;
  } catch (const Error& error) {
    marks.words[item] = error.what();
  } catch (const std::system_error& error) {
    marks.words[item] = error.what();
  } catch (const kernels::BackendTooSmall& error) {
    marks.words[item] = error.what();
  } catch (const std::bad_alloc&) {
    marks.words[item] = of_item("there is not enough memory");
  } catch (const std::exception& error) {
    marks.words[item] = of_item(fmt::format("internal error: {}", error.what()));
  }
  marks.failed[item] = 1;
}

std::vector<ItemNote> notes_of(const ItemMarks& marks, const ItemWork& work) {
  std::vector<ItemNote> notes;
  const auto items_in = [&](Standing standing) {
    std::vector<std::size_t> items;
    for (std::size_t item = 0; item < marks.standing.size(); ++item)
      if (marks.standing[item] == static_cast<std::int64_t>(standing)) items.push_back(item);
    return items;
  };
  const auto note = [&](Standing standing, const std::string& words, bool by_name) {
    const std::vector<std::size_t> items = items_in(standing);
    if (items.empty()) return;
    ItemNote& said = notes.emplace_back();
    said.words = fmt::format("{} of {} {} {}", items.size(), marks.standing.size(), work.unit, words);
    if (by_name)
      for (const std::size_t item : items) said.names.push_back(work.files(item).outputs.front().string());
  };
  if (!work.all_again) note(Standing::whole, "were done already", false);
  note(Standing::damaged, "had files that are missing or damaged and were done again", true);
  note(Standing::outdated, "had other inputs and were done again", true);
  return notes;
}

// The words of items that failed, or had nothing to write; who has done those that failed is nobody.
void gather_words(const parallel::Communicator& world, const ItemMarks& marks, ItemOutcome& outcome) {
  std::vector<std::int64_t> owner_of_words = outcome.owner;
  for (std::size_t item = 0; item < marks.failed.size(); ++item) {
    if (marks.failed[item] == 0 && marks.nothing[item] == 0) owner_of_words[item] = -1;
    if (marks.failed[item] != 0) outcome.owner[item] = -1;
  }
  parallel::for_each_in_order(
      world, owner_of_words,
      [&](std::size_t item) {
        const auto* begin = reinterpret_cast<const std::byte*>(marks.words[item].data());
        return std::vector<std::byte>(begin, begin + marks.words[item].size());
      },
      [&](std::size_t item, std::span<const std::byte> text) {
        (marks.failed[item] != 0 ? outcome.failures : outcome.nothing)
            .emplace_back(reinterpret_cast<const char*>(text.data()), text.size());
      });
  // Every rank has to know how it ended; the words are root's.
  outcome.failures.resize(static_cast<std::size_t>(std::count(marks.failed.begin(), marks.failed.end(), 1)));
}

ItemOutcome do_all(const parallel::Communicator& world, Progress& progress, RunLedger* ledger,
                   std::span<const double> costs, const ItemWork& work) {
  ItemMarks marks(costs.size());
  progress.start(work.what, work.unit, costs.size());
  ItemOutcome outcome;
  outcome.expected.assign(costs.begin(), costs.end());
  outcome.after = work.after;
  outcome.owner = parallel::for_each_item(
      world, costs, [&](std::size_t item) { do_item(item, ledger, work, marks); },
      [&](std::size_t taken, double share) { progress.update(taken, share); }, work.after, parallel::stop_is_asked);
  const auto undone = std::count(outcome.owner.begin(), outcome.owner.end(), -1);
  progress.update(costs.size() - static_cast<std::size_t>(undone));
  progress.finish();
  for (std::vector<std::int64_t>* numbers :
       {&marks.bytes, &marks.failed, &marks.nothing, &marks.standing, &marks.nanoseconds})
    world.max_of_all(*numbers);
  for (const std::int64_t ns : marks.nanoseconds)
    outcome.seconds.push_back(ns < 0 ? -1 : 1e-9 * static_cast<double>(ns));
  if (!work.all_again)
    outcome.done_before = static_cast<std::size_t>(
        std::count(marks.standing.begin(), marks.standing.end(), static_cast<std::int64_t>(Standing::whole)));
  if (ledger != nullptr && world.is_root()) outcome.notes = notes_of(marks, work);
  outcome.stopped = undone > 0;
  if (outcome.stopped) {
    const std::string cause = parallel::stop_asked_of_any(world);
    if (world.is_root())
      print_stopped(cause, fmt::format("{} of {} {} are done", static_cast<std::ptrdiff_t>(costs.size()) - undone,
                                       costs.size(), work.unit));
  }
  outcome.bytes = static_cast<std::uint64_t>(std::accumulate(marks.bytes.begin(), marks.bytes.end(), std::int64_t{0}));
  gather_words(world, marks, outcome);
  return outcome;
}

// How many of them are named.
std::size_t named_of(const std::vector<std::string>& all, const RunConfig& config) {
  constexpr std::size_t most_usually = 5;
  return config.verbosity > 0 ? all.size() : std::min(most_usually, all.size());
}

}  // namespace

double ItemOutcome::working_seconds(std::size_t first, std::size_t end) const {
  double sum = 0;
  for (std::size_t item = first; item < end; ++item) sum += std::max(0.0, seconds[item]);
  return sum;
}

ItemOutcome do_items(const parallel::Communicator& world, Progress& progress, RunLedger& ledger,
                     std::span<const double> costs, const ItemWork& work) {
  return do_all(world, progress, &ledger, costs, work);
}

ItemOutcome do_items(const parallel::Communicator& world, Progress& progress, std::span<const double> costs,
                     const ItemWork& work) {
  return do_all(world, progress, nullptr, costs, work);
}

void print_failures(const std::vector<std::string>& failures, const RunConfig& config) {
  const std::size_t named = named_of(failures, config);
  for (std::size_t i = 0; i < named; ++i) fmt::print(stderr, "anomalousnet: error: {}\n", failures[i]);
  if (named < failures.size())
    fmt::print(stderr, "anomalousnet: error: … and {} more (--verbose names all)\n", failures.size() - named);
}

std::string note_text(const ItemNote& note, std::size_t most_names) {
  const std::size_t named = std::min(most_names, note.names.size());
  return fmt::format("{}{}{}{}", note.words, named > 0 ? ": " : "",
                     fmt::join(note.names.begin(), note.names.begin() + static_cast<std::ptrdiff_t>(named), ", "),
                     named < note.names.size() ? ", …" : "");
}

void print_notes(const std::vector<ItemNote>& notes, const RunConfig& config) {
  if (config.verbosity < 0) return;
  for (const ItemNote& note : notes) fmt::print(stderr, "{}\n", note_text(note, named_of(note.names, config)));
}

void print_stopped(const std::string& cause, const std::string& done) {
  fmt::print(stderr, "anomalousnet: stopped in order ({}): {}; the same command with --resume goes on\n", cause, done);
}

}  // namespace an::app
