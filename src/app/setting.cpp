// SPDX-License-Identifier: MIT
#include "app/setting.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "app/nearest_name.hpp"
#include "core/error.hpp"
#include "core/number_text.hpp"
#include "network/network_shape.hpp"

namespace an::app {

namespace {

// In the functions below `member` gives the member of a Config, const or not, that the setting stands for.

template <class Member>
Setting flag(std::string section, std::string key, std::string help, Member member) {
  return {std::move(section),
          std::move(key),
          std::move(help),
          "true or false",
          {},
          [member](const Config& config) { return SettingValue(member(config)); },
          [member](Config& config, const SettingValue& value) {
            const bool* found = std::get_if<bool>(&value);
            if (found != nullptr) member(config) = *found;
            return found != nullptr;
          }};
}

struct IntegerRange {
  std::int64_t low, high;
};

template <class Member>
Setting integer(std::string section, std::string key, std::string help, IntegerRange range, Member member) {
  using Integer = std::remove_cvref_t<decltype(member(std::declval<Config&>()))>;
  return {std::move(section),
          std::move(key),
          std::move(help),
          range.high == std::numeric_limits<std::int64_t>::max()
              ? fmt::format("an integer, at least {}", range.low)
              : fmt::format("an integer from {} to {}", range.low, range.high),
          {},
          [member](const Config& config) { return SettingValue(static_cast<std::int64_t>(member(config))); },
          [member, range](Config& config, const SettingValue& value) {
            const auto* found = std::get_if<std::int64_t>(&value);
            if (found == nullptr || *found < range.low || *found > range.high) return false;
            member(config) = static_cast<Integer>(*found);
            return true;
          }};
}

/// An open interval; with `from_low` and `to_high` its ends belong to it.
struct RealRange {
  double low, high;
  bool from_low = false, to_high = false;

