#include "plan.hpp"

#include <algorithm>

#include "random.hpp"

namespace wordmill {
namespace {
constexpr int kMaxRedraws = 32;  // a window; then its negatives are drawn from the distribution without the target
}

Plan::Plan(const Problem& problem, const AliasTable& noise, const Kernels& kernels, uint64_t epoch)
    : problem_(problem),
      noise_(noise),
      kernels_(kernels),
      token_key_(stream_key(problem.seed, epoch, Stream::kTokens)),
      negative_key_(stream_key(problem.seed, epoch, Stream::kNegatives)) {}

bool Plan::try_keep(int64_t position) {
  const uint64_t hash = draw_at(token_key_, position);  // high half: keep or drop; low half: the width of its window
  const int32_t id = problem_.ids[position];
  if (hash >> 32 > problem_.keep[id]) return false;
  tokens_.push_back(id);
  positions_.push_back(position);
  const uint64_t reach = problem_.window;
  widths_.push_back(problem_.shrink_windows ? 1 + ((hash & 0xffffffff) * reach >> 32) : reach);
  return true;
}

void Plan::load(int64_t begin, int64_t end) {
  tokens_.clear(), positions_.clear(), widths_.clear(), windows_.clear(), previous_.clear();
  subsampled_ = without_context_ = 0;
  auto next = std::upper_bound(problem_.offsets.begin(), problem_.offsets.end(), begin);
  for (int64_t at = begin; at < end; at = *next++) load_sequence(at, std::min(end, *next), next[-1], *next);
}

// Plans the centres [begin, end) of one sequence.
void Plan::load_sequence(int64_t begin, int64_t end, int64_t sequence_begin, int64_t sequence_end) {
  const int64_t reach = problem_.window ? problem_.window : INT64_MAX;
  const auto first = static_cast<int32_t>(tokens_.size());
  int64_t before = 0;
  for (int64_t p = begin - 1; p >= sequence_begin && before < reach; p--) before += try_keep(p);
  std::reverse(tokens_.begin() + first, tokens_.end());
  std::reverse(positions_.begin() + first, positions_.end());
  const auto centre_begin = static_cast<int32_t>(tokens_.size());
  for (int64_t p = begin; p < end; p++) subsampled_ += !try_keep(p);
  const auto centre_end = static_cast<int32_t>(tokens_.size());
  int64_t after = 0;
  for (int64_t p = end; p < sequence_end && after < reach; p++) after += try_keep(p);
  const auto last = static_cast<int32_t>(tokens_.size());

  for (int32_t i = first; i < last; i++) {
    const int32_t lowest = problem_.window ? std::max(first, i - 2 * problem_.window) : first;
    int32_t j = i - 1;
    while (j >= lowest && tokens_[j] != tokens_[i]) j--;
    previous_.push_back(j >= lowest ? j : -1);
  }
  for (int32_t i = centre_begin; i < centre_end; i++) {
    const int32_t left = problem_.window ? std::max<int64_t>(first, int64_t{i} - widths_[i]) : first;
    const int32_t right = problem_.window ? std::min<int64_t>(last, int64_t{i} + widths_[i] + 1) : last;
    if (right - left > 1) windows_.push_back({i, left, right});
    else without_context_++;
  }
}

std::span<const int32_t> Plan::draw_negatives(size_t from, size_t to) {
  const int k = problem_.negative;
  counters_.resize((to - from) * k);
  negatives_.resize((to - from) * k);
  for (size_t w = from; w < to; w++) {
    const uint64_t key = draw_at(negative_key_, positions_[windows_[w].centre]);
    for (int j = 0; j < k; j++) counters_[(w - from) * k + j] = key + (j + 1) * kGolden;
  }
  kernels_.draw(noise_.cells(), noise_.size(), counters_.data(), static_cast<int64_t>(counters_.size()), negatives_.data());
  for (size_t w = from; w < to; w++) {
    int32_t* negatives = &negatives_[(w - from) * k];
    const int32_t target = tokens_[windows_[w].centre];
    for (int j = 0; j < k; j++)
      if (negatives[j] == target) {
        redraw(positions_[windows_[w].centre], target, negatives);
        break;
      }
  }
  return negatives_;
}

// Replaces each hit on the target by the window's further draws, in order.
void Plan::redraw(int64_t position, int32_t target, int32_t* negatives) const {
  const uint64_t key = draw_at(negative_key_, position);
  const int k = problem_.negative;
  int64_t draw = k;
  for (int j = 0; j < k; j++) {
    while (negatives[j] == target && draw < k + kMaxRedraws) negatives[j] = noise_.draw(draw_at(key, draw++));
    if (negatives[j] == target) negatives[j] = noise_.draw_excluding(draw_at(key, draw++), target);
  }
}

}  // namespace wordmill
