// Batches of windows in slices that are trained side by side, and which rows of a matrix several slices of a batch use: each of
// these trains such a row in a copy of its own. The copies of a row lie next to each other, in the order of the slices.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace wordmill {

inline constexpr size_t kBatch = 512, kSlice = 64;  // windows
inline constexpr size_t kSlices = kBatch / kSlice;

using Slices = uint8_t;  // a set: a bit each
static_assert(kSlices <= 8);

constexpr int has_several(uint32_t slices) { return (slices & (slices - 1)) != 0; }  // 1 or 0
inline constexpr auto kCount = [] {
  std::array<uint8_t, 1 << kSlices> count{};
  for (size_t slices = 1; slices < count.size(); slices++) count[slices] = static_cast<uint8_t>(count[slices / 2] + slices % 2);
  return count;
}();

struct SharedRow {
  int32_t id, first_copy;
  Slices users;
  int32_t copies() const { return kCount[users]; }
  int32_t copy(size_t slice) const { return first_copy + kCount[users & ((1u << slice) - 1)]; }
};

class Sharing {
 public:
  // `frozen` (rows): rows that nobody changes, or empty. All use them where they are.
  Sharing(int64_t rows, std::span<const uint8_t> frozen) : frozen_(frozen), users_(rows), first_copies_(rows) {}

  // Begins anew, with the first batch.
  void clear() {
    rows_.clear();
    places_.clear();
    row_begins_.assign(1, 0);
    place_begins_.assign(1, 0);
    most_copies_ = 0;
  }
  // Appends a batch: the ids that each of its slices uses.
  void append(std::span<const std::span<const int32_t>> slices) {
    find_shared(slices);
    place_copies();
    for (size_t s = 0; s < slices.size(); s++) place(slices[s], (1u << s) - 1);
    for (const auto& ids : slices) forget(ids);
  }

  std::span<const SharedRow> rows(size_t batch) const {
    return std::span(rows_).subspan(row_begins_[batch], row_begins_[batch + 1] - row_begins_[batch]);
  }
  // Where a slice, counted from the block's first, has the rows of its ids: their places in the matrix, or ~ the numbers of
  // copies.
  std::span<const int32_t> places(size_t slice) const {
    return std::span(places_).subspan(place_begins_[slice], place_begins_[slice + 1] - place_begins_[slice]);
  }
  int64_t most_copies() const { return most_copies_; }  // in a batch

 private:
  // Loops without branches: which rows are shared is as good as random. Here the rows' users are fetched first, as loads do not
  // overtake stores whose addresses depend on them.
  void find_shared(std::span<const std::span<const int32_t>> slices) {
    size_t most = 1, count = 0;
    for (const auto& ids : slices) most += ids.size();
    shared_.resize(most);
    Slices* const users = users_.data();
    int32_t* const shared = shared_.data();
    for (size_t s = 0; s < slices.size(); s++) {
      const uint32_t own = 1u << s;
      for (int32_t id : slices[s]) __builtin_prefetch(&users[id], 1, 3);
      for (int32_t id : slices[s]) {
        const uint32_t before = users[id], after = before | own;
        users[id] = static_cast<Slices>(after);
        shared[count] = id;
        count += has_several(after) - has_several(before);
      }
    }
    shared_.resize(count);
  }
  void place_copies() {
    int32_t copies = 0;
    for (int32_t id : shared_) {
      if (!frozen_.empty() && frozen_[id]) {
        users_[id] = 0;
        continue;
      }
      rows_.push_back({id, copies, users_[id]});
      first_copies_[id] = copies;
      copies += rows_.back().copies();
    }
    row_begins_.push_back(rows_.size());
    most_copies_ = std::max<int64_t>(most_copies_, copies);
  }
  void place(std::span<const int32_t> ids, Slices slices_before) {
    places_.resize(places_.size() + ids.size());
    int32_t* to = &places_[place_begins_.back()];
    place_begins_.push_back(places_.size());
    for (int32_t id : ids) {
      const int32_t shared = -has_several(users_[id]);  // all ones, or none
      const int32_t copy = first_copies_[id & shared] + kCount[users_[id] & slices_before];
      *to++ = (id & ~shared) | (~copy & shared);
    }
  }
  void forget(std::span<const int32_t> ids) {
    Slices* const users = users_.data();
    for (int32_t id : ids) users[id] = 0;
  }

  std::span<const uint8_t> frozen_;
  std::vector<Slices> users_;          // by row; none between batches
  std::vector<int32_t> first_copies_;  // by row, where it is shared in this batch
  std::vector<int32_t> shared_;
  std::vector<SharedRow> rows_;
  std::vector<int32_t> places_;
  std::vector<size_t> row_begins_, place_begins_;  // of batches, of slices
  int64_t most_copies_ = 0;
};

}  // namespace wordmill
