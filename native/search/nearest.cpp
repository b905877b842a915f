#include "nearest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "system/big_vector.hpp"
#include "system/parallel.hpp"

namespace wordmill {
namespace {

constexpr int64_t kPackedBytes = 1 << 20;  // of rows packed at a time: read by all threads, so in the cache that they share
constexpr int64_t kBlockBytes = 32 << 10;  // of rows that a tile of queries meets at a time: in the first cache
constexpr int64_t kQueriesAtOnce = 240;    // that a thread takes: whole tiles, of 3 or of 6
constexpr int64_t kFewQueries = 16;
constexpr int64_t kMostLanes = 16;
constexpr int64_t kPartNumbers = 1 << 20;  // of the rows that a thread of its own is worth

struct Found {
  float score;
  int64_t row;
  bool operator<(const Found& other) const { return score > other.score || (score == other.score && row < other.row); }
};

// The k best rows so far of one query: a heap, the worst on top.
class Best {
 public:
  Best(Found* heap, int k) : heap_(heap), k_(k) {}

  float bar() const { return size_ < k_ ? -std::numeric_limits<float>::infinity() : heap_[0].score; }

  // Rows come in order, so that of equal scores the first stays.
  void offer(Found found) {
    if (!(found.score > bar())) return;
    if (size_ == k_) std::pop_heap(heap_, heap_ + size_--);
    heap_[size_++] = found;
    std::push_heap(heap_, heap_ + size_);
  }

  std::span<const Found> sorted() {
    std::sort_heap(heap_, heap_ + size_);
    return {heap_, static_cast<size_t>(size_)};
  }

 private:
  Found* heap_;
  int k_, size_ = 0;
};

float score(const NearestTask& task, const Screen& screen, int64_t q, int64_t row) {
  const float norm = task.norms[row];
  return norm > 0 ? static_cast<float>(screen.dot(task.queries + q * task.size, task.rows + row * task.stride, task.size) / norm) : 0;
}

bool excluded(const NearestTask& task, int64_t q, int64_t row) {
  const auto begin = task.exclude.begin();
  return std::binary_search(begin + task.exclude_offsets[q], begin + task.exclude_offsets[q + 1], row);
}

void write(std::span<const Found> found, int k, int64_t* ids, float* scores) {
  std::fill_n(ids, k, -1);
  std::fill_n(scores, k, -std::numeric_limits<float>::infinity());
  for (size_t i = 0; i < found.size(); i++) ids[i] = found[i].row, scores[i] = found[i].score;
}

// Few queries meet the rows as they are: packing them would take longer.
class Scan {
 public:
  Scan(const NearestTask& task, const Screen& screen, int threads)
      : task_(task),
        screen_(screen),
        parts_(std::clamp<int64_t>((task.stop - task.start) * task.size / kPartNumbers, 1, threads)),
        room_(std::min<int64_t>(task.k, edge(1) - edge(0) + 1)),
        heaps_(parts_ * task.count * room_) {
    for (int64_t i = 0; i < parts_ * task.count; i++) best_.emplace_back(heaps_.data() + i * room_, static_cast<int>(room_));
    for (int64_t q = 0; q < task.count; q++) lengths_.push_back(std::sqrt(screen.dot(query(q), query(q), task.size)));
  }

  void run(int threads) {
    parallel_for(parts_, threads, [&](size_t part) {
      const int64_t step = std::max<int64_t>(1, kBlockBytes / (4 * task_.size));
      std::vector<float> products(step + kMostLanes);
      for (int64_t begin = edge(part); begin < edge(part + 1); begin += step)
        for (int64_t q = 0; q < task_.count; q++)
          visit(best_[part * task_.count + q], q, begin, std::min(begin + step, edge(part + 1)), products.data());
    });
  }

  std::span<const Found> found(int64_t q) {
    together_.clear();
    for (int64_t part = 0; part < parts_; part++)
      for (const Found& one : best_[part * task_.count + q].sorted()) together_.push_back(one);
    std::sort(together_.begin(), together_.end());
    return std::span(together_).first(std::min<size_t>(together_.size(), task_.k));
  }

 private:
  int64_t edge(int64_t part) const { return task_.start + (task_.stop - task_.start) * part / parts_; }

  const float* query(int64_t q) const { return task_.queries + q * task_.size; }

  void visit(Best& best, int64_t q, int64_t begin, int64_t end, float* products) {
    screen_.products(query(q), task_.rows + begin * task_.stride, task_.stride, end - begin, task_.size, products);
    for (int64_t row = begin; row < end; row++)
      if (may_be_above(best.bar(), products[row - begin], task_.norms[row], lengths_[q]) && !excluded(task_, q, row))
        best.offer({score(task_, screen_, q, row), row});
  }

  // Whether the score may be above the bar. Where floats overflow or lose their last bits, the product says nothing.
  bool may_be_above(double bar, double product, double norm, double length) const {
    const double most = norm * length;
    return !(most > 0x1p-100 && most < 0x1p100) || product + slack(task_.size) * most > bar * norm;
  }

