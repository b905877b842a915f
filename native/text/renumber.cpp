#include "renumber.hpp"

#include <algorithm>
#include <numeric>

#include "system/parallel.hpp"

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

Ids renumber(std::span<int32_t> tickets, std::span<const int64_t> ends, const IdMap& map, int threads) {
  const size_t parts = static_cast<size_t>(threads);
  const auto begin_of = [&](size_t part) { return tickets.size() * part / parts; };
  const auto part_of = [&](size_t part) { return tickets.subspan(begin_of(part), begin_of(part + 1) - begin_of(part)); };
  // A sequence that ends between two parts belongs to the later one; the last part has all that end at its end.
  const auto first_end = [&](size_t part) {
    const auto end = std::ranges::lower_bound(ends, static_cast<int64_t>(begin_of(part)));
    return part == parts ? ends.size() : static_cast<size_t>(end - ends.begin());
  };

  Ids result;
  result.ends.resize(ends.size());
  std::vector<size_t> begins(parts), sizes(parts);  // of the ids of each part
  int32_t* ids = tickets.data();
  if (map.list_ids.empty()) {
    for (size_t part = 0; part < parts; part++) begins[part] = begin_of(part);
  } else {
    parallel_for(parts, threads, [&](size_t part) { sizes[part] = count_ids(part_of(part), map); });
    std::exclusive_scan(sizes.begin(), sizes.end(), begins.begin(), size_t{0});
    result.memory.resize(begins.back() + sizes.back());
    ids = result.memory.data();
  }
  parallel_for(parts, threads, [&](size_t part) {
    size_t from = begin_of(part);
    int32_t* const begin = ids + begins[part];
    int32_t* out = begin;
    const auto write_to = [&](size_t next) {
      out = write_ids(tickets.subspan(from, next - from), map, out);
      from = next;
    };
    for (size_t e = first_end(part), last = first_end(part + 1); e < last; e++) {
      write_to(static_cast<size_t>(ends[e]));
      result.ends[e] = out - begin;
    }
    write_to(begin_of(part + 1));
    sizes[part] = static_cast<size_t>(out - begin);
  });
  size_t size = 0;
  for (size_t part = 0; part < parts; size += sizes[part], part++) {  // close the gaps
    if (begins[part] != size) std::copy_n(ids + begins[part], sizes[part], ids + size);
    for (size_t e = first_end(part), last = first_end(part + 1); e < last; e++) result.ends[e] += static_cast<int64_t>(size);
  }
  result.ids = {ids, size};
  return result;
}

}  // namespace wordmill
