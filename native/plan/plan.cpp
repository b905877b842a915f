#include "plan.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "system/random.hpp"

namespace wordmill {

void Corpus::refuse_id(int64_t position, int32_t id) const {
  throw BadCorpus("token " + std::to_string(position) + " has id " + std::to_string(id) + " in a vocabulary of " +
                  std::to_string(keep.size()));
}

Plan::Plan(const Corpus& corpus, const Kernels& kernels, uint64_t epoch) : corpus_(corpus), kernels_(kernels) { begin(epoch); }

void Plan::begin(uint64_t epoch) {
  epoch_ = epoch;
  token_key_ = stream_key(corpus_.seed, epoch, Stream::kTokens);
}

std::span<const Passage> Plan::passages(size_t from, size_t to) const {
  const auto before = [](const Passage& passage, size_t window) { return passage.end <= window; };
  const auto first = std::lower_bound(passages_.begin(), passages_.end(), from, before);
  return {first, std::lower_bound(first, passages_.end(), to - 1, before) + 1};
}

std::vector<double> Corpus::counts() const {
  if (maker) return {maker->counts().begin(), maker->counts().end()};
  std::vector<double> counts(keep.size());
  for (int64_t position = 0; position < std::ssize(ids); position++) counts[id(position)] += 1;
  return counts;
}

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
  const int32_t id = this->id(position);
  const uint64_t reach = corpus_.window;
  tokens_[kept_] = id;
  positions_[kept_] = position;
  widths_[kept_] = static_cast<int32_t>(corpus_.shrink_windows ? 1 + ((hash & 0xffffffff) * reach >> 32) : reach);
  const bool keep = hash >> 32 <= corpus_.keep[id];
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

// Finds where the tokens about [begin, end) are.
void Plan::find(int64_t begin, int64_t end) {
  if (corpus_.maker && begin < end) corpus_.maker->make(epoch_, begin, end, made_);
  ids_ = corpus_.maker ? made_.ids : corpus_.ids;
  offsets_ = corpus_.maker ? made_.offsets : corpus_.offsets;
  ids_begin_ = corpus_.maker && begin < end ? made_.offsets[0] : 0;
}

void Plan::load(int64_t begin, int64_t end) {
  kept_ = 0;
  windows_.clear();
  passages_.clear();
  subsampled_ = without_context_ = 0;
  find(begin, end);
  size_t next = std::upper_bound(offsets_.begin(), offsets_.end(), begin) - offsets_.begin();
  for (int64_t at = begin; at < end; next++) {
    if (next == 0 || next >= offsets_.size()) throw BadCorpus("token " + std::to_string(at) + " is in no sequence");
    const int64_t sequence_begin = offsets_[next - 1], sequence_end = offsets_[next];
    if (sequence_begin < 0 || sequence_begin > at || sequence_end < at || sequence_end - ids_begin_ > std::ssize(ids_))
      throw BadCorpus("sequence " + std::to_string(next - 1) + " has bounds that cannot be");
    const bool no_tokens = corpus_.maker && next % 2 == 0;
    if (no_tokens)
      without_context_ += std::min(end, sequence_end) - at;
    else
      load_sequence(at, std::min(end, sequence_end), static_cast<int64_t>(next) - 1, sequence_begin, sequence_end);
    at = sequence_end;
  }
}

// Plans the centres [begin, end) of one sequence.
void Plan::load_sequence(int64_t begin, int64_t end, int64_t sequence, int64_t sequence_begin, int64_t sequence_end) {
  const auto& documents = corpus_.documents;
  const bool has_tags = !documents.of(sequence).empty();
  const int64_t reach = documents.alone ? 0 : corpus_.window ? corpus_.window : INT64_MAX;
  make_room(std::min(reach, begin - sequence_begin) + (end - begin) + std::min(reach, sequence_end - end));
  const size_t first = kept_, windows_before = windows_.size();
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
    const size_t width = documents.alone ? 0 : corpus_.window ? widths_[i] : kept_;
    const auto left = static_cast<int32_t>(i - std::min(i - first, width));
    const auto right = static_cast<int32_t>(i + std::min(kept_ - i, width + 1));
    const bool leads = documents.empty() && (i - centre_begin) % 2 == 0 && i + 1 < centre_end;
    if (right - left > 1 || has_tags)
      windows_.push_back({static_cast<int32_t>(i), left, right, leads});
    else
      without_context_++;  // the only token kept of its sequence
  }
  if (!documents.empty() && windows_.size() > windows_before) passages_.push_back({windows_.size(), sequence});
}

}  // namespace wordmill
