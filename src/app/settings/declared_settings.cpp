// SPDX-License-Identifier: MIT
#include "app/settings/declared_settings.hpp"

#include <functional>
#include <limits>
#include <type_traits>
#include <utility>

#include "app/settings/setting_kinds.hpp"
#include "network/network_shape.hpp"
#include "network/trajectory_features.hpp"

namespace an::app {

namespace {

constexpr std::int64_t unbounded = std::numeric_limits<std::int64_t>::max();

#define AN_MEMBER(member) \
  [](auto& config) -> auto& { return config.member; }

// Values under the names that `name_of` gives them.
template <class Values, class Name>
auto named(const Values& values, Name name_of) {
  std::vector<std::pair<std::string, typename Values::value_type>> all;
  for (const auto& value : values) all.emplace_back(name_of(value), value);
  return all;
}

std::vector<Setting> score_settings() {
  using evaluation::Rules;
  return {
      choice<Rules>("rules", "Score as the official program does, quirks included, or by the paper's formulae",
                    {{"official", Rules::official}, {"paper", Rules::paper}}, AN_MEMBER(score.rules)),
      choice<Match>("match", "Reference rows belong to trajectories by index or by order of appearance in the CSV",
                    {{"index", Match::index}, {"appearance", Match::appearance}}, AN_MEMBER(score.match)),
      flag("lenient", "Score what can be scored, and list what each defect costs, instead of stopping",
           AN_MEMBER(score.lenient)),
      integer("bootstrap", "Resamples of fields of view for confidence intervals; 0 for none", {0, 1000000},
              AN_MEMBER(score.bootstrap)),
      real("confidence", "Confidence of the intervals", {0, 1}, AN_MEMBER(score.confidence)),
      integer("seed", "Seed of the resampling", {0, unbounded}, AN_MEMBER(score.seed)),
      integer("problems", "Problems listed one by one in summary.json", {0, unbounded}, AN_MEMBER(score.problems)),
  };
}

std::vector<Setting> simulate_settings() {
  return {
      integer("seed", "Names all random numbers; equal seeds give equal data", {0, unbounded},
              AN_MEMBER(simulate.seed)),
      integer("fovs", "Fields of view of each experiment", {1, 100000000}, AN_MEMBER(simulate.fovs)),
      integer("frames", "Frames of each", {2, 1000000}, AN_MEMBER(simulate.frames)),
      real("fov_side", "Side of the field of view in px", {0, 1e6}, AN_MEMBER(simulate.fov.side)),
      integer("shortest_trajectory", "Frames; shorter stays in the field of view are left out", {1, 1000000},
              AN_MEMBER(simulate.fov.shortest_trajectory)),
      real("localisation_noise", "Standard deviation per axis in px", {0, 1e6, true},
           AN_MEMBER(simulate.fov.localisation_noise)),
      integer("label_window", "Frames of the majority vote that smooths labels, even numbers as the next odd one",
              {1, 1001}, AN_MEMBER(simulate.fov.filter.window)),
      integer("shortest_segment", "Frames; shorter segments join their neighbour", {1, 1000000},
              AN_MEMBER(simulate.fov.filter.shortest_segment)),
      integer("first_experiment", "Number of the first experiment", {0, 16000000},
              AN_MEMBER(simulate.first_experiment)),
      flag("videos", "Write track 1 as well: videos and VIPs", AN_MEMBER(simulate.videos)),
      integer("vips",
              "Labelled particles in each field of view, fewer where there is no room; they get the first indices",
              {0, 254}, AN_MEMBER(simulate.vips)),
      choice<DataFormat>("format",
                         "The challenge's files, or HDF5; auto is HDF5 from 2000 fields of view on, if it holds all",
                         {{"auto", DataFormat::automatic}, {"text", DataFormat::text}, {"hdf5", DataFormat::hdf5}},
                         AN_MEMBER(simulate.format)),
      integer("shard_fovs", "Fields of view in each HDF5 file", {1, 100000}, AN_MEMBER(simulate.shard_fovs)),
      integer("deflate", "Compression of HDF5 files", {0, 9}, AN_MEMBER(simulate.deflate)),
  };
}

std::vector<Setting> video_settings() {
  return {
      real("intensity", "Mean brightness of a particle, photons a frame", {0, 1e6}, AN_MEMBER(video.intensity)),
      real("intensity_sd", "Its standard deviation over particles", {0, 1e6, true}, AN_MEMBER(video.intensity_sd)),
      real("background", "Photons a pixel and frame", {0, 1e6, true}, AN_MEMBER(video.background)),
      real("numerical_aperture", "Of the objective", {0, 2}, AN_MEMBER(video.optics.numerical_aperture)),
      real("wavelength_nm", "Of the light", {0, 1e5}, AN_MEMBER(video.optics.wavelength_nm)),
      real("pixel_size_nm", "In the sample", {0, 1e5}, AN_MEMBER(video.optics.pixel_size_nm)),
      real("refractive_index", "Of the immersion; matters out of focus", {0, 10},
           AN_MEMBER(video.optics.refractive_index)),
      real("exposure", "Share of the time between frames in which motion blurs; 0 for none", {0, 1, true, true},
           AN_MEMBER(video.exposure)),
      real("flicker", "Relative standard deviation of a particle's brightness from frame to frame", {0, 10, true},
           AN_MEMBER(video.flicker)),
      real("blink_off", "Probability a frame that a particle goes dark", {0, 1, true, true},
           AN_MEMBER(video.blink_off)),
      real("blink_on", "Probability a frame that a dark particle lights up", {0, 1, true, true},
           AN_MEMBER(video.blink_on)),
      real("focus_drift_nm", "Standard deviation a frame of the focus' random walk", {0, 1e5, true},
           AN_MEMBER(video.focus_drift_nm)),
  };
}

std::vector<Setting> faithful_settings() {
  return {
      flag("dimer_two_coins", "As andi-datasets: a close pair tosses for binding twice a frame",
           AN_MEMBER(faithful.dimer_two_coins)),
      flag("dimer_own_labels", "As andi-datasets: partners of a dimer are labelled with their own alpha and K",
           AN_MEMBER(faithful.dimer_own_labels)),
      flag("discs_per_particle", "As andi-datasets: every confined particle has discs of its own",
           AN_MEMBER(faithful.discs_per_particle)),
      flag("label_timing",
           "As andi-datasets: labels of dimers and traps rule the step before their frame, others that after it",
           AN_MEMBER(faithful.label_timing)),
      flag("trap_alpha_limit", "As andi-datasets: with traps alpha of exactly 1.9 is called immobile",
           AN_MEMBER(faithful.trap_alpha_limit)),
      flag("fov_in_default_box", "As andi-datasets: the field of view lies as in a box of 230.4 px",
           AN_MEMBER(faithful.fov_in_default_box)),
      flag("directed_not_counted", "As andi-datasets: ensemble labels of traps and discs leave out directed frames",
           AN_MEMBER(faithful.directed_not_counted)),
      flag("unvisited_counts_one", "As andi-datasets: a state that never occurs has weight 1",
           AN_MEMBER(faithful.unvisited_counts_one)),
      flag("vip_by_last_gap", "As andi-datasets: VIPs are those without a gap, then by index; else the longest",
           AN_MEMBER(faithful.vip_by_last_gap)),
  };
}

std::vector<Setting> tracking_settings() {
  using tracking::BorderFill;
  using tracking::Normalisation;
  using tracking::SpotKind;
  return {
      choice<TrackingMethod>(
          "method", "Likelihood of light and motion, or Crocker and Grier as trackpy does it",
          {{"likelihood", TrackingMethod::likelihood}, {"crocker-grier", TrackingMethod::crocker_grier}},
          AN_MEMBER(tracking.method)),
      choice<VipMap>("vip_map", "Whether the first page is the map of VIPs; auto looks at it",
                     {{"auto", VipMap::automatic}, {"yes", VipMap::yes}, {"no", VipMap::no}},
                     AN_MEMBER(tracking.vip_map)),
      flag("all_pages_are_frames", "Take slices and channels of a file for frames",
           AN_MEMBER(tracking.all_pages_are_frames)),
      choice<TrackFormat>("format", "CSV files, or one HDF5 file a video",
                          {{"csv", TrackFormat::csv}, {"hdf5", TrackFormat::hdf5}}, AN_MEMBER(tracking.format)),
      flag("trackmate", "Also write the tracks as TrackMate's table of spots", AN_MEMBER(tracking.trackmate)),
      flag("overlay", "Also draw the tracks over the brightest value of each pixel", AN_MEMBER(tracking.overlay)),
      integer("memory", "Frames a particle may be missing", {0, 1000}, AN_MEMBER(tracking.memory)),
      real("longest_step", "likelihood: px a particle moves between frames at most; above 40 as 40", {0, 1e6},
           AN_MEMBER(tracking.longest_step)),
      integer("shortest_track", "likelihood: localisations; shorter tracks are noise", {1, 1000000},
              AN_MEMBER(tracking.shortest_track)),
      choice<SpotKind>("spot", "likelihood: what a point looks like; airy is the challenge's",
                       {{"airy", SpotKind::airy}, {"gaussian", SpotKind::gaussian}, {"estimated", SpotKind::estimated}},
                       AN_MEMBER(tracking.spots.spot)),
      real("spot_sigma", "likelihood: width of a gaussian spot in px; the first guess of an estimated one",
           {0.3, 8, true, true}, AN_MEMBER(tracking.spots.spot_sigma)),
      real("numerical_aperture", "likelihood: of the objective", {0, 2},
           AN_MEMBER(tracking.spots.optics.numerical_aperture)),
      real("wavelength_nm", "likelihood: of the light", {0, 1e5}, AN_MEMBER(tracking.spots.optics.wavelength_nm)),
      real("pixel_size_nm", "likelihood: in the sample", {0, 1e5}, AN_MEMBER(tracking.spots.optics.pixel_size_nm)),
      real("threshold", "likelihood: of the matched filter, in standard deviations of noise", {0, 1000},
           AN_MEMBER(tracking.spots.threshold)),
      real("evidence", "likelihood: log-likelihood that one more particle has to bring", {0, 1e6},
           AN_MEMBER(tracking.spots.evidence)),
      real("background", "likelihood: photons a pixel; 0 estimates them from the noise", {0, 1e9, true},
           AN_MEMBER(tracking.spots.background)),
      flag("brightness_prior", "likelihood: use the brightness that particles of the video have in common",
           AN_MEMBER(tracking.spots.brightness_prior)),
      integer("diameter", "crocker-grier: of a feature in px, odd", {3, 101},
              AN_MEMBER(tracking.crocker_grier.diameter)),
      real("minmass", "crocker-grier: features of this mass or less are left out", {-1e300, 1e300},
           AN_MEMBER(tracking.crocker_grier.minmass)),
      real("separation", "crocker-grier: px between features", {0, 1000}, AN_MEMBER(tracking.crocker_grier.separation)),
      real("noise_size", "crocker-grier: sigma of the low-pass in px; 0 for none", {0, 15, true},
           AN_MEMBER(tracking.crocker_grier.noise_size)),
      integer("smoothing_size", "crocker-grier: of the mean that is subtracted in px, odd", {1, 1001},
              AN_MEMBER(tracking.crocker_grier.smoothing_size)),
      real("percentile", "crocker-grier: of pixels that are not 0; features are brighter", {0, 100, true, true},
           AN_MEMBER(tracking.crocker_grier.percentile)),
      flag("preprocess", "crocker-grier: subtract the mean around each pixel",
           AN_MEMBER(tracking.crocker_grier.preprocess)),
      flag("invert", "crocker-grier: dark features on light ground", AN_MEMBER(tracking.crocker_grier.invert)),
      choice<Normalisation>(
          "normalisation", "crocker-grier: of each frame, by median and MAD or mean and standard deviation",
          {{"none", Normalisation::none}, {"mad", Normalisation::mad}, {"zscore", Normalisation::zscore}},
          AN_MEMBER(tracking.crocker_grier.normalisation)),
      integer("border", "crocker-grier: px added on each side", {0, 1000}, AN_MEMBER(tracking.crocker_grier.border)),
      choice<BorderFill>("border_fill", "crocker-grier: what the border is filled with",
                         {{"zero", BorderFill::zero}, {"median", BorderFill::median}, {"reflect", BorderFill::reflect}},
                         AN_MEMBER(tracking.crocker_grier.border_fill)),
      real("search_range", "crocker-grier: px a particle moves between frames at most", {0, 1e6},
           AN_MEMBER(tracking.search_range)),
      real("adaptive_step", "crocker-grier: factor on the range where too many particles are near each other", {0, 1},
           AN_MEMBER(tracking.adaptive_step)),
      real("adaptive_stop", "crocker-grier: smallest range in px; 0 keeps the range as it is", {0, 1e6, true},
           AN_MEMBER(tracking.adaptive_stop)),
  };
}

std::vector<Setting> segmentation_settings() {
  using segmentation::MethodPart;
  return {
      real("noise", "Localisation noise of given trajectories in px, 0: estimated (videos tell their own)",
           {0, 1000, true}, AN_MEMBER(segmentation.noise)),
      integer("fitted_trajectories", "Trajectories of each experiment that its states are fitted to", {1, 1000000},
              AN_MEMBER(segmentation.fitted_trajectories)),
      integer("paths", "Paths drawn from the posterior of each trajectory", {1, 100000}, AN_MEMBER(segmentation.paths)),
      real("expected_jaccard", "Change points are chosen for the greatest Jaccard index around this one", {0, 1},
           AN_MEMBER(segmentation.expected_jaccard)),
      real("error_weight", "Price of a change point's squared error in frames, for a smaller RMSE", {0, 1000, true},
           AN_MEMBER(segmentation.error_weight)),
      real("video_error_weight", "The same for videos, where change points are less certain", {0, 1000, true},
           AN_MEMBER(segmentation.video_error_weight)),
      real("usual_error", "Frames of error that cost nothing", {0, 10, true}, AN_MEMBER(segmentation.usual_error)),
      integer("seed", "Names all random numbers; equal seeds give equal results", {0, unbounded},
              AN_MEMBER(segmentation.seed)),
      choice<MethodPart>("leave_out", "A part of the method that is left out, to see what it is worth",
                         {{"none", MethodPart::none},
                          {"sharing", MethodPart::sharing},
                          {"partners", MethodPart::partners},
                          {"first_frame", MethodPart::first_frame},
                          {"label_filter", MethodPart::label_filter},
                          {"expected_score", MethodPart::expected_score},
                          {"tracking_errors", MethodPart::tracking_errors}},
                         AN_MEMBER(segmentation.left_out)),
  };
}

std::vector<Setting> predict_settings() {
  return {
      choice<Method>("method",
                     "The exact likelihood, a network, the paper's networks and chain, or likelihood and network",
                     {{"likelihood", Method::likelihood},
                      {"unet", Method::unet},
                      {"paper", Method::paper},
                      {"hybrid", Method::hybrid}},
                     AN_MEMBER(predict.method)),
      choice<kernels::Backend>("backend", "Who runs the network", named(kernels::all_backends, kernels::backend_name),
                               AN_MEMBER(predict.backend)),
      choice<kernels::Precision>("precision", "How activations are held",
                                 named(kernels::all_precisions, kernels::precision_name), AN_MEMBER(predict.precision)),
      real("value_share", "Hybrid: what the network counts for in alpha and K where no walls are felt",
           {0, 1, true, true}, AN_MEMBER(predict.shares.value)),
      real("state_share", "Hybrid: the same for states", {0, 1, true, true}, AN_MEMBER(predict.shares.state)),
      real("change_share", "Hybrid: the same for change points, times what suits the experiment's model",
           {0, 1, true, true}, AN_MEMBER(predict.shares.change)),
  };
}

std::vector<Setting> chain_settings() {
  using segmentation::SearchAlgorithm;
  using segmentation::SegmentModel;
  return {
      choice<SearchAlgorithm>("algorithm", "Of the paper's chain: the search of change points",
                              {{"window", SearchAlgorithm::window},
                               {"pelt", SearchAlgorithm::pelt},
                               {"binary", SearchAlgorithm::binary},
                               {"bottom-up", SearchAlgorithm::bottom_up},
                               {"dynamic", SearchAlgorithm::dynamic}},
                              AN_MEMBER(chain.options.search.algorithm)),
      choice<SegmentModel>("cost", "What a segment costs",
                           {{"l1", SegmentModel::l1},
                            {"l2", SegmentModel::l2},
                            {"linear", SegmentModel::linear},
                            {"normal", SegmentModel::normal},
                            {"rbf", SegmentModel::rbf}},
                           AN_MEMBER(chain.options.model)),
      flag("log_k", "Search in ln(1 + K) instead of K", AN_MEMBER(chain.options.log_k)),
      integer("width", "window: frames of the two windows together", {2, 100000},
              AN_MEMBER(chain.options.search.width)),
      integer("shortest", "Frames of the shortest segment", {1, 100000}, AN_MEMBER(chain.options.search.shortest)),
      integer("jump", "Change points are at multiples of it", {1, 100000}, AN_MEMBER(chain.options.search.jump)),
      choice<ChainEnd>("end", "What ends the search: pelt wants the penalty, dynamic the number",
                       {{"number", ChainEnd::number}, {"penalty", ChainEnd::penalty}, {"residual", ChainEnd::residual}},
                       AN_MEMBER(chain.end)),
      integer("number", "Change points of each trajectory", {0, 100000}, AN_MEMBER(chain.number)),
      real("penalty", "What a change point must at least take off the cost", {0, 1e12, true}, AN_MEMBER(chain.penalty)),
      real("residual", "Cost that need not be lowered any more", {0, 1e12, true}, AN_MEMBER(chain.residual)),
      integer("shortest_dwell", "Frames; shorter stays in a state are given to their neighbours", {1, 100000},
              AN_MEMBER(chain.options.shortest_dwell)),
  };
}

std::vector<std::pair<std::string, std::string>> network_names() {
  auto names = named(network::shape_names(), std::identity{});
  names.emplace_back(custom_network, custom_network);
  return names;
}

std::vector<Setting> train_settings() {
  return {
      choice<std::string>("network", "Shape of the network, by name; custom: that of section [network]",
                          network_names(), AN_MEMBER(train.network)),
      integer("seed", "Names all random numbers; equal seeds at equally many ranks give equal weights", {0, unbounded},
              AN_MEMBER(train.seed)),
      integer("tiles", "Tiles of 64 trajectories in a batch, over all ranks", {1, 100000}, AN_MEMBER(train.tiles)),
      integer("steps", "Batches to learn from", {1, 1000000000}, AN_MEMBER(train.steps)),
      real("rate", "Highest learning rate of Adam", {0, 1}, AN_MEMBER(train.rate)),
      integer("warmup", "Steps over which the rate rises", {0, 1000000000}, AN_MEMBER(train.warmup)),
      real("decay", "Decoupled decay of weights", {0, 1, true}, AN_MEMBER(train.decay)),
      real("scale", "Steps in px are divided by it where they are all that a network gets", {0, 1000},
           AN_MEMBER(train.scale)),
      flag("masked", "Frames without a particle count nothing in the loss", AN_MEMBER(train.masked)),
      choice<kernels::Backend>("backend", "Who reckons", named(kernels::all_backends, kernels::backend_name),
                               AN_MEMBER(train.backend)),
      choice<kernels::Precision>("precision", "How activations are held",
                                 named(kernels::all_precisions, kernels::precision_name), AN_MEMBER(train.precision)),
      integer("threads", "Threads of each rank that simulate", {1, 1024}, AN_MEMBER(train.threads)),
      integer("validate_every", "Steps from one validation to the next", {1, 1000000000},
              AN_MEMBER(train.validate_every)),
      integer("validation_tiles", "Tiles that are never learnt from", {1, 100000}, AN_MEMBER(train.validation_tiles)),
      integer("checkpoint_every", "Steps from one checkpoint to the next", {1, 1000000000},
              AN_MEMBER(train.checkpoint_every)),
      integer(
          "patience",
          "Validations without a better one before training ends; if they are fewer than its validations, weights.h5 "
          "holds the weights of the best one",
          {1, 1000000000}, AN_MEMBER(train.patience)),
  };
}

std::vector<Setting> network_settings() {
  using kernels::LossKind;
  return {
      choice<LossKind>("task", "Of train.network = \"custom\": alpha, K, the state, or all and change points",
                       {{"mae", LossKind::mae},
                        {"msle", LossKind::msle},
                        {"cce", LossKind::cross_entropy},
                        {"joint", LossKind::joint}},
                       AN_MEMBER(network.task)),
      choice<std::size_t>("features", "What it is given of each frame", {{"steps", 2}, {"all", network::feature_count}},
                          AN_MEMBER(network.input_channels)),
      numbers("filters", "Filters of each level, from the top", 6, {1, 4096}, AN_MEMBER(network.filters)),
      integer("bottom", "Filters below the last pooling", {1, 4096}, AN_MEMBER(network.bottom)),
      integer("kernel_rows", "Of convolutions: trajectories", {1, 31}, AN_MEMBER(network.kernel_rows)),
      integer("kernel_columns", "Of convolutions: frames", {1, 31}, AN_MEMBER(network.kernel_columns)),
      integer("pool_rows", "Of each pooling: trajectories", {1, 64}, AN_MEMBER(network.pool_rows)),
      integer("pool_columns", "Of each pooling: frames", {1, 208}, AN_MEMBER(network.pool_columns)),
      integer("inter_divisor", "Channels inside a gate are the level's filters over it", {1, 4096},
              AN_MEMBER(network.inter_divisor)),
      flag("gate_output_conv", "A 1x1 convolution after each gate", AN_MEMBER(network.gate_output_conv)),
      flag("batch_norm", "After each convolution but a gate's inner ones and the last", AN_MEMBER(network.batch_norm)),
      integer("attention_blocks", "At the bottom, each between frames, then between trajectories; needs all features",
              {0, 100}, AN_MEMBER(network.attention_blocks)),
      integer("attention_heads", "Of each, a divisor of bottom", {1, 4096}, AN_MEMBER(network.attention_heads)),
  };
}

std::vector<Setting> run_settings() {
  return {
      choice<ProgressMode>("progress",
                           "Progress on stderr; auto is a bar on a terminal and a line every 30 s elsewhere",
                           {{"auto", ProgressMode::automatic},
                            {"bar", ProgressMode::bar},
                            {"lines", ProgressMode::lines},
                            {"off", ProgressMode::off}},
                           AN_MEMBER(run.progress)),
      integer("verbosity", "Words on stderr: -1 errors only, 0 the usual, 1 names every problem and item", {-1, 1},
              AN_MEMBER(run.verbosity)),
      flag("item_costs", "Write what each work item took to costs.csv, for anomalousnet scaling",
           AN_MEMBER(run.item_costs)),
  };
}

#undef AN_MEMBER

std::vector<Setting> declared_settings() {
  const std::vector<std::pair<std::string, std::vector<Setting>>> sections{
      {"score", score_settings()},       {"simulate", simulate_settings()}, {"video", video_settings()},
      {"faithful", faithful_settings()}, {"tracking", tracking_settings()}, {"segmentation", segmentation_settings()},
      {"predict", predict_settings()},   {"chain", chain_settings()},       {"train", train_settings()},
      {"network", network_settings()},   {"run", run_settings()},
  };
  std::vector<Setting> all;
  for (const auto& [section, keys] : sections)
    for (const Setting& key : keys) all.emplace_back(key).section = section;
  return all;
}

}  // namespace

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = declared_settings();
  return all;
}

}  // namespace an::app
