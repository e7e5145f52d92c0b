#include "operators.h"

#include <torch/library.h>

#include <atomic>
#include <optional>

#include "../pair.h"
#include "carry.h"
#include "generators.h"

namespace nn::accel {
namespace {

using at::Tensor;
using OptionalTensor = std::optional<Tensor>;

Workspace& workspace() {
  thread_local Workspace memory;
  return memory;
}

void count(const Weights& weights, int64_t rows) {
  const auto& g = weights.geometry();
  tally().bytes += static_cast<double>(weights.bytes());
  tally().operations += 2.0 * g.taps * g.inputs * g.outputs * static_cast<double>(rows);
}

const PackedWeight* packed(const Tensor& weight, PackedWeight::Kind kind) {
  const auto* found = carried<PackedWeight>(weight);
  TORCH_CHECK(!found || found->kind == kind, "A packed weight is used in another way.");
  return found;
}

bool plain_floats(const Tensor& x) {
  return x.is_cpu() && x.scalar_type() == at::kFloat && x.layout() == at::kStrided;
}

void expect_floats(const Tensor& x) {
  TORCH_CHECK(plain_floats(x), "Expected an input of 32-bit floats on the CPU, not ",
              x.scalar_type(), ".");
}

// Numbers of a file, or computed by it: whatever is beyond this could not be played anyway, and
// below it nothing overflows.
constexpr int64_t kMost = int64_t{1} << 30;

// Of a list for one dimension.
int64_t one(at::IntArrayRef list, int64_t least, const char* what) {
  TORCH_CHECK(list.size() == 1 && list[0] >= least && list[0] <= kMost,
              "This convolution does not go with ", what, " = ", list, ".");
  return list[0];
}

void expect_frames(int64_t frames, int64_t batch, int64_t wide) {
  constexpr double kMostFloats = 68719476736.0;
  const double floats = static_cast<double>(frames) * static_cast<double>(batch);
  TORCH_CHECK(frames <= kMost && batch <= kMost && floats * static_cast<double>(wide) < kMostFloats,
              "A block of ", batch, " times ", frames, " frames is too large.");
}

const float* bias_of(const OptionalTensor& bias, int64_t outputs, Tensor& keep) {
  if (!bias || !bias->defined()) return nullptr;
  TORCH_CHECK(bias->dim() == 1 && bias->size(0) == outputs && bias->is_cpu(), "Expected a bias of ",
              outputs, " numbers, not of shape ", bias->sizes(), ".");
  keep = bias->to(at::kFloat).contiguous();
  return keep.const_data_ptr<float>();
}

// [B, C, T] as frames [B, left + T + right, C] with zeros around them (cut where negative on the
// right), in `to`.
void to_frames(const Tensor& x, int64_t left, int64_t length, float* to) {
  const int64_t channels = x.size(1), frames = std::min(x.size(2), length - left);
  const float* from = x.const_data_ptr<float>();
  for (int64_t b = 0; b < x.size(0); ++b, to += length * channels, from += channels * x.size(2)) {
    std::fill(to, to + left * channels, 0.f);
    transpose(from, x.size(2), to + left * channels, channels, static_cast<int>(channels),
              static_cast<int>(frames));
    std::fill(to + (left + frames) * channels, to + length * channels, 0.f);
  }
}

Tensor with_batch(const Tensor& input, bool& alone) {
  TORCH_CHECK(input.dim() == 2 || input.dim() == 3,
              "Expected 2D (unbatched) or 3D (batched) input ",
              "to a convolution, but got input of size: ", input.sizes());
  alone = input.dim() == 2;
  return (alone ? input.unsqueeze(0) : input).contiguous();
}

Tensor conv1d(const Tensor& input, const Tensor& weight, const OptionalTensor& bias,
              at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation,
              int64_t groups) {
  const auto* p = packed(weight, PackedWeight::convolution);
  if (!p) return at::conv1d(input, weight, bias, stride, padding, dilation, groups);
  expect_floats(input);
  bool alone;
  const Tensor x = with_batch(input, alone);
  const auto& g = p->groups.front().geometry();
  const int64_t wide = int64_t{g.inputs} * groups, outputs = int64_t{g.outputs} * groups;
  TORCH_CHECK(static_cast<int64_t>(p->groups.size()) == groups && x.size(1) == wide,
              "Expected an input of ", wide, " channels, but got ", x.size(1), " channels instead");
  const int64_t step = one(stride, 1, "stride"), apart = one(dilation, 1, "dilation");
  const int64_t pad = one(padding, 0, "padding"), reach = apart * (g.taps - 1) + 1;
  const int64_t length = x.size(2) + 2 * pad;
  TORCH_CHECK(length >= reach, "Calculated padded input size per channel: ", length,
              ". Kernel size: ", reach, ". Kernel size can't be greater than actual input size");
  const int64_t frames = (length - reach) / step + 1, batch = x.size(0);
  expect_frames(length, batch, std::max(wide, outputs));
  // One channel and no padding: frames as they are. One frame of output: no transposition.
  const bool in_place = wide == 1 && pad == 0, out_place = frames == 1 || outputs == 1;
  const auto in_floats = in_place ? 0 : (batch * length * wide + 15) / 16 * 16;
  const auto out_floats = out_place ? 0 : (batch * frames * outputs + 15) / 16 * 16;
  Rows rows{nullptr,
            static_cast<ptrdiff_t>(step * wide),
            static_cast<ptrdiff_t>(apart * wide),
            static_cast<int>(frames),
            static_cast<int>(batch),
            static_cast<ptrdiff_t>(length * wide)};
  const auto scratch = shared_scratch_floats(p->groups.front(), rows);
  float* memory = workspace().floats(static_cast<size_t>(in_floats + out_floats) + scratch);
  if (!in_place) to_frames(x, pad, length, memory);
  rows.first = in_place ? x.const_data_ptr<float>() : memory;
  Tensor result = at::empty({batch, outputs, frames}, x.options()), keep;
  float* made = out_place ? result.mutable_data_ptr<float>() : memory + in_floats;
  Finish finish;
  finish.bias = bias_of(bias, outputs, keep);
  finish.y = {made, outputs, static_cast<ptrdiff_t>(frames * outputs)};
  for (const Weights& group : p->groups) {
    shared_multiply(group, rows, finish, memory + in_floats + out_floats);
    count(group, frames * batch);
    rows.first += g.inputs;
    finish.y.first += g.outputs;
    if (finish.bias) finish.bias += g.outputs;
  }
  if (!out_place)
    for (int64_t b = 0; b < batch; ++b)
      transpose(made + b * frames * outputs, outputs,
                result.mutable_data_ptr<float>() + b * frames * outputs, frames,
                static_cast<int>(frames), static_cast<int>(outputs));
  return alone ? result.squeeze(0) : result;
}

Tensor conv_transpose1d(const Tensor& input, const Tensor& weight, const OptionalTensor& bias,
                        at::IntArrayRef stride, at::IntArrayRef padding,
                        at::IntArrayRef output_padding, int64_t groups, at::IntArrayRef dilation) {
  const auto* p = packed(weight, PackedWeight::transposed);
  if (!p)
    return at::conv_transpose1d(input, weight, bias, stride, padding, output_padding, groups,
                                dilation);
  expect_floats(input);
  bool alone;
  const Tensor x = with_batch(input, alone);
  const Weights& w = p->groups.front();
  const auto& g = w.geometry();
  const int64_t step = p->stride, outputs = g.outputs / step, batch = x.size(0);
  TORCH_CHECK(x.size(1) == g.inputs, "Expected an input of ", g.inputs, " channels, but got ",
              x.size(1), " channels instead");
  TORCH_CHECK(one(stride, 1, "stride") == step && groups == 1 && one(dilation, 1, "dilation") == 1,
              "A packed transposed convolution has one stride.");
  const int64_t pad = one(padding, 0, "padding");
  const int64_t more = one(output_padding, 0, "output_padding");
  TORCH_CHECK(more < step, "output padding must be smaller than either stride or dilation");
  expect_frames(x.size(2), batch, std::max<int64_t>(g.inputs, weight.size(2) * outputs));
  const int64_t kept = (x.size(2) - 1) * step - 2 * pad + weight.size(2) + more;
  TORCH_CHECK(x.size(2) > 0 && kept > 0, "Calculated an output of ", kept, " frames");
  // Every row is `step` frames of the output, cut at both ends at last.
  const int64_t count_rows = (pad + kept + step - 1) / step, left = g.taps - 1;
  const int64_t length = left + count_rows;
  const auto in_floats = (batch * length * g.inputs + 15) / 16 * 16;
  const auto out_floats = (batch * count_rows * g.outputs + 15) / 16 * 16;
  Rows rows{nullptr,
            g.inputs,
            g.inputs,
            static_cast<int>(count_rows),
            static_cast<int>(batch),
            static_cast<ptrdiff_t>(length * g.inputs)};
  float* memory = workspace().floats(static_cast<size_t>(in_floats + out_floats) +
                                     shared_scratch_floats(w, rows));
  to_frames(x, left, length, memory);
  rows.first = memory;
  Tensor keep;
  const float* shift = bias_of(bias, outputs, keep);
  if (shift) keep = keep.repeat(step), shift = keep.const_data_ptr<float>();
  float* made = memory + in_floats;
  Finish finish;
  finish.bias = shift;
  finish.y = {made, g.outputs, static_cast<ptrdiff_t>(count_rows * g.outputs)};
  shared_multiply(w, rows, finish, made + out_floats);
  count(w, count_rows * batch);
  Tensor result = at::empty({batch, outputs, kept}, x.options());
  for (int64_t b = 0; b < batch; ++b)
    transpose(made + b * count_rows * g.outputs + pad * outputs, outputs,
              result.mutable_data_ptr<float>() + b * outputs * kept, kept, static_cast<int>(kept),
              static_cast<int>(outputs));
  return alone ? result.squeeze(0) : result;
}

// x [..., K] times the matrix [K, O]. add: as large as the result, or null.
Tensor rows_times(const PackedWeight& p, const Tensor& input, const float* bias, const float* add) {
  expect_floats(input);
  const Weights& w = p.groups.front();
  const auto& g = w.geometry();
  TORCH_CHECK(input.dim() >= 1 && input.size(-1) == g.inputs, "Expected rows of ", g.inputs,
              " numbers, but got an input of shape ", input.sizes());
  const Tensor x = input.contiguous();
  auto sizes = x.sizes().vec();
  sizes.back() = g.outputs;
  Tensor result = at::empty(sizes, x.options());
  const int64_t count_rows = x.numel() / g.inputs;
  expect_frames(count_rows, 1, g.outputs);
  const Rows rows{x.const_data_ptr<float>(), g.inputs, g.inputs, static_cast<int>(count_rows)};
  Finish finish;
  finish.bias = bias;
  finish.y = {result.mutable_data_ptr<float>(), g.outputs};
  finish.add = {const_cast<float*>(add), g.outputs};
  if (count_rows > 0)
    shared_multiply(w, rows, finish, workspace().floats(shared_scratch_floats(w, rows)));
  count(w, count_rows);
  return result;
}

Tensor linear(const Tensor& input, const Tensor& weight, const OptionalTensor& bias) {
  const auto* p = packed(weight, PackedWeight::matrix);
  if (!p) return at::linear(input, weight, bias);
  Tensor keep;
  return rows_times(*p, input, bias_of(bias, p->groups.front().geometry().outputs, keep), nullptr);
}

Tensor matmul(const Tensor& input, const Tensor& weight) {
  const auto* p = packed(weight, PackedWeight::matrix);
  return p ? rows_times(*p, input, nullptr, nullptr) : at::matmul(input, weight);
}

// beta and alpha are 1 wherever the weight is packed.
Tensor addmm(const Tensor& self, const Tensor& input, const Tensor& weight, const at::Scalar& beta,
             const at::Scalar& alpha) {
  const auto* p = packed(weight, PackedWeight::matrix);
  if (!p) return at::addmm(self, input, weight, beta, alpha);
  const int64_t outputs = p->groups.front().geometry().outputs;
  TORCH_CHECK(input.dim() == 2 && self.is_cpu(), "mat1 must be a matrix, not of shape ",
              input.sizes());
  Tensor keep;
  if (self.dim() == 1 && self.size(0) == outputs)
    return rows_times(*p, input, bias_of(self, outputs, keep), nullptr);
  keep = self.to(at::kFloat).expand({input.size(0), outputs}).contiguous();
  return rows_times(*p, input, nullptr, keep.const_data_ptr<float>());
}

// The cache with a row for each example: rows that it does not have yet are zero. What streaming
// modules of ours do at every call happens here when it changes something.
void fit(const Tensor& cache, const Cache& wanted, int64_t examples) {
  const int64_t frames = wanted.frames(), wide = wanted.channels;
  const bool shaped = cache.dim() == 3 && plain_floats(cache) &&
                      cache.size(1) == (wanted.channel_major ? wide : frames) &&
                      cache.size(2) == (wanted.channel_major ? frames : wide);
  TORCH_CHECK(shaped, "A cache of a streaming layer has the shape ", cache.sizes(), ".");
  const bool enough = wanted.channel_major ? cache.size(0) >= examples : cache.size(0) == examples;
  if (enough && cache.is_contiguous()) return;
  TORCH_CHECK(enough || !wanted.channel_major, "This model plays ", cache.size(0),
              " voices at most, not ", examples, ".");
  auto fresh =
      at::zeros({wanted.channel_major ? cache.size(0) : examples, cache.size(1), cache.size(2)},
                cache.options());
  const int64_t both = std::min(fresh.size(0), cache.size(0));
  fresh.narrow(0, 0, both).copy_(cache.narrow(0, 0, both));
  auto* impl = cache.unsafeGetTensorImpl();
  impl->set_allow_tensor_metadata_change(true);
  impl->set_storage_and_dtype(fresh.storage(), cache.dtype());
  impl->set_storage_offset(0);
  impl->set_sizes_contiguous(fresh.sizes());
}

Tensor network(const Tensor& input, at::TensorList caches, const Tensor& program) {
  const auto* p = carried<NetworkProgram>(program);
  TORCH_CHECK(p, "A network without a program.");
  const Network& net = p->network;
  expect_floats(input);
  const int channels_at = p->channel_major ? 1 : 2;
  TORCH_CHECK(input.dim() == 3 && input.size(channels_at) == net.input_channels(),
              "Expected an input of ", net.input_channels(), " channels, but got the shape ",
              input.sizes());
  TORCH_CHECK(caches.size() == net.caches().size(), "A network with other caches.");
  const Tensor x = input.contiguous();
  const int64_t examples = x.size(0), frames = x.size(p->channel_major ? 2 : 1);
  expect_frames(frames, examples, 1);
  const int64_t made = std::max(net.output_frames(static_cast<int>(frames)), 0);
  const int64_t wide = net.output_channels();
  Tensor y = at::empty(p->channel_major ? std::vector<int64_t>{examples, wide, made}
                                        : std::vector<int64_t>{examples, made, wide},
                       x.options());
  if (examples == 0 || frames == 0) return y;
  thread_local std::vector<float*> pointers;
  pointers.clear();
  // All before any: code may have given one tensor to two of them.
  for (size_t i = 0; i < caches.size(); ++i) fit(caches[i], net.caches()[i], examples);
  for (size_t i = 0; i < caches.size(); ++i) {
    TORCH_CHECK(caches[i].size(0) >= examples && caches[i].is_contiguous(), "Caches share memory.");
    pointers.push_back(caches[i].mutable_data_ptr<float>());
  }
  net.run(x.const_data_ptr<float>(), y.mutable_data_ptr<float>(), static_cast<int>(frames),
          static_cast<int>(examples), pointers.data(), workspace());
  tally().bytes += net.bytes();
  tally().operations += net.operations(static_cast<int>(frames), static_cast<int>(examples));
  return y;
}

// [B, T, wide] of floats, whatever its strides were.
Tensor expect_steps(const Tensor& x, int64_t examples, int64_t steps, int64_t wide) {
  expect_floats(x);
  TORCH_CHECK(x.dim() == 3 && x.size(0) == examples && x.size(1) == steps && x.size(2) == wide,
              "Expected the shape [", examples, ", ", steps, ", ", wide, "], not ", x.sizes());
  return x.contiguous();
}

Tensor generate(const Tensor& hidden, const Tensor& made, const Tensor& given, const Tensor& noise,
                double temperature, const Tensor& program) {
  const auto* p = carried<Recurrent>(program);
  TORCH_CHECK(p, "A generator without a program");
  TORCH_CHECK(given.dim() == 3, "Expected [examples, steps, channels], not ", given.sizes());
  TORCH_CHECK(temperature >= 0, "A temperature is 0 or more, not ", temperature);
  const int64_t examples = given.size(0), steps = given.size(1);
  expect_frames(steps, examples, p->inputs() + p->draw_of().noise());
  const Tensor g = expect_steps(given, examples, steps, p->given());
  const Tensor u = expect_steps(noise, examples, steps, p->draw_of().noise());
  for (const Tensor& state : {hidden, made})
    TORCH_CHECK(state.is_contiguous(), "The state of a generator has gaps");
  expect_steps(hidden, examples, p->cells(), p->width());
  expect_steps(made, examples, 1, p->draw_of().fed());
  Tensor values = at::empty({examples, steps, p->draw_of().values()}, given.options());
  if (values.numel() == 0) return values;
  p->generate({hidden.mutable_data_ptr<float>(), made.mutable_data_ptr<float>()},
              g.const_data_ptr<float>(), u.const_data_ptr<float>(),
              {static_cast<float>(temperature), false}, static_cast<int>(steps),
              static_cast<int>(examples), values.mutable_data_ptr<float>(), workspace());
  tally().bytes += p->bytes() * static_cast<double>(steps);
  tally().operations += p->operations() * static_cast<double>(steps * examples);
  return values;
}

std::atomic<int64_t> constants{0};

// Passes over graphs take constants of one shape for one constant when their numbers are equal,
// and these have none: each gets a shape of its own.
template <typename Program>
Tensor constant_of(std::shared_ptr<Program> program) {
  return carry(std::move(program), {++constants, 0});
}

}  // namespace

at::Tensor program_tensor(std::shared_ptr<NetworkProgram> program) {
  return constant_of(std::move(program));
}

at::Tensor program_tensor(std::shared_ptr<Recurrent> program) {
  return constant_of(std::move(program));
}

Tally& tally() noexcept {
  thread_local Tally counts;
  return counts;
}

TORCH_LIBRARY(nn_tilde, m) {
  m.def(
      "conv1d(Tensor input, Tensor weight, Tensor? bias=None, int[1] stride=1, int[1] padding=0, "
      "int[1] dilation=1, int groups=1) -> Tensor");
  m.def(
      "conv_transpose1d(Tensor input, Tensor weight, Tensor? bias=None, int[1] stride=1, int[1] "
      "padding=0, int[1] output_padding=0, int groups=1, int[1] dilation=1) -> Tensor");
  m.def("linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor");
  m.def("matmul(Tensor self, Tensor other) -> Tensor");
  m.def("addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, Scalar alpha=1) -> Tensor");
  m.def("network(Tensor x, Tensor(a!)[] caches, Tensor program) -> Tensor");
  m.def(
      "generate(Tensor(a!) hidden, Tensor(b!) made, Tensor given, Tensor noise, float temperature, "
      "Tensor program) -> Tensor");
}

TORCH_LIBRARY_IMPL(nn_tilde, CompositeExplicitAutograd, m) {
  m.impl("conv1d", conv1d);
  m.impl("conv_transpose1d", conv_transpose1d);
  m.impl("linear", linear);
  m.impl("matmul", matmul);
  m.impl("addmm", addmm);
  m.impl("network", network);
  m.impl("generate", generate);
}

}  // namespace nn::accel