  bool holds(double value) const {
    return (value > low || (from_low && value == low)) && (value < high || (to_high && value == high));
  }
};

template <class Member>
Setting real(std::string section, std::string key, std::string help, RealRange range, Member member) {
  return {std::move(section),
          std::move(key),
          std::move(help),
          fmt::format("a number {} {} and {} {}", range.from_low ? "from" : "above", range.low,
                      range.to_high ? "at most" : "below", range.high),
          {},
          [member](const Config& config) { return SettingValue(member(config)); },
          [member, range](Config& config, const SettingValue& value) {
            double found = std::numeric_limits<double>::quiet_NaN();
            if (const auto* number = std::get_if<double>(&value)) found = *number;
            if (const auto* number = std::get_if<std::int64_t>(&value)) found = static_cast<double>(*number);
            if (!range.holds(found)) return false;
            member(config) = found;
            return true;
          }};
}

template <class Enum, class Member>
Setting choice(std::string section, std::string key, std::string help,
               std::vector<std::pair<std::string, Enum>> choices, Member member) {
  std::vector<std::string> names;
  for (const auto& [name, meaning] : choices) names.push_back(name);
  const std::string expected = fmt::format("{} or {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
  return {std::move(section),
          std::move(key),
          std::move(help),
          expected,
          std::move(names),
          [member, choices](const Config& config) {
            const auto found = std::find_if(choices.begin(), choices.end(),
                                            [&](const auto& entry) { return entry.second == member(config); });
            AN_ASSERT(found != choices.end());
            return SettingValue(found->first);
          },
          [member, choices](Config& config, const SettingValue& value) {
            const auto found = std::find_if(choices.begin(), choices.end(),
                                            [&](const auto& entry) { return SettingValue(entry.first) == value; });
            if (found != choices.end()) member(config) = found->second;
            return found != choices.end();
          }};
}

#define AN_MEMBER(member) \
  [](auto& config) -> auto& { return config.member; }

std::vector<std::pair<std::string, std::string>> named_networks() {
  std::vector<std::pair<std::string, std::string>> names;
  for (const std::string& name : network::shape_names()) names.emplace_back(name, name);
  return names;
}

std::vector<std::pair<std::string, kernels::Backend>> named_backends() {
  std::vector<std::pair<std::string, kernels::Backend>> names;
  for (const kernels::Backend b : kernels::all_backends) names.emplace_back(kernels::backend_name(b), b);
  return names;
}

std::vector<std::pair<std::string, kernels::Precision>> named_precisions() {
  std::vector<std::pair<std::string, kernels::Precision>> names;
  for (const kernels::Precision p : kernels::all_precisions) names.emplace_back(kernels::precision_name(p), p);
  return names;
}

std::vector<Setting> declared_settings() {
  using evaluation::Rules;
  using tracking::BorderFill;
  using tracking::Normalisation;
  using tracking::SpotKind;
  constexpr std::int64_t unbounded = std::numeric_limits<std::int64_t>::max();
  return {
      choice<Rules>("score", "rules", "Score as the official program does, quirks included, or by the paper's formulae",
                    {{"official", Rules::official}, {"paper", Rules::paper}}, AN_MEMBER(score.rules)),
      choice<Match>("score", "match",
                    "Reference rows belong to trajectories by index or by order of appearance in the CSV",
                    {{"index", Match::index}, {"appearance", Match::appearance}}, AN_MEMBER(score.match)),
      flag("score", "lenient", "Score what can be scored, and list what each defect costs, instead of stopping",
           AN_MEMBER(score.lenient)),
      integer("score", "bootstrap", "Resamples of fields of view for confidence intervals; 0 for none", {0, 1000000},
              AN_MEMBER(score.bootstrap)),
      real("score", "confidence", "Confidence of the intervals", {0, 1}, AN_MEMBER(score.confidence)),
      integer("score", "seed", "Seed of the resampling", {0, unbounded}, AN_MEMBER(score.seed)),
      integer("score", "problems", "Problems listed one by one in summary.json", {0, unbounded},
              AN_MEMBER(score.problems)),
      integer("simulate", "seed", "Names all random numbers; equal seeds give equal data", {0, unbounded},
              AN_MEMBER(simulate.seed)),
      integer("simulate", "fovs", "Fields of view of each experiment", {1, 100000000}, AN_MEMBER(simulate.fovs)),
      integer("simulate", "frames", "Frames of each", {2, 1000000}, AN_MEMBER(simulate.frames)),
      real("simulate", "fov_side", "Side of the field of view in px", {0, 1e6}, AN_MEMBER(simulate.fov.side)),
      integer("simulate", "shortest_trajectory", "Frames; shorter stays in the field of view are left out",
              {1, 1000000}, AN_MEMBER(simulate.fov.shortest_trajectory)),
      real("simulate", "localisation_noise", "Standard deviation per axis in px", {0, 1e6, true},
           AN_MEMBER(simulate.fov.localisation_noise)),
      integer("simulate", "label_window", "Frames of the majority vote that smooths labels", {1, 1001},
              AN_MEMBER(simulate.fov.filter.window)),
      integer("simulate", "shortest_segment", "Frames; shorter segments join their neighbour", {1, 1000000},
              AN_MEMBER(simulate.fov.filter.shortest_segment)),
      integer("simulate", "first_experiment", "Number of the first experiment", {0, 16000000},
              AN_MEMBER(simulate.first_experiment)),
      flag("simulate", "videos", "Write track 1 as well: videos and VIPs", AN_MEMBER(simulate.videos)),
      integer("simulate", "vips", "Labelled particles in each field of view; they get the first indices", {0, 254},
              AN_MEMBER(simulate.vips)),
      choice<DataFormat>("simulate", "format",
                         "The challenge's files, or HDF5; auto is HDF5 from 2000 fields of view on",
                         {{"auto", DataFormat::automatic}, {"text", DataFormat::text}, {"hdf5", DataFormat::hdf5}},
                         AN_MEMBER(simulate.format)),
      integer("simulate", "shard_fovs", "Fields of view in each HDF5 file", {1, 100000},
              AN_MEMBER(simulate.shard_fovs)),
      integer("simulate", "deflate", "Compression of HDF5 files", {0, 9}, AN_MEMBER(simulate.deflate)),
      real("video", "intensity", "Mean brightness of a particle, photons a frame", {0, 1e6},
           AN_MEMBER(video.intensity)),
      real("video", "intensity_sd", "Its standard deviation over particles", {0, 1e6, true},
           AN_MEMBER(video.intensity_sd)),
      real("video", "background", "Photons a pixel and frame", {0, 1e6, true}, AN_MEMBER(video.background)),
      real("video", "numerical_aperture", "Of the objective", {0, 2}, AN_MEMBER(video.optics.numerical_aperture)),
      real("video", "wavelength_nm", "Of the light", {0, 1e5}, AN_MEMBER(video.optics.wavelength_nm)),
      real("video", "pixel_size_nm", "In the sample", {0, 1e5}, AN_MEMBER(video.optics.pixel_size_nm)),
      real("video", "refractive_index", "Of the immersion; matters out of focus", {0, 10},
           AN_MEMBER(video.optics.refractive_index)),
      real("video", "exposure", "Share of the time between frames in which motion blurs; 0 for none",
           {0, 1, true, true}, AN_MEMBER(video.exposure)),
      real("video", "flicker", "Relative standard deviation of a particle's brightness from frame to frame",
           {0, 10, true}, AN_MEMBER(video.flicker)),
      real("video", "blink_off", "Probability a frame that a particle goes dark", {0, 1, true, true},
           AN_MEMBER(video.blink_off)),
      real("video", "blink_on", "Probability a frame that a dark particle lights up", {0, 1, true, true},
           AN_MEMBER(video.blink_on)),
      real("video", "focus_drift_nm", "Standard deviation a frame of the focus' random walk", {0, 1e5, true},
           AN_MEMBER(video.focus_drift_nm)),
      flag("faithful", "dimer_two_coins", "As andi-datasets: a close pair tosses for binding twice a frame",
           AN_MEMBER(faithful.dimer_two_coins)),
      flag("faithful", "dimer_own_labels",
           "As andi-datasets: partners of a dimer are labelled with their own alpha and K",
           AN_MEMBER(faithful.dimer_own_labels)),
      flag("faithful", "discs_per_particle", "As andi-datasets: every confined particle has discs of its own",
           AN_MEMBER(faithful.discs_per_particle)),
      flag("faithful", "label_timing",
           "As andi-datasets: labels of dimers and traps rule the step before their frame, others that after it",
           AN_MEMBER(faithful.label_timing)),
      flag("faithful", "trap_alpha_limit", "As andi-datasets: with traps alpha of exactly 1.9 is called immobile",
           AN_MEMBER(faithful.trap_alpha_limit)),
      flag("faithful", "fov_in_default_box", "As andi-datasets: the field of view lies as in a box of 230.4 px",
           AN_MEMBER(faithful.fov_in_default_box)),
      flag("faithful", "directed_not_counted",
           "As andi-datasets: ensemble labels of traps and discs leave out directed frames",
           AN_MEMBER(faithful.directed_not_counted)),
      flag("faithful", "unvisited_counts_one", "As andi-datasets: a state that never occurs has weight 1",
           AN_MEMBER(faithful.unvisited_counts_one)),
      flag("faithful", "vip_by_last_gap",
           "As andi-datasets: VIPs are those without a gap, then by index; else the longest",
           AN_MEMBER(faithful.vip_by_last_gap)),
      choice<TrackingMethod>(
          "tracking", "method", "Likelihood of light and motion, or Crocker and Grier as trackpy does it",
          {{"likelihood", TrackingMethod::likelihood}, {"crocker-grier", TrackingMethod::crocker_grier}},
          AN_MEMBER(tracking.method)),
      choice<VipMap>("tracking", "vip_map", "Whether the first page is the map of VIPs; auto looks at it",
                     {{"auto", VipMap::automatic}, {"yes", VipMap::yes}, {"no", VipMap::no}},
                     AN_MEMBER(tracking.vip_map)),
      flag("tracking", "all_pages_are_frames", "Take slices and channels of a file for frames",
           AN_MEMBER(tracking.all_pages_are_frames)),
      choice<TrackFormat>("tracking", "format", "CSV files, or one HDF5 file a video",
                          {{"csv", TrackFormat::csv}, {"hdf5", TrackFormat::hdf5}}, AN_MEMBER(tracking.format)),
      flag("tracking", "trackmate", "Also write the tracks as TrackMate's table of spots",
           AN_MEMBER(tracking.trackmate)),
      flag("tracking", "overlay", "Also draw the tracks over the brightest value of each pixel",
           AN_MEMBER(tracking.overlay)),
      integer("tracking", "memory", "Frames a particle may be missing", {0, 1000}, AN_MEMBER(tracking.memory)),
      real("tracking", "longest_step", "likelihood: px a particle moves between frames at most", {0, 1e6},
           AN_MEMBER(tracking.longest_step)),
      integer("tracking", "shortest_track", "likelihood: localisations; shorter tracks are noise", {1, 1000000},
              AN_MEMBER(tracking.shortest_track)),
      choice<SpotKind>("tracking", "spot", "likelihood: what a point looks like; airy is the challenge's",
                       {{"airy", SpotKind::airy}, {"gaussian", SpotKind::gaussian}, {"estimated", SpotKind::estimated}},
                       AN_MEMBER(tracking.spots.spot)),
      real("tracking", "spot_sigma", "likelihood: width of a gaussian spot in px; the first guess of an estimated one",
           {0.3, 8, true, true}, AN_MEMBER(tracking.spots.spot_sigma)),
      real("tracking", "numerical_aperture", "likelihood: of the objective", {0, 2},
           AN_MEMBER(tracking.spots.optics.numerical_aperture)),
      real("tracking", "wavelength_nm", "likelihood: of the light", {0, 1e5},
           AN_MEMBER(tracking.spots.optics.wavelength_nm)),
      real("tracking", "pixel_size_nm", "likelihood: in the sample", {0, 1e5},
           AN_MEMBER(tracking.spots.optics.pixel_size_nm)),
      real("tracking", "threshold", "likelihood: of the matched filter, in standard deviations of noise", {0, 1000},
           AN_MEMBER(tracking.spots.threshold)),
      real("tracking", "evidence", "likelihood: log-likelihood that one more particle has to bring", {0, 1e6},
           AN_MEMBER(tracking.spots.evidence)),
      real("tracking", "background", "likelihood: photons a pixel; 0 estimates them from the noise", {0, 1e9, true},
           AN_MEMBER(tracking.spots.background)),
      flag("tracking", "brightness_prior", "likelihood: use the brightness that particles of the video have in common",
           AN_MEMBER(tracking.spots.brightness_prior)),
      integer("tracking", "diameter", "crocker-grier: of a feature in px, odd", {3, 101},
              AN_MEMBER(tracking.crocker_grier.diameter)),
      real("tracking", "minmass", "crocker-grier: features of this mass or less are left out", {-1e300, 1e300},
           AN_MEMBER(tracking.crocker_grier.minmass)),
      real("tracking", "separation", "crocker-grier: px between features", {0, 1000},
           AN_MEMBER(tracking.crocker_grier.separation)),
      real("tracking", "noise_size", "crocker-grier: sigma of the low-pass in px; 0 for none", {0, 15, true},
           AN_MEMBER(tracking.crocker_grier.noise_size)),
      integer("tracking", "smoothing_size", "crocker-grier: of the mean that is subtracted in px, odd", {1, 1001},
              AN_MEMBER(tracking.crocker_grier.smoothing_size)),
      real("tracking", "percentile", "crocker-grier: of pixels that are not 0; features are brighter",
           {0, 100, true, true}, AN_MEMBER(tracking.crocker_grier.percentile)),
      flag("tracking", "preprocess", "crocker-grier: subtract the mean around each pixel",
           AN_MEMBER(tracking.crocker_grier.preprocess)),
      flag("tracking", "invert", "crocker-grier: dark features on light ground",
           AN_MEMBER(tracking.crocker_grier.invert)),
      choice<Normalisation>(
          "tracking", "normalisation", "crocker-grier: of each frame, by median and MAD or mean and standard deviation",
          {{"none", Normalisation::none}, {"mad", Normalisation::mad}, {"zscore", Normalisation::zscore}},
          AN_MEMBER(tracking.crocker_grier.normalisation)),
      integer("tracking", "border", "crocker-grier: px added on each side", {0, 1000},
              AN_MEMBER(tracking.crocker_grier.border)),
      choice<BorderFill>("tracking", "border_fill", "crocker-grier: what the border is filled with",
                         {{"zero", BorderFill::zero}, {"median", BorderFill::median}, {"reflect", BorderFill::reflect}},
                         AN_MEMBER(tracking.crocker_grier.border_fill)),
      real("tracking", "search_range", "crocker-grier: px a particle moves between frames at most", {0, 1e6},
           AN_MEMBER(tracking.search_range)),
      real("tracking", "adaptive_step",
           "crocker-grier: factor on the range where too many particles are near each other", {0, 1},
           AN_MEMBER(tracking.adaptive_step)),
      real("tracking", "adaptive_stop", "crocker-grier: smallest range in px; 0 keeps the range as it is",
           {0, 1e6, true}, AN_MEMBER(tracking.adaptive_stop)),
      real("segmentation", "noise",
           "Localisation noise of given trajectories in px, 0: estimated (videos tell their own)", {0, 1000, true},
           AN_MEMBER(segmentation.noise)),
      integer("segmentation", "fitted_trajectories", "Trajectories of each experiment that its states are fitted to",
              {1, 1000000}, AN_MEMBER(segmentation.fitted_trajectories)),
      integer("segmentation", "paths", "Paths drawn from the posterior of each trajectory", {1, 100000},
              AN_MEMBER(segmentation.paths)),
      real("segmentation", "expected_jaccard",
           "Change points are chosen for the greatest Jaccard index around this one", {0, 1},
           AN_MEMBER(segmentation.expected_jaccard)),
      real("segmentation", "error_weight", "Price of a change point's squared error in frames, for a smaller RMSE",
           {0, 1000, true}, AN_MEMBER(segmentation.error_weight)),
      real("segmentation", "video_error_weight", "The same for videos, where change points are less certain",
           {0, 1000, true}, AN_MEMBER(segmentation.video_error_weight)),
      real("segmentation", "usual_error", "Frames of error that cost nothing", {0, 10, true},
           AN_MEMBER(segmentation.usual_error)),
      integer("segmentation", "seed", "Names all random numbers; equal seeds give equal results",
              {0, std::numeric_limits<std::int64_t>::max()}, AN_MEMBER(segmentation.seed)),
      choice<segmentation::MethodPart>("segmentation", "leave_out",
                                       "A part of the method that is left out, to see what it is worth",
                                       {{"none", segmentation::MethodPart::none},
                                        {"sharing", segmentation::MethodPart::sharing},
                                        {"partners", segmentation::MethodPart::partners},
                                        {"first_frame", segmentation::MethodPart::first_frame},
                                        {"label_filter", segmentation::MethodPart::label_filter},
                                        {"expected_score", segmentation::MethodPart::expected_score},
                                        {"tracking_errors", segmentation::MethodPart::tracking_errors}},
                                       AN_MEMBER(segmentation.left_out)),
      choice<Method>("predict", "method",
                     "The exact likelihood, a network, the paper's networks and chain, or likelihood and network",
                     {{"likelihood", Method::likelihood},
                      {"unet", Method::unet},
                      {"paper", Method::paper},
                      {"hybrid", Method::hybrid}},
                     AN_MEMBER(predict.method)),
      choice<kernels::Backend>("predict", "backend", "Who runs the network", named_backends(),
                               AN_MEMBER(predict.backend)),
      choice<kernels::Precision>("predict", "precision", "How activations are held", named_precisions(),
                                 AN_MEMBER(predict.precision)),
      real("predict", "value_share", "Hybrid: what the network counts for in alpha and K", {0, 1, true, true},
           AN_MEMBER(predict.shares.value)),
      real("predict", "state_share", "Hybrid: the same for states", {0, 1, true, true},
           AN_MEMBER(predict.shares.state)),
      real("predict", "change_share", "Hybrid: the same for change points, times what suits the experiment's model",
           {0, 1, true, true}, AN_MEMBER(predict.shares.change)),
      choice<segmentation::SearchAlgorithm>("chain", "algorithm", "Of the paper's chain: the search of change points",
                                            {{"window", segmentation::SearchAlgorithm::window},
                                             {"pelt", segmentation::SearchAlgorithm::pelt},
                                             {"binary", segmentation::SearchAlgorithm::binary},
                                             {"bottom-up", segmentation::SearchAlgorithm::bottom_up},
                                             {"dynamic", segmentation::SearchAlgorithm::dynamic}},
                                            AN_MEMBER(chain.options.search.algorithm)),
      choice<segmentation::SegmentModel>("chain", "cost", "What a segment costs",
                                         {{"l1", segmentation::SegmentModel::l1},
                                          {"l2", segmentation::SegmentModel::l2},
                                          {"linear", segmentation::SegmentModel::linear},
                                          {"normal", segmentation::SegmentModel::normal},
                                          {"rbf", segmentation::SegmentModel::rbf}},
                                         AN_MEMBER(chain.options.model)),
      flag("chain", "log_k", "Search in ln(1 + K) instead of K", AN_MEMBER(chain.options.log_k)),
      integer("chain", "width", "window: frames of the two windows together", {2, 100000},
              AN_MEMBER(chain.options.search.width)),
      integer("chain", "shortest", "Frames of the shortest segment", {1, 100000},
              AN_MEMBER(chain.options.search.shortest)),
      integer("chain", "jump", "Change points are at multiples of it", {1, 100000},
              AN_MEMBER(chain.options.search.jump)),
      choice<ChainEnd>("chain", "end", "What ends the search: pelt wants the penalty, dynamic the number",
                       {{"number", ChainEnd::number}, {"penalty", ChainEnd::penalty}, {"residual", ChainEnd::residual}},
                       AN_MEMBER(chain.end)),
      integer("chain", "number", "Change points of each trajectory", {0, 100000}, AN_MEMBER(chain.number)),
      real("chain", "penalty", "What a change point must at least take off the cost", {0, 1e12, true},
           AN_MEMBER(chain.penalty)),
      real("chain", "residual", "Cost that need not be lowered any more", {0, 1e12, true}, AN_MEMBER(chain.residual)),
      integer("chain", "shortest_dwell", "Frames; shorter stays in a state are given to their neighbours", {1, 100000},
              AN_MEMBER(chain.options.shortest_dwell)),
      choice<std::string>("train", "network", "Shape of the network", named_networks(), AN_MEMBER(train.network)),
      integer("train", "seed", "Names all random numbers; equal seeds give equal weights", {0, unbounded},
              AN_MEMBER(train.seed)),
      integer("train", "tiles", "Tiles of 64 trajectories in a batch, over all ranks", {1, 100000},
              AN_MEMBER(train.tiles)),
      integer("train", "steps", "Batches to learn from", {1, 1000000000}, AN_MEMBER(train.steps)),
      real("train", "rate", "Highest learning rate of Adam", {0, 1}, AN_MEMBER(train.rate)),
      integer("train", "warmup", "Steps over which the rate rises", {0, 1000000000}, AN_MEMBER(train.warmup)),
      real("train", "decay", "Decoupled decay of weights", {0, 1, true}, AN_MEMBER(train.decay)),
      real("train", "scale", "Steps in px are divided by it where they are all that a network gets", {0, 1000},
           AN_MEMBER(train.scale)),
      flag("train", "masked", "Frames without a particle count nothing in the loss", AN_MEMBER(train.masked)),
      choice<kernels::Backend>("train", "backend", "Who reckons", named_backends(), AN_MEMBER(train.backend)),
      choice<kernels::Precision>("train", "precision", "How activations are held", named_precisions(),
                                 AN_MEMBER(train.precision)),
      integer("train", "threads", "Threads of each rank that simulate", {1, 1024}, AN_MEMBER(train.threads)),
      integer("train", "validate_every", "Steps from one validation to the next", {1, 1000000000},
              AN_MEMBER(train.validate_every)),
      integer("train", "validation_tiles", "Tiles that are never learnt from", {1, 100000},
              AN_MEMBER(train.validation_tiles)),
      integer("train", "checkpoint_every", "Steps from one checkpoint to the next", {1, 1000000000},
              AN_MEMBER(train.checkpoint_every)),
      integer("train", "patience", "Validations without a better one before training ends", {1, 1000000000},
              AN_MEMBER(train.patience)),
      choice<ProgressMode>("run", "progress",
                           "Progress on stderr; auto is a bar on a terminal and a line every 30 s elsewhere",
                           {{"auto", ProgressMode::automatic},
                            {"bar", ProgressMode::bar},
                            {"lines", ProgressMode::lines},
                            {"off", ProgressMode::off}},
                           AN_MEMBER(run.progress)),
      integer("run", "verbosity", "Words on stderr: -1 errors only, 0 the usual, 1 and 2 more", {-1, 2},
              AN_MEMBER(run.verbosity)),
      flag("run", "item_costs", "Write what each work item took to costs.csv, for anomalousnet scaling",
           AN_MEMBER(run.item_costs)),
  };
}

#undef AN_MEMBER

}  // namespace

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = declared_settings();
  return all;
}

const Setting* find_setting(std::string_view name) {
  const auto found =
      std::find_if(settings().begin(), settings().end(), [&](const Setting& s) { return s.name() == name; });
  return found == settings().end() ? nullptr : &*found;
}

std::string unknown_key_text(std::string_view name) {
  std::vector<std::string> names;
  for (const Setting& setting : settings()) names.push_back(setting.name());
  const std::string nearest = nearest_name(name, names);
  return nearest.empty() ? fmt::format("{}: unknown key (there are {})", name, fmt::join(names, ", "))
                         : fmt::format("{}: unknown key; did you mean {}?", name, nearest);
}

std::string value_text(const SettingValue& value) {
  struct Text {
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return shortest_text(number); }
    std::string operator()(const std::string& text) const {
      return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
  };
  return std::visit(Text{}, value);
}

std::string mismatch_text(const Setting& setting, const SettingValue& found) {
  const auto* word = std::get_if<std::string>(&found);
  const std::string nearest = word == nullptr ? "" : nearest_name(*word, setting.choices);
  const std::string advice = nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest);
  return fmt::format("{} is {} (expected {}{})", setting.name(), value_text(found), setting.expected, advice);
}

}  // namespace an::app
