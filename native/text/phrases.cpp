#include "phrases.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <numeric>
#include <tuple>

#include "system/parallel.hpp"
#include "system/random.hpp"

namespace wordmill {
namespace {

constexpr size_t kNoPlace = static_cast<size_t>(-1);

uint64_t key_of(int32_t high, int32_t low) {
  return static_cast<uint64_t>(static_cast<uint32_t>(high)) << 32 | static_cast<uint32_t>(low);
}

// Calls pair(first, run, second) for all pairs, in order; extend(run, connector) numbers the runs.
template <bool kConnectors, class Extend, class Pair> void each_pair(const Text& text, const Extend& extend, const Pair& pair) {
  for (size_t s = 0; s + 1 < text.offsets.size(); s++) {
    int32_t first = -1, run = Runs::kNothing;
    for (int64_t i = text.offsets[s]; i < text.offsets[s + 1]; i++) {
      const int32_t id = text.ids[i];
      if (kConnectors && text.connectors[id]) {
        if (first >= 0) run = extend(run, id);
        continue;
      }
      if (first >= 0) pair(first, run, id);
      first = id;
      run = Runs::kNothing;
    }
  }
}

struct Linked {  // a pair with a run
  int32_t first, run, second;
  int64_t count;
  auto place() const { return std::tie(first, run, second); }
};

// Sorts, and merges those that are equal.
void gather(std::vector<Linked>& pairs) {
  std::ranges::sort(pairs, {}, &Linked::place);
  size_t kept = 0;
  for (const Linked& pair : pairs) {
    if (kept && pairs[kept - 1].place() == pair.place())
      pairs[kept - 1].count += pair.count;
    else
      pairs[kept++] = pair;
  }
  pairs.resize(kept);
}

// Words that follow each other by their numbers, and the pairs that they begin.
struct Range {
  int32_t begin, end;
  int64_t most;  // pairs at most
};

struct Counted {
  std::vector<int32_t> words;  // two a pair
  std::vector<int64_t> counts;
  std::vector<Linked> linked;
  int64_t distinct = 0;
};

// Counts the pairs of one range after the other.
class RangeCounter {
 public:
  RangeCounter(const Text& text, const Runs& runs, std::span<const int64_t> word_counts, int64_t least, int64_t room)
      : text_(text), runs_(runs), word_counts_(word_counts), least_(least), room_(room), counts_(word_counts.size()) {}

  Counted count(const Range& range) {
    counted_ = {};
    linked_room_ = static_cast<size_t>(std::max<int64_t>(room_ / 6, 1024));  // 24 bytes in place of 4
    if (text_.connectors.empty())
      read<false>(range);
    else
      read<true>(range);
    gather(counted_.linked);
    counted_.distinct += static_cast<int64_t>(counted_.linked.size());
    std::erase_if(counted_.linked, [&](const Linked& pair) { return pair.count < least_; });
    return std::move(counted_);
  }

 private:
  template <bool kConnectors> void read(const Range& range) {
    const auto extend = [&](int32_t run, int32_t connector) { return runs_.find(run, connector); };
    const uint32_t size = static_cast<uint32_t>(range.end - range.begin);
    const auto each = [&](const auto& plain) {
      each_pair<kConnectors>(text_, extend, [&](int32_t first, int32_t run, int32_t second) {
        if (static_cast<uint32_t>(first - range.begin) >= size) return;
        if (kConnectors && run != Runs::kNothing)
          link({first, run, second, 1});
        else
          plain(first - range.begin, second);
      });
    };
    if (range.most > room_) {  // a single word
      each([&](uint32_t, int32_t second) { see(second); });
      emit(range.begin);
      return;
    }
    std::vector<int64_t> places(size);
    std::exclusive_scan(word_counts_.begin() + range.begin, word_counts_.begin() + range.end, places.begin(), int64_t{0});
    seconds_.resize(std::max(seconds_.size(), static_cast<size_t>(range.most)));
    each([&](uint32_t first, int32_t second) { seconds_[places[first]++] = second; });
    int64_t begin = 0;
    for (uint32_t first = 0; first < size; first++) {
      for (int64_t i = begin; i < places[first]; i++) see(seconds_[i]);
      begin += word_counts_[range.begin + static_cast<int32_t>(first)];
      emit(range.begin + static_cast<int32_t>(first));
    }
  }
  void see(int32_t second) {
    if (counts_[second]++ == 0) seen_.push_back(second);
  }
  // The pairs of a word whose seconds have all been seen.
  void emit(int32_t first) {
    counted_.distinct += static_cast<int64_t>(seen_.size());
    frequent_.clear();
    for (int32_t second : seen_) {
      if (counts_[second] >= least_)
        frequent_.push_back(second);
      else
        counts_[second] = 0;
    }
    seen_.clear();
    std::ranges::sort(frequent_);
    for (int32_t second : frequent_) {
      counted_.words.insert(counted_.words.end(), {first, second});
      counted_.counts.push_back(counts_[second]);
      counts_[second] = 0;
    }
  }
  void link(const Linked& pair) {
    if (counted_.linked.size() >= linked_room_) {
      gather(counted_.linked);
      linked_room_ = std::max(linked_room_, 2 * counted_.linked.size());
    }
    counted_.linked.push_back(pair);
  }

