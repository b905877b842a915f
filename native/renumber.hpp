// From tickets (text.hpp) to ids.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "big_vector.hpp"

namespace wordmill {

// What a ticket becomes: an id where `ids[ticket]` >= 0; nothing where it is kNone; below that several ids, list kNone - 1 - ids[ticket].
// (Several: a tokenizer that cuts "it's" in two.)
struct IdMap {
  static constexpr int32_t kNone = -1;
  std::span<const int32_t> ids;
  std::span<const int64_t> list_offsets;
  std::span<const int32_t> list_ids;

  std::span<const int32_t> list(int32_t id) const {
    const size_t l = static_cast<size_t>(kNone - 1 - id);
    return list_ids.subspan(list_offsets[l], list_offsets[l + 1] - list_offsets[l]);
  }
};

struct Ids {
  BigVector<int32_t> ids;
  std::vector<int64_t> ends;  // of sequences, in ids
};

// The ids of some tickets, given where among them sequences end.
Ids renumber(std::span<const int32_t> tickets, std::span<const int64_t> ends, const IdMap& map, int threads);

}  // namespace wordmill
