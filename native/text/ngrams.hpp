// Character n-grams of words, hashed into buckets (Bojanowski et al., 2017; the hash and its order are those of fastText's
// dictionary).
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "system/big_vector.hpp"

namespace wordmill {

// Characters of an n-gram, the marks of a word's begin and end included: `longest` = 0 or less than `shortest`, no n-grams.
struct NgramSizes {
  int shortest, longest;
  int64_t buckets;  // up to 2^31 - 1; 0: none
};

inline constexpr int kLongestNgram = 64;  // so that n-grams are so many times the bytes of their words at most

struct Ngrams {
  std::vector<int64_t> ends;   // (words + 1): word w's are buckets[ends[w]:ends[w + 1]]
  BigVector<int32_t> buckets;  // by where they begin in the word, then by length; one that occurs twice counts twice
};

// The end of a sentence, `</s>`, has none. Words may hold any bytes.
Ngrams ngrams(std::span<const std::string_view> words, const NgramSizes& sizes, int threads);

}  // namespace wordmill
