// A hash table from words (any bytes) to dense indexes, with counts.
//
// Most words are short, so a word of up to 15 bytes is its own key: two integers that hold its bytes and its length. It is hashed
// and compared as such. A longer one has its hash and its place in the arena for a key. The table is two arrays: slots, where
// open addressing looks (8 bytes: an index and half a hash), and entries in the order of arrival, so that the frequent words,
// which come early, lie together.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "system/big_vector.hpp"

namespace wordmill {

static_assert(std::endian::native == std::endian::little, "short words are integers whose first byte is the lowest");

inline uint64_t low_bytes(uint64_t x, size_t bytes) { return bytes >= 8 ? x : x & ((uint64_t{1} << 8 * bytes) - 1); }

class Word {
 public:
  static constexpr size_t kShort = 15;

  // A short word from its first 16 bytes; what lies beyond `size` does not matter.
  static Word from_bytes(uint64_t lo, uint64_t hi, size_t size) {
    const uint64_t length = uint64_t{size} << 56;
    return size < 8 ? Word(low_bytes(lo, size), length) : Word(lo, low_bytes(hi, size - 8) | length);
  }
  explicit Word(std::string_view text);  // which must stay alive while a long word is in use

  bool is_short() const { return long_.data() == nullptr; }
  uint64_t lo() const { return lo_; }
  uint64_t hi() const { return hi_; }
  uint64_t hash() const { return hash_of(lo_, hi_); }
  std::string_view long_text() const { return long_; }

  static uint64_t hash_of(uint64_t lo, uint64_t hi) {  // two multiplications that spread every byte over the upper half
    const uint64_t h = (lo * 0x9E3779B97F4A7C15) ^ std::rotl(hi * 0xC2B2AE3D27D4EB4F, 32);
    return (h ^ (h >> 29)) * 0xBF58476D1CE4E5B9;
  }

 private:
  friend class WordTable;
  Word(uint64_t lo, uint64_t hi, std::string_view long_text = {}) : lo_(lo), hi_(hi), long_(long_text) {}
  uint64_t lo_, hi_;       // short: the bytes, then zeros, then the size; long: hash, 0
  std::string_view long_;  // empty for short words
};

class WordTable {
 public:
  WordTable() { clear(); }

  size_t size() const { return entries_.size(); }
  int64_t count(int32_t index) const { return entries_[index].count; }
  std::string_view text(int32_t index) const;  // valid until the table changes
  Word word(int32_t index) const {
    const Entry& entry = entries_[index];
    return entry.hi >= kLong ? Word(entry.lo, 0, in_arena(entry)) : Word(entry.lo, entry.hi);
  }

  // Index of a word that has now been seen `count` times more; a new word gets the next index.
  int32_t add(const Word& word, int64_t count = 1) {
    const uint64_t hash = word.hash();
    for (size_t i = hash >> shift_;; i = (i + 1) & mask_) {
      const Slot slot = slots_[i];
      if (slot.index == kFree) return insert(word, hash, i, count);
      if (slot.tag == static_cast<uint32_t>(hash) && same(entries_[slot.index], word)) {
        entries_[slot.index].count += count;
        return slot.index;
      }
    }
  }
  // Index of a word that has now been seen `count` times more, or kFree: then nothing is done. Threads may call it at the same
  // time.
  int32_t count_known(const Word& word, int64_t count) {
    const uint64_t hash = word.hash();
    for (size_t i = hash >> shift_;; i = (i + 1) & mask_) {
      const Slot slot = slots_[i];
      if (slot.index == kFree) return kFree;
      if (slot.tag == static_cast<uint32_t>(hash) && same(entries_[slot.index], word)) {
        __atomic_fetch_add(&entries_[slot.index].count, count, __ATOMIC_RELAXED);
        return slot.index;
      }
    }
  }
  void prefetch(const Word& word) const { __builtin_prefetch(&slots_[word.hash() >> shift_]); }
  void clear();  // keeps its memory

  static constexpr int32_t kFree = -1;

 private:
  struct Slot {
    uint32_t tag;
    int32_t index;
  };
  struct Entry {
    uint64_t lo, hi;  // a long word: its hash, and kLong with its place in the arena
    int64_t count;
  };
  static constexpr uint64_t kLong = uint64_t{0xFF} << 56;

  bool same(const Entry& entry, const Word& word) const {
    return entry.lo == word.lo() &&
           (word.is_short() ? entry.hi == word.hi() : entry.hi >= kLong && in_arena(entry) == word.long_text());
  }
  std::string_view in_arena(const Entry& entry) const {
    const char* at = arena_.data() + (entry.hi & ~kLong);
    uint32_t size;
    std::memcpy(&size, at, sizeof size);
    return {at + sizeof size, size};
  }
  int32_t insert(const Word& word, uint64_t hash, size_t slot, int64_t count);
  void resize(size_t slots);

  BigVector<Slot> slots_;  // a power of two, at most half of them taken
  size_t mask_;
  int shift_;  // the upper bits of a hash say where to look first, the lower 32 are the tag
  BigVector<Entry> entries_;
  std::vector<char> arena_;  // long words: size, bytes
};

}  // namespace wordmill
