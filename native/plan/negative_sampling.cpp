#include "negative_sampling.hpp"

#include <stdexcept>

#include "system/random.hpp"

namespace wordmill {
namespace {
constexpr int kMaxRedraws = 32;  // a window; then its negatives are drawn from the distribution without the target
}

NegativeSampling::NegativeSampling(std::span<const double> noise, int negative, uint64_t seed)
    : noise_(noise), negative_(negative), seed_(seed) {
  if (negative < 1) throw std::invalid_argument("negative must be at least 1");
}

void NegativeSampling::ask(const Plan& plan, size_t from, size_t to, uint64_t epoch, const Kernels& kernels,
                           Questions& questions) const {
  const size_t windows = to - from, count = 1 + negative_;
  auto& [rows, ends, signs, positions, keys, counters] = questions;
  positions.resize(windows);
  keys.resize(windows);
  counters.resize(windows * count);
  rows.resize(windows * count + kRowBytes / sizeof(int32_t));
  ends.resize(windows + 1);
  signs.clear();
  for (size_t w = 0; w <= windows; w++) ends[w] = w * count;
  for (size_t w = 0; w < windows; w++) positions[w] = plan.positions()[plan.windows()[from + w].centre];
  kernels.hash(stream_key(seed_, epoch, Stream::kNegatives), positions.data(), static_cast<int64_t>(windows), keys.data());
  for (size_t w = 0; w < windows; w++)
    for (size_t j = 0; j < count; j++) counters[w * count + j] = keys[w] + j * kGolden;  // the first one's draw is not used
  kernels.draw(noise_.cells(), noise_.size(), counters.data(), static_cast<int64_t>(counters.size()), rows.data());
  for (size_t w = 0; w < windows; w++) {
    int32_t* negatives = &rows[w * count + 1];
    const int32_t target = negatives[-1] = plan.tokens()[plan.windows()[from + w].centre];
    bool hit = false;
    for (size_t j = 0; j + 1 < count; j++) hit |= negatives[j] == target;
    if (hit) redraw(keys[w], target, negatives);
  }
}

// Replaces each hit on the target by the window's further draws, in order.
void NegativeSampling::redraw(uint64_t key, int32_t target, int32_t* negatives) const {
  const int k = negative_;
  int64_t draw = k;
  for (int j = 0; j < k; j++) {
    while (negatives[j] == target && draw < k + kMaxRedraws) negatives[j] = noise_.draw(draw_at(key, draw++));
    if (negatives[j] == target) negatives[j] = noise_.draw_excluding(draw_at(key, draw++), target);
  }
}

Expectation NegativeSampling::expectation(std::span<const double> frequencies) const {
  double draws = 0;
  for (size_t id = 0; id < frequencies.size(); id++) draws += noise_.weight(static_cast<int32_t>(id));
  std::vector<double> rows;
  for (size_t id = 0; id < frequencies.size(); id++)
    rows.push_back(frequencies[id] + negative_ * (noise_.weight(static_cast<int32_t>(id)) / draws));
  return {1.0 + negative_, std::move(rows)};
}

}  // namespace wordmill
