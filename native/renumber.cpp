#include "renumber.hpp"

#include <algorithm>

#include "parallel.hpp"

namespace wordmill {
namespace {

size_t count_ids(std::span<const int32_t> tickets, const IdMap& map) {
  size_t count = 0;
  for (int32_t ticket : tickets) {
    const int32_t id = map.ids[ticket];
    count += id >= 0;
    if (id < IdMap::kNone) count += map.list(id).size();
  }
  return count;
}

int32_t* write_ids(std::span<const int32_t> tickets, const IdMap& map, int32_t* out) {
  for (int32_t ticket : tickets) {
    const int32_t id = map.ids[ticket];
    if (id >= 0)
      *out++ = id;
    else if (id < IdMap::kNone)
      out = std::ranges::copy(map.list(id), out).out;
  }
  return out;
}

}  // namespace

Ids renumber(std::span<const int32_t> tickets, std::span<const int64_t> ends, const IdMap& map, int threads) {
  const size_t parts = static_cast<size_t>(threads);
  const auto begin_of = [&](size_t part) { return tickets.size() * part / parts; };
  const auto part_of = [&](size_t part) { return tickets.subspan(begin_of(part), begin_of(part + 1) - begin_of(part)); };

  std::vector<size_t> begins(parts + 1);
  parallel_for(parts, threads, [&](size_t part) { begins[part + 1] = count_ids(part_of(part), map); });
  for (size_t part = 0; part < parts; part++) begins[part + 1] += begins[part];

  Ids result{BigVector<int32_t>(begins[parts]), std::vector<int64_t>(ends.size())};
  parallel_for(parts, threads, [&](size_t part) {
    size_t from = begin_of(part);
    const size_t to = begin_of(part + 1);
    int32_t* out = result.ids.data() + begins[part];
    const auto write_to = [&](size_t next) {
      out = write_ids(tickets.subspan(from, next - from), map, out);
      from = next;
    };
    // A sequence that ends between two parts belongs to the later one; the last part has all that end at its end.
    auto end = std::ranges::lower_bound(ends, static_cast<int64_t>(from));
    for (; end != ends.end() && (*end < static_cast<int64_t>(to) || part + 1 == parts); ++end) {
      write_to(static_cast<size_t>(*end));
      result.ends[end - ends.begin()] = out - result.ids.data();
    }
    write_to(to);
  });
  return result;
}

}  // namespace wordmill