  const Text& text_;
  const Runs& runs_;
  const std::span<const int64_t> word_counts_;
  const int64_t least_, room_;
  size_t linked_room_ = 0;
  BigVector<int32_t> seconds_;   // of the pairs of the range, by the first word
  std::vector<int64_t> counts_;  // of pairs with each second word
  std::vector<int32_t> seen_, frequent_;
  Counted counted_;
};

std::vector<Range> cut_into_ranges(std::span<const int64_t> word_counts, int64_t most) {
  std::vector<Range> ranges;
  for (int32_t word = 0; word < static_cast<int32_t>(word_counts.size()); word++) {
    if (ranges.empty() || ranges.back().most + word_counts[word] > most) ranges.push_back({word, word, 0});
    ranges.back().end = word + 1;
    ranges.back().most += word_counts[word];
  }
  return ranges;
}

PairCounts put_together(const std::vector<Counted>& counted, const Runs& runs) {
  PairCounts pairs;
  for (const Counted& some : counted) {
    pairs.distinct += some.distinct;
    pairs.parts.insert(pairs.parts.end(), some.words.begin(), some.words.end());
    pairs.counts.insert(pairs.counts.end(), some.counts.begin(), some.counts.end());
  }
  for (size_t p = 1; p <= pairs.counts.size(); p++) pairs.ends.push_back(static_cast<int64_t>(2 * p));
  for (const Counted& some : counted) {
    for (const Linked& pair : some.linked) {
      pairs.parts.push_back(pair.first);
      runs.append_to(pairs.parts, pair.run);
      pairs.parts.push_back(pair.second);
      pairs.ends.push_back(static_cast<int64_t>(pairs.parts.size()));
      pairs.counts.push_back(pair.count);
    }
  }
  return pairs;
}

// From a pair to the number of its phrase.
class PhraseTable {
 public:
  static constexpr int32_t kNone = -1;

  PhraseTable(const Phrases& phrases, int32_t words) : begins_(static_cast<size_t>(words)) {
    slots_.resize(std::bit_ceil(2 * phrases.ends.size() + 2), {0, 0, 0, kNone});
    int64_t begin = 0;
    for (size_t p = 0; p < phrases.ends.size(); begin = phrases.ends[p++]) {
      const auto parts = phrases.parts.subspan(static_cast<size_t>(begin), static_cast<size_t>(phrases.ends[p] - begin));
      int32_t run = Runs::kNothing;
      for (int32_t connector : parts.subspan(1, parts.size() - 2)) run = runs_.add(run, connector);
      begins_[static_cast<size_t>(parts.front())] = 1;
      slots_[slot_of(parts.front(), run, parts.back())] = {parts.front(), run, parts.back(), static_cast<int32_t>(p)};
    }
  }
  int32_t find(int32_t first, int32_t run, int32_t second) const {
    return begins_[static_cast<size_t>(first)] && run != Runs::kUnknown ? slots_[slot_of(first, run, second)].phrase : kNone;
  }
  int32_t extend(int32_t run, int32_t connector) const { return runs_.find(run, connector); }

