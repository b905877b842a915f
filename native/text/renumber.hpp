// From tickets (text.hpp) to ids.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "system/big_vector.hpp"

namespace wordmill {

// What a ticket becomes: an id where `ids[ticket]` >= 0; nothing where it is kNone; below that several ids, list kNone - 1 -
// ids[ticket]. (Several: a tokenizer that cuts "it's" in two.)
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
  std::span<int32_t> ids;
  BigVector<int32_t> memory;  // theirs; empty where that is the tickets'
  std::vector<int64_t> ends;  // of sequences, in ids
};

// The ids of some tickets, given where among them sequences end. They take the tickets' place where no ticket becomes several,
// for memory that was never used before costs more than the exchange does.
Ids renumber(std::span<int32_t> tickets, std::span<const int64_t> ends, const IdMap& map, int threads);

}  // namespace wordmill
