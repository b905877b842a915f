#include "ngrams.hpp"

#include <algorithm>
#include <string>

#include "system/parallel.hpp"

namespace wordmill {
namespace {

constexpr size_t kWordsAtOnce = 1 << 12;
constexpr std::string_view kEndOfSentence = "</s>";

bool begins_character(char byte) { return (byte & 0xC0) != 0x80; }

// How many n-grams a word of so many characters has, its two marks included.
int64_t count_of(int64_t characters, const NgramSizes& sizes) {
  int64_t count = 0;
  for (int length = std::max(sizes.shortest, 1); length <= sizes.longest; length++) {
    const int64_t marks_alone = length == 1 ? 2 : 0;
    count += std::max<int64_t>(characters - length + 1 - marks_alone, 0);
  }
  return count;
}

int64_t characters_of(std::string_view word) {  // bytes that go on with no character belong to the mark before
  return 2 + std::count_if(word.begin(), word.end(), begins_character);
}

// One step of FNV-1a, with bytes taken as signed.
uint32_t hash_on(uint32_t hash, char byte) { return (hash ^ static_cast<uint32_t>(static_cast<int8_t>(byte))) * 16'777'619u; }

// Writes the n-grams of a word, given with its marks.
void write_ngrams(std::string_view marked, const NgramSizes& sizes, int32_t* to) {
  const size_t size = marked.size();
  for (size_t begin = 0; begin < size; begin++) {
    if (!begins_character(marked[begin])) continue;
    uint32_t hash = 2'166'136'261u;
    size_t end = begin;
    for (int length = 1; length <= sizes.longest && end < size; length++) {
      do hash = hash_on(hash, marked[end++]);
      while (end < size && !begins_character(marked[end]));
      const bool mark_alone = length == 1 && (begin == 0 || end == size);
      if (length >= sizes.shortest && !mark_alone) *to++ = static_cast<int32_t>(hash % static_cast<uint32_t>(sizes.buckets));
    }
  }
}

}  // namespace

Ngrams ngrams(std::span<const std::string_view> words, const NgramSizes& sizes, int threads) {
  Ngrams found;
  found.ends.assign(words.size() + 1, 0);
  if (sizes.longest < std::max(sizes.shortest, 1) || !sizes.buckets) return found;
  const size_t pieces = (words.size() + kWordsAtOnce - 1) / kWordsAtOnce;
  const auto each = [&](const auto& work) {
    parallel_for(pieces, threads, [&](size_t piece) {
      const size_t end = std::min(words.size(), (piece + 1) * kWordsAtOnce);
      for (size_t word = piece * kWordsAtOnce; word < end; word++)
        if (words[word] != kEndOfSentence) work(word);
    });
  };
  each([&](size_t word) { found.ends[word + 1] = count_of(characters_of(words[word]), sizes); });
  for (size_t word = 0; word < words.size(); word++) found.ends[word + 1] += found.ends[word];
  found.buckets.resize(static_cast<size_t>(found.ends.back()));
  each([&](size_t word) {
    thread_local std::string marked;
    marked.assign(1, '<').append(words[word]).append(1, '>');
    write_ngrams(marked, sizes, found.buckets.data() + found.ends[word]);
  });
  return found;
}

}  // namespace wordmill
