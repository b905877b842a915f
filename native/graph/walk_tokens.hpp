// Walks as the tokens of a corpus. Walk w has the positions [w length, (w + 1) length), and may end before.
#pragma once
#include <cstdint>
#include <span>

#include "graph/walks.hpp"
#include "plan/tokens.hpp"

namespace wordmill {

class WalkTokens final : public TokenMaker {
 public:
  // ids: (N) of nodes in the vocabulary, -1: the node is left out; counts: (V). Borrowed.
  WalkTokens(const Walker& walker, std::span<const int32_t> ids, std::span<const int64_t> counts)
      : walker_(walker), ids_(ids), counts_(counts) {}

  int64_t positions() const override { return walker_.walks() * walker_.length(); }
  int64_t sequences() const override { return walker_.walks(); }
  std::span<const int64_t> counts() const override { return counts_; }
  void make(uint64_t epoch, int64_t begin, int64_t end, MadeStretch& stretch) const override;

 private:
  const Walker& walker_;
  std::span<const int32_t> ids_;
  std::span<const int64_t> counts_;
};

}  // namespace wordmill
