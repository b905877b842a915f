// Counter-based randomness: every draw is a hash of (seed, epoch, token position, draw), so that it depends on no thread, block
// or history. The mixer is SplitMix64's (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014, section
// 4).
#pragma once
#include <stdint.h>

namespace wordmill {

inline constexpr uint64_t kGolden = 0x9E3779B97F4A7C15;

static inline uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

// Draw number `counter` of the stream `key`.
static inline uint64_t draw_at(uint64_t key, uint64_t counter) { return mix(key + (counter + 1) * kGolden); }

enum class Stream : uint64_t { kTokens = 1, kNegatives = 2, kFirstVectors = 3, kWalks = 4 };

static inline uint64_t stream_key(uint64_t seed, uint64_t epoch, Stream stream) {
  return draw_at(draw_at(draw_at(0, seed), epoch), static_cast<uint64_t>(stream));
}

}  // namespace wordmill
