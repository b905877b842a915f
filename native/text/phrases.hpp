// Pairs of words that stand side by side: counted, and joined into phrases.
//
// A pair is two words of a sequence with nothing between them but connectors ("of the"), which begin and end no pair and are no
// words of their own. What stands between is a run of connectors; pairs that differ in it are different. A pair's parts are its
// words and what is between them: two ids or more.
#pragma once
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "system/big_vector.hpp"

namespace wordmill {

struct Text {
  std::span<const int32_t> ids;
  std::span<const int64_t> offsets;     // of sequences
  std::span<const uint8_t> connectors;  // whether an id is one; empty: none is
};

// Numbers for runs of connectors.
class Runs {
 public:
  static constexpr int32_t kNothing = 0, kUnknown = -1;

  int32_t add(int32_t run, int32_t connector);  // the number of a run that is one connector longer
  int32_t find(int32_t run, int32_t connector) const;
  void append_to(std::vector<int32_t>& ids, int32_t run) const;

 private:
  struct Node {
    int32_t before, connector;
  };
  std::unordered_map<uint64_t, int32_t> numbers_;
  std::vector<Node> nodes_ = {{kUnknown, 0}};
};

// How often each of `words` ids occurs; connectors too.
std::vector<int64_t> count_ids(std::span<const int32_t> ids, int32_t words, int threads);

struct PairCounts {
  std::vector<int32_t> parts;
  std::vector<int64_t> ends;    // pair p's parts are parts[ends[p - 1]:ends[p]]
  std::vector<int64_t> counts;  // at least `least` each
  int64_t distinct = 0;         // pairs, however rare
};

// Counts all pairs exactly. Those without a run come first, in the order of their parts, then the others. The pairs are gathered
// by their first word; where that takes more than `memory_bytes`, in several readings of the ids, each for some of the words. One
// word's pairs beyond it are counted as they come. (Beside it: 8 bytes a word for each thread, and the pairs that are returned.)
PairCounts count_pairs(const Text& text, std::span<const int64_t> word_counts, int64_t least, int64_t memory_bytes, int threads);

struct Phrases {
  std::span<const int32_t> parts;
  std::span<const int64_t> ends;
  std::span<const double> scores;
};

struct Joined {
  BigVector<int32_t> ids;     // phrase p is words + p
  std::vector<int64_t> ends;  // of sequences
};

// Puts phrases in the place of their words. Where they overlap, the first one is taken and the search goes on behind it; with
// `best` those whose scores add up to most, of equals the earlier, and none of a score that is not positive.
Joined join_phrases(const Text& text, const Phrases& phrases, int32_t words, bool best, int threads);

}  // namespace wordmill