  const NearestTask& task_;
  const Screen& screen_;
  const int64_t parts_, room_;
  std::vector<Found> heaps_, together_;
  std::vector<Best> best_;
  std::vector<double> lengths_;  // of the queries
};

class Search {
 public:
  Search(const NearestTask& task, const Screen& screen)
      : task_(task),
        screen_(screen),
        tile_(screen.tile_queries),
        tile_words_(vector_words(screen, task.size) * tile_),
        panel_words_(panel_words(screen, task.size)),
        block_panels_(std::max<int64_t>(1, kBlockBytes / (4 * panel_words_))),
        packed_panels_(std::clamp<int64_t>(kPackedBytes / (4 * panel_words_), 1, panels_of(task.stop - task.start) + 1)),
        packed_(task.count),
        tiles_((task.count + tile_ - 1) / tile_ * tile_words_),
        panels_(packed_panels_ * panel_words_),
        heaps_(task.count * task.k) {
    for (int64_t q = 0; q < task.count; q++) best_.emplace_back(heaps_.data() + q * task.k, task.k);
  }

  void run(int threads) {
    const int64_t groups = (task_.count + kQueriesAtOnce - 1) / kQueriesAtOnce, step = packed_panels_ * screen_.panel_rows;
    parallel_for(groups, threads, [&](size_t g) { pack_queries(g); });
    for (int64_t begin = task_.start; begin < task_.stop; begin += step) {
      const int64_t rows = std::min(step, task_.stop - begin), panels = panels_of(rows);
      std::vector<float> lengths(panels);
      parallel_for(panels, threads, [&](size_t p) { lengths[p] = pack_panel(begin, rows, p); });
      const float longest = *std::max_element(lengths.begin(), lengths.end());
      parallel_for(groups, threads, [&](size_t g) { search(g, begin, panels, longest); });
    }
  }

  std::span<const Found> found(int64_t q) { return best_[q].sorted(); }

 private:
  int64_t panels_of(int64_t rows) const { return (rows + screen_.panel_rows - 1) / screen_.panel_rows; }
  uint32_t* tile(int64_t q) { return tiles_.data() + q / tile_ * tile_words_; }
  int64_t last(int64_t group) const { return std::min(task_.count, (group + 1) * kQueriesAtOnce); }

  void pack_queries(int64_t group) {
    for (int64_t q = group * kQueriesAtOnce; q < last(group); q++)
      packed_[q] = screen_.pack_query(task_.queries + q * task_.size, task_.size, static_cast<int>(q % tile_), tile(q));
  }

  float pack_panel(int64_t begin, int64_t rows, int64_t p) {
    const int64_t skipped = p * screen_.panel_rows, first = begin + skipped;
    return screen_.pack_panel(task_.rows + first * task_.stride, task_.stride, task_.norms + first,
                              static_cast<int>(std::min<int64_t>(screen_.panel_rows, rows - skipped)), task_.size, panels_.data() + p * panel_words_);
  }

  // A group of queries meets the panels that are packed, block by block.
  void search(int64_t group, int64_t begin, int64_t panels, float longest) {
    std::vector<Hit> hits(block_panels_ * screen_.panel_rows * tile_);
    for (int64_t p = 0; p < panels; p += block_panels_)
      for (int64_t q = group * kQueriesAtOnce; q < last(group); q += tile_)
        search_block(q, p, std::min(block_panels_, panels - p), begin + p * screen_.panel_rows, longest, hits.data());
  }

  // The tile of queries that begins with q meets a block, whose first row is `first`.
  void search_block(int64_t q, int64_t panel, int64_t panels, int64_t first, float longest, Hit* hits) {
    float bars[kMostTileQueries], weights[kMostTileQueries];
    for (int j = 0; j < tile_; j++) {
      const bool there = q + j < task_.count;
      bars[j] = there ? bar(q + j, longest) : std::numeric_limits<float>::infinity();
      weights[j] = there ? weight(q + j) : 0;
    }
    const int64_t found = screen_.find(panels_.data() + panel * panel_words_, panels, task_.size, tile(q), bars, weights, hits);
    for (const Hit& hit : std::span(hits, static_cast<size_t>(found))) {
      const int64_t query = q + hit.query, row = first + hit.row;
      if (!(hit.bound > bars[hit.query]) || excluded(task_, query, row)) continue;
      best_[query].offer({score(task_, screen_, query, row), row});
      bars[hit.query] = bar(query, longest);
    }
  }

  // What Hit::bound must be above for a row to be among the best: their worst score, less the query's part of the error, in the units of
  // its whole numbers.
  float bar(int64_t q, float longest) const {
    const Packed& query = packed_[q];
    const double error = (query.rest + slack(task_.size) * query.length) * longest;
    return static_cast<float>((best_[q].bar() - error) / (query.scale > 0 ? query.scale : 1));
  }
  float weight(int64_t q) const {
    const Packed& query = packed_[q];
    return (query.length + query.rest) / (query.scale > 0 ? query.scale : 1);
  }

  const NearestTask& task_;
  const Screen& screen_;
  const int tile_;
  const int64_t tile_words_, panel_words_, block_panels_, packed_panels_;
  std::vector<Packed> packed_;  // what is left of each query beside its words
  BigVector<uint32_t> tiles_, panels_;
  std::vector<Found> heaps_;
  std::vector<Best> best_;
};

}  // namespace

void find_nearest(const NearestTask& task, const Screen& screen, int threads, int64_t* ids, float* scores) {
  const auto answer = [&](auto search) {
    search.run(threads);
    for (int64_t q = 0; q < task.count; q++) write(search.found(q), task.k, ids + q * task.k, scores + q * task.k);
  };
  if (task.count < kFewQueries)
    answer(Scan(task, screen, threads));
  else
    answer(Search(task, screen));
}

}  // namespace wordmill