 private:
  struct Slot {
    int32_t first, run, second, phrase;
  };
  // Where a pair is, or would be.
  size_t slot_of(int32_t first, int32_t run, int32_t second) const {
    const size_t mask = slots_.size() - 1;
    for (size_t i = mix(key_of(first, second) + static_cast<uint64_t>(run) * kGolden) & mask;; i = (i + 1) & mask) {
      const Slot& slot = slots_[i];
      if (slot.phrase == kNone || (slot.first == first && slot.second == second && slot.run == run)) return i;
    }
  }

  Runs runs_;
  std::vector<uint8_t> begins_;  // whether a word begins a phrase
  std::vector<Slot> slots_;
};

// Writes sequences with phrases in the place of their words. Between two words that make no phrase all is settled: what is open
// is the chain of words since, each of which makes a phrase with the next.
class Joiner {
 public:
  Joiner(const Text& text, const Phrases& phrases, const PhraseTable& table, int32_t words, bool best, int32_t* out)
      : text_(text), phrases_(phrases), table_(table), words_(words), best_(best), out_(out) {}

  int32_t* sequence(size_t begin, size_t end) {
    size_t last = kNoPlace;  // word
    int32_t run = Runs::kNothing;
    written_ = begin;
    for (size_t i = begin; i < end; i++) {
      const int32_t id = text_.ids[i];
      if (!text_.connectors.empty() && text_.connectors[static_cast<size_t>(id)]) {
        run = table_.extend(run, id);
        continue;
      }
      const int32_t phrase = last == kNoPlace ? PhraseTable::kNone : table_.find(text_.ids[last], run, id);
      if (phrase == PhraseTable::kNone || (best_ && !(phrases_.scores[static_cast<size_t>(phrase)] > 0)))
        close();
      else
        chain_.push_back({last, i, phrase});
      if (!best_ && chain_.size() == 2) close();  // the second one overlaps the first, and the third does not
      last = i;
      run = Runs::kNothing;
    }
    close();
    copy_to(end);
    return out_;
  }

 private:
  struct Link {
    size_t first, second;  // places
    int32_t phrase;
    bool taken = false;
  };
  void copy_to(size_t place) {
    out_ =
        std::copy(text_.ids.begin() + static_cast<ptrdiff_t>(written_), text_.ids.begin() + static_cast<ptrdiff_t>(place), out_);
    written_ = place;
  }
  void close() {
    if (chain_.empty()) return;
    best_ ? take_best() : take_first();
    for (const Link& link : chain_) {
      if (!link.taken) continue;
      copy_to(link.first);
      *out_++ = words_ + link.phrase;
      written_ = link.second + 1;
    }
    chain_.clear();
  }
  void take_first() {
    for (size_t l = 0; l < chain_.size(); l += 2) chain_[l].taken = true;
  }
  // totals_[l]: the most that the first l links can add up to.
  void take_best() {
    totals_.assign(chain_.size() + 1, 0);
    for (size_t l = 1; l <= chain_.size(); l++) totals_[l] = std::max(totals_[l - 1], with(l));
    for (size_t l = chain_.size(); l > 0; l--) {
      if (!(with(l) > totals_[l - 1])) continue;
      chain_[l - 1].taken = true;
      if (l > 1) l--;
    }
  }
  double with(size_t links) const {
    return (links > 1 ? totals_[links - 2] : 0) + phrases_.scores[static_cast<size_t>(chain_[links - 1].phrase)];
  }

