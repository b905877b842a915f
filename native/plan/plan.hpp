// The plan of a stretch of corpus: which tokens are kept, and each window's contexts. It depends on the seed, the epoch and the
// tokens' positions alone: on no thread, block or history. Only which windows lead others begins anew with each block.
#pragma once
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "kernel/kernel.hpp"
#include "plan/tokens.hpp"

namespace wordmill {

// Ids or offsets that cannot be, though they were checked: they may lie in a file that somebody else has changed since.
struct BadCorpus : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Inputs that a sequence has beside its words: a row of the input vectors for each of its tags, all distinct. They take part in
// each of its windows.
struct Documents {
  std::span<const int64_t> ends;  // (S + 1); empty: sequences are no documents
  std::span<const int32_t> rows;  // those of sequence s are rows[ends[s] ... ends[s + 1])
  bool alone = false;             // words are asked for, but are no inputs

  bool empty() const { return ends.empty(); }
  std::span<const int32_t> of(int64_t sequence) const {
    return empty() ? std::span<const int32_t>() : rows.subspan(ends[sequence], ends[sequence + 1] - ends[sequence]);
  }
};

struct Corpus {  // and how windows are laid on it; borrowed: the owner keeps arrays and maker alive
  std::span<const int32_t> ids;
  std::span<const int64_t> offsets;  // (S + 1) sequence bounds in ids
  std::span<const uint32_t> keep;    // (V) a token is kept if its 32-bit draw is at most this
  int window;                        // words each side; 0: the whole sequence
  bool shrink_windows;
  uint64_t seed;
  Documents documents = {};
  const TokenMaker* maker = nullptr;  // of tokens that are not stored: then there are no ids and offsets

  int64_t positions() const { return maker ? maker->positions() : std::ssize(ids); }
  int64_t sequences() const { return maker ? maker->sequences() : std::ssize(offsets) - 1; }
  std::vector<double> counts() const;  // (V) occurrences of each word

  int32_t id(int64_t position) const { return checked(ids[position], position); }  // read once
  int32_t checked(int32_t id, int64_t position) const {                            // a row of the vocabulary
    if (static_cast<uint32_t>(id) >= keep.size()) [[unlikely]]
      refuse_id(position, id);
    return id;
  }
  [[noreturn]] void refuse_id(int64_t position, int32_t id) const;
};

struct Window {  // places in Plan::tokens(): the contexts are [first, last) without the centre
  int32_t centre, first, last;
  bool leads;  // the next window is its neighbour: a step of means takes both
};

struct Passage {  // windows of one sequence: from the end of the passage before
  size_t end;
  int64_t sequence;
};

class Plan {
 public:
  Plan(const Corpus& corpus, const Kernels& kernels, uint64_t epoch);

  void begin(uint64_t epoch);  // other draws from now on

  // Plans the centres in [begin, end). Contexts reach across both edges, up to the ends of their sequences. BadCorpus where an id
  // that is read, or the bounds of a sequence, cannot be.
  void load(int64_t begin, int64_t end);

  // The kept ones, those beyond the edges included; kRowBytes past the end may be read.
  std::span<const int32_t> tokens() const { return {tokens_.data(), kept_}; }
  std::span<const int64_t> positions() const { return {positions_.data(), kept_}; }  // of tokens, in the corpus
  std::span<const Window> windows() const { return windows_; }  // of the kept centres that have an input, in order
  // Where sequences are documents: those that windows [from, to) lie in, at least one window.
  std::span<const Passage> passages(size_t from, size_t to) const;
  int64_t subsampled() const { return subsampled_; }
  int64_t without_context() const { return without_context_; }

 private:
  void load_sequence(int64_t begin, int64_t end, int64_t sequence, int64_t sequence_begin, int64_t sequence_end);
  void make_room(int64_t tokens);
  bool try_keep(int64_t position, uint64_t hash);  // appends the token if it is kept
  void keep_some(int64_t begin, int64_t end);

  void find(int64_t begin, int64_t end);
  int32_t id(int64_t position) const { return corpus_.checked(ids_[position - ids_begin_], position); }  // read once

  const Corpus& corpus_;
  const Kernels& kernels_;
  uint64_t epoch_, token_key_;
  MadeStretch made_;              // by the corpus's maker, if it has one
  std::span<const int32_t> ids_;  // of the stored corpus, or of the stretch
  std::span<const int64_t> offsets_;
  int64_t ids_begin_ = 0;
  size_t kept_ = 0;  // the first so many of each of these are in use
  std::vector<int32_t> tokens_, widths_;
  std::vector<int64_t> positions_;
  std::vector<Window> windows_;
  std::vector<Passage> passages_;
  int64_t subsampled_ = 0, without_context_ = 0;
};

}  // namespace wordmill
