// Tokens that are not stored: made when a plan asks for them, by position, others each epoch.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace wordmill {

// Some whole sequences, end to end, in the positions of their corpus. Sequence s is [offsets[2 s], offsets[2 s + 1]); from there
// to the next one no token is.
struct MadeStretch {
  std::vector<int32_t> ids;  // of the positions from offsets[0] on
  std::vector<int64_t> offsets;
};

class TokenMaker {
 public:
  virtual ~TokenMaker() = default;
  virtual int64_t positions() const = 0;  // an epoch
  virtual int64_t sequences() const = 0;
  virtual std::span<const int64_t> counts() const = 0;  // (V) what an epoch is expected to hold
  // Makes the sequences that [begin, end) has a position of.
  virtual void make(uint64_t epoch, int64_t begin, int64_t end, MadeStretch& stretch) const = 0;
};

}  // namespace wordmill
