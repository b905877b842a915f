#include "text/phrases.hpp"

#include "arrays.hpp"
#include "bindings.hpp"

using namespace nb::literals;
using namespace wordmill;

void bind_phrases(nb::module_& m) {
  m.def(
      "count_ids",
      [](Array<const int32_t> ids, int32_t words, int threads) {
        std::vector<int64_t> counts;
        {
          nb::gil_scoped_release release;
          counts = count_ids(span(ids), words, threads);
        }
        return to_numpy(std::move(counts));
      },
      "ids"_a, "words"_a, "threads"_a, "How often each id below `words` occurs.");
  m.def(
      "count_pairs",
      [](Array<const int32_t> ids, Array<const int64_t> offsets, Array<const uint8_t> connectors,
         Array<const int64_t> word_counts, int64_t least, int64_t memory_bytes, int threads) {
        PairCounts pairs;
        {
          nb::gil_scoped_release release;
          pairs = count_pairs({span(ids), span(offsets), span(connectors)}, span(word_counts), least, memory_bytes, threads);
        }
        return nb::make_tuple(to_numpy(std::move(pairs.parts)), to_numpy(std::move(pairs.ends)),
                              to_numpy(std::move(pairs.counts)), pairs.distinct);
      },
      "ids"_a, "offsets"_a, "connectors"_a, "word_counts"_a, nb::kw_only(), "least"_a, "memory_bytes"_a, "threads"_a,
      "(parts, ends, counts, distinct) of the pairs that occur `least` times (native/text/phrases.hpp).");
  m.def(
      "join_phrases",
      [](Array<const int32_t> ids, Array<const int64_t> offsets, Array<const uint8_t> connectors, Array<const int32_t> parts,
         Array<const int64_t> ends, Array<const double> scores, int32_t words, bool best, int threads) {
        Joined joined;
        {
          nb::gil_scoped_release release;
          joined = join_phrases({span(ids), span(offsets), span(connectors)}, {span(parts), span(ends), span(scores)}, words,
                                best, threads);
        }
        return nb::make_tuple(to_numpy(std::move(joined.ids)), to_numpy(std::move(joined.ends)));
      },
      "ids"_a, "offsets"_a, "connectors"_a, "parts"_a, "ends"_a, "scores"_a, nb::kw_only(), "words"_a, "best"_a, "threads"_a,
      "(ids, ends) with phrases in the place of their words; phrase p is words + p.");
}
