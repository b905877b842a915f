#include "plan.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "random.hpp"

namespace wordmill {
namespace {
constexpr int kMaxRedraws = 32;  // a window; then its negatives are drawn from the distribution without the target
}

void Problem::refuse_id(int64_t position, int32_t id) const {
  throw BadCorpus("token " + std::to_string(position) + " has id " + std::to_string(id) + " in a vocabulary of " + std::to_string(keep.size()));
}

Plan::Plan(const Problem& problem, const AliasTable& noise, const Kernels& kernels, uint64_t epoch)
    : problem_(problem),
      noise_(noise),
      kernels_(kernels),
      token_key_(stream_key(problem.seed, epoch, Stream::kTokens)),
      negative_key_(stream_key(problem.seed, epoch, Stream::kNegatives)) {}

// With room to read on past the end; and a token that is dropped is written, then overwritten.
void Plan::make_room(int64_t tokens) {
  const size_t needed = kept_ + static_cast<size_t>(tokens) + kRowBytes / sizeof(int32_t);
  if (tokens_.size() >= needed) return;
  tokens_.resize(needed);
  positions_.resize(needed);
  widths_.resize(needed);
}

// Of the token's hash, the high half decides whether it is kept, the low half how wide its window is.
bool Plan::try_keep(int64_t position, uint64_t hash) {
  const int32_t id = problem_.id(position);
  const uint64_t reach = problem_.window;
  tokens_[kept_] = id;
  positions_[kept_] = position;
  widths_[kept_] = static_cast<int32_t>(problem_.shrink_windows ? 1 + ((hash & 0xffffffff) * reach >> 32) : reach);
  const bool keep = hash >> 32 <= problem_.keep[id];
  kept_ += keep;  // without a branch: which tokens go is as good as random
  return keep;
}

void Plan::keep_some(int64_t begin, int64_t end) {
  constexpr int64_t at_once = 256;
  int64_t positions[at_once];
  uint64_t hashes[at_once];
  for (int64_t first = begin; first < end; first += at_once) {
    const int64_t count = std::min(at_once, end - first);
    std::iota(positions, positions + count, first);
    kernels_.hash(token_key_, positions, count, hashes);
    for (int64_t i = 0; i < count; i++) try_keep(first + i, hashes[i]);
  }
}

void Plan::load(int64_t begin, int64_t end) {
  kept_ = 0;
  windows_.clear();
  subsampled_ = without_context_ = 0;
  const auto& offsets = problem_.offsets;
  size_t next = std::upper_bound(offsets.begin(), offsets.end(), begin) - offsets.begin();
  for (int64_t at = begin; at < end; next++) {
    if (next == 0 || next >= offsets.size()) throw BadCorpus("token " + std::to_string(at) + " is in no sequence");
    const int64_t sequence_begin = offsets[next - 1], sequence_end = offsets[next];
    if (sequence_begin < 0 || sequence_begin > at || sequence_end < at || sequence_end > std::ssize(problem_.ids))
      throw BadCorpus("sequence " + std::to_string(next - 1) + " has bounds that cannot be");
    load_sequence(at, std::min(end, sequence_end), sequence_begin, sequence_end);
    at = sequence_end;
  }
}

// Plans the centres [begin, end) of one sequence.
void Plan::load_sequence(int64_t begin, int64_t end, int64_t sequence_begin, int64_t sequence_end) {
  const int64_t reach = problem_.window ? problem_.window : INT64_MAX;
  make_room(std::min(reach, begin - sequence_begin) + (end - begin) + std::min(reach, sequence_end - end));
  const size_t first = kept_;
  int64_t before = 0;
  for (int64_t p = begin - 1; p >= sequence_begin && before < reach; p--) before += try_keep(p, draw_at(token_key_, p));
  const size_t centre_begin = kept_;
  std::reverse(tokens_.begin() + first, tokens_.begin() + centre_begin);
  std::reverse(positions_.begin() + first, positions_.begin() + centre_begin);
  keep_some(begin, end);
  const size_t centre_end = kept_;
  int64_t after = 0;
  for (int64_t p = end; p < sequence_end && after < reach; p++) after += try_keep(p, draw_at(token_key_, p));
  subsampled_ += (end - begin) - static_cast<int64_t>(centre_end - centre_begin);

  for (size_t i = centre_begin; i < centre_end; i++) {
    const size_t width = problem_.window ? widths_[i] : kept_;
    const auto left = static_cast<int32_t>(i - std::min(i - first, width));
    const auto right = static_cast<int32_t>(i + std::min(kept_ - i, width + 1));
    const bool leads = (i - centre_begin) % 2 == 0 && i + 1 < centre_end;
    if (right - left > 1) windows_.push_back({static_cast<int32_t>(i), left, right, leads});
    else without_context_++;  // the only token kept of its sequence
  }
}

std::span<const int32_t> Plan::draw_outputs(size_t from, size_t to) {
  const size_t windows = to - from, count = 1 + problem_.negative;
  centre_positions_.resize(windows);
  keys_.resize(windows);
  counters_.resize(windows * count);
  outputs_.resize(windows * count + kRowBytes / sizeof(int32_t));
  for (size_t w = 0; w < windows; w++) centre_positions_[w] = positions_[windows_[from + w].centre];
  kernels_.hash(negative_key_, centre_positions_.data(), static_cast<int64_t>(windows), keys_.data());
  for (size_t w = 0; w < windows; w++)
    for (size_t j = 0; j < count; j++) counters_[w * count + j] = keys_[w] + j * kGolden;  // the first one's draw is not used
  kernels_.draw(noise_.cells(), noise_.size(), counters_.data(), static_cast<int64_t>(counters_.size()), outputs_.data());
  for (size_t w = 0; w < windows; w++) {
    int32_t* negatives = &outputs_[w * count + 1];
    const int32_t target = negatives[-1] = tokens_[windows_[from + w].centre];
    bool hit = false;
    for (size_t j = 0; j + 1 < count; j++) hit |= negatives[j] == target;
    if (hit) redraw(keys_[w], target, negatives);
  }
  return {outputs_.data(), windows * count};
}

// Replaces each hit on the target by the window's further draws, in order.
void Plan::redraw(uint64_t key, int32_t target, int32_t* negatives) const {
  const int k = problem_.negative;
  int64_t draw = k;
  for (int j = 0; j < k; j++) {
    while (negatives[j] == target && draw < k + kMaxRedraws) negatives[j] = noise_.draw(draw_at(key, draw++));
    if (negatives[j] == target) negatives[j] = noise_.draw_excluding(draw_at(key, draw++), target);
  }
}

}  // namespace wordmill
