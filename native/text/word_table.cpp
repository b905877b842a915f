#include "word_table.hpp"

#include <limits>

namespace wordmill {
namespace {

constexpr size_t kFirstSlots = 1 << 10;

template <class T> uint64_t load(const char* at) {
  T x;
  std::memcpy(&x, at, sizeof x);
  return x;
}

// Up to 8 bytes, zeros beyond; by loads that overlap, for a copy of unknown length would be a call.
uint64_t load(const char* at, size_t bytes) {
  if (bytes >= 8) return load<uint64_t>(at);
  if (bytes >= 4) return load<uint32_t>(at) | load<uint32_t>(at + bytes - 4) << 8 * (bytes - 4);
  if (bytes == 0) return 0;
  return load<uint8_t>(at) | load<uint8_t>(at + bytes / 2) << 8 * (bytes / 2) | load<uint8_t>(at + bytes - 1) << 8 * (bytes - 1);
}

uint64_t hash_long(std::string_view text) {
  uint64_t h = text.size();
  for (size_t i = 0; i < text.size(); i += 8) {
    h = (std::rotl(h, 23) ^ load(text.data() + i, text.size() - i)) * 0x9E3779B97F4A7C15;
    h ^= h >> 32;
  }
  return h;
}

}  // namespace

Word::Word(std::string_view text) {
  if (text.size() <= kShort) {
    lo_ = load(text.data(), text.size());
    hi_ = (text.size() > 8 ? load(text.data() + 8, text.size() - 8) : 0) | uint64_t{text.size()} << 56;
  } else {
    lo_ = hash_long(text);
    hi_ = 0;
    long_ = text;
  }
}

std::string_view WordTable::text(int32_t index) const {
  const Entry& entry = entries_[index];
  if (entry.hi >= kLong) return in_arena(entry);
  return {reinterpret_cast<const char*>(&entry.lo), static_cast<size_t>(entry.hi >> 56)};
}

int32_t WordTable::insert(const Word& word, uint64_t hash, size_t slot, int64_t count) {
  if (entries_.size() == static_cast<size_t>(std::numeric_limits<int32_t>::max()))
    throw std::length_error("more than 2^31 distinct words: lower max_vocab_size");
  const int32_t index = static_cast<int32_t>(entries_.size());
  uint64_t hi = word.hi();
  if (!word.is_short()) {
    const std::string_view text = word.long_text();
    if (text.size() > std::numeric_limits<uint32_t>::max()) throw std::length_error("a word of more than 4 GiB: this is no text");
    const uint32_t size = static_cast<uint32_t>(text.size());
    const char* bytes = reinterpret_cast<const char*>(&size);
    hi = kLong | arena_.size();
    arena_.insert(arena_.end(), bytes, bytes + sizeof size);
    arena_.insert(arena_.end(), text.begin(), text.end());
  }
  entries_.push_back({word.lo(), hi, count});
  slots_[slot] = {static_cast<uint32_t>(hash), index};
  if (2 * entries_.size() > slots_.size()) resize(2 * slots_.size());
  return index;
}

void WordTable::resize(size_t slots) {
  slots_.assign(slots, {0, kFree});
  mask_ = slots - 1;
  shift_ = 64 - std::countr_zero(slots);
  for (size_t index = 0; index < entries_.size(); index++) {
    const Entry& entry = entries_[index];
    const uint64_t hash = Word::hash_of(entry.lo, entry.hi >= kLong ? 0 : entry.hi);
    size_t i = hash >> shift_;
    while (slots_[i].index != kFree) i = (i + 1) & mask_;
    slots_[i] = {static_cast<uint32_t>(hash), static_cast<int32_t>(index)};
  }
}

void WordTable::clear() {
  entries_.clear();
  arena_.clear();
  resize(std::max(kFirstSlots, slots_.size()));
}

}  // namespace wordmill
