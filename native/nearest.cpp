#include "nearest.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

#include "big_vector.hpp"
#include "parallel.hpp"

namespace wordmill {
namespace {

constexpr int64_t kPackedBytes = 1 << 20;  // of rows packed at a time: read by all threads, so in the cache that they share
constexpr int64_t kBlockBytes = 32 << 10;  // of rows that a tile of queries meets at a time: in the first cache
constexpr int64_t kQueriesAtOnce = 240;    // that a thread takes: whole tiles, of 3 or of 6

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

  void write(int64_t q, int64_t* ids, float* scores) {
    const std::span<const Found> found = best_[q].sorted();
    std::fill_n(ids, task_.k, -1);
    std::fill_n(scores, task_.k, -std::numeric_limits<float>::infinity());
    for (size_t i = 0; i < found.size(); i++) ids[i] = found[i].row, scores[i] = found[i].score;
  }

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
      if (!(hit.bound > bars[hit.query]) || excluded(query, row)) continue;
      best_[query].offer({score(query, row), row});
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

  float score(int64_t q, int64_t row) const {
    const float norm = task_.norms[row];
    return norm > 0 ? static_cast<float>(screen_.dot(task_.queries + q * task_.size, task_.rows + row * task_.stride, task_.size) / norm) : 0;
  }

  bool excluded(int64_t q, int64_t row) const {
    const auto begin = task_.exclude.begin();
    return std::binary_search(begin + task_.exclude_offsets[q], begin + task_.exclude_offsets[q + 1], row);
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
  Search search(task, screen);
  search.run(threads);
  for (int64_t q = 0; q < task.count; q++) search.write(q, ids + q * task.k, scores + q * task.k);
}

}  // namespace wordmill