  const Text& text_;
  const Phrases& phrases_;
  const PhraseTable& table_;
  const int32_t words_;
  const bool best_;
  int32_t* out_;
  size_t written_ = 0;  // ids of the text up to there are
  std::vector<Link> chain_;
  std::vector<double> totals_;
};

}  // namespace

int32_t Runs::add(int32_t run, int32_t connector) {
  const auto [at, is_new] = numbers_.try_emplace(key_of(run, connector), static_cast<int32_t>(nodes_.size()));
  if (is_new) nodes_.push_back({run, connector});
  return at->second;
}

int32_t Runs::find(int32_t run, int32_t connector) const {
  const auto at = numbers_.find(key_of(run, connector));
  return at == numbers_.end() ? kUnknown : at->second;
}

void Runs::append_to(std::vector<int32_t>& ids, int32_t run) const {
  const size_t begin = ids.size();
  for (; run != kNothing; run = nodes_[static_cast<size_t>(run)].before)
    ids.push_back(nodes_[static_cast<size_t>(run)].connector);
  std::reverse(ids.begin() + static_cast<ptrdiff_t>(begin), ids.end());
}

std::vector<int64_t> count_ids(std::span<const int32_t> ids, int32_t words, int threads) {
  const size_t parts = static_cast<size_t>(threads);
  std::vector<std::vector<int64_t>> counts(parts);
  parallel_for(parts, threads, [&](size_t part) {
    counts[part].resize(static_cast<size_t>(words));
    const size_t begin = ids.size() * part / parts, end = ids.size() * (part + 1) / parts;
    for (int32_t id : ids.subspan(begin, end - begin)) counts[part][static_cast<size_t>(id)]++;
  });
  for (size_t part = 1; part < parts; part++)
    for (size_t word = 0; word < counts[0].size(); word++) counts[0][word] += counts[part][word];
  return std::move(counts[0]);
}

PairCounts count_pairs(const Text& text, std::span<const int64_t> word_counts, int64_t least, int64_t memory_bytes, int threads) {
  Runs runs;
  if (!text.connectors.empty())
    each_pair<true>(
        text, [&](int32_t run, int32_t connector) { return runs.add(run, connector); }, [](int32_t, int32_t, int32_t) {});
  const int64_t room = std::max<int64_t>(memory_bytes / static_cast<int64_t>(sizeof(int32_t)) / threads, 1);  // pairs at once
  const int64_t share = static_cast<int64_t>(text.ids.size()) / threads + 1;
  const std::vector<Range> ranges = cut_into_ranges(word_counts, std::min(room, share));
  std::vector<Counted> counted(ranges.size());
  std::atomic<size_t> next{0};
  run_threads(threads, [&](int) {
    RangeCounter counter(text, runs, word_counts, least, std::min(room, share));
    for (size_t r; (r = next.fetch_add(1)) < ranges.size();) counted[r] = counter.count(ranges[r]);
  });
  return put_together(counted, runs);
}

Joined join_phrases(const Text& text, const Phrases& phrases, int32_t words, bool best, int threads) {
  const PhraseTable table(phrases, words);
  const size_t parts = static_cast<size_t>(threads), sequences = text.offsets.size() - 1;
  const auto first_of = [&](size_t part) {  // sequence
    const int64_t place = static_cast<int64_t>(text.ids.size() * part / parts);
    const auto at = std::lower_bound(text.offsets.begin(), text.offsets.end() - 1, place);
    return part == parts ? sequences : static_cast<size_t>(at - text.offsets.begin());
  };
  Joined joined;
  joined.ids.resize(text.ids.size());
  joined.ends.resize(sequences);
  parallel_for(parts, threads, [&](size_t part) {
    if (first_of(part) >= first_of(part + 1)) return;
    int32_t* const begin = joined.ids.data() + text.offsets[first_of(part)];
    Joiner joiner(text, phrases, table, words, best, begin);
    for (size_t s = first_of(part); s < first_of(part + 1); s++)
      joined.ends[s] =
          joiner.sequence(static_cast<size_t>(text.offsets[s]), static_cast<size_t>(text.offsets[s + 1])) - joined.ids.data();
  });
  size_t size = 0;
  for (size_t part = 0; part < parts; part++) {  // close the gaps
    if (first_of(part) >= first_of(part + 1)) continue;
    const size_t begin = static_cast<size_t>(text.offsets[first_of(part)]),
                 end = static_cast<size_t>(joined.ends[first_of(part + 1) - 1]);
    std::copy(joined.ids.begin() + static_cast<ptrdiff_t>(begin), joined.ids.begin() + static_cast<ptrdiff_t>(end),
              joined.ids.begin() + static_cast<ptrdiff_t>(size));
    for (size_t s = first_of(part); s < first_of(part + 1); s++) joined.ends[s] -= static_cast<int64_t>(begin - size);
    size += end - begin;
  }
  joined.ids.resize(size);
  return joined;
}

}  // namespace wordmill
