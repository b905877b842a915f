#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "arrays.hpp"
#include "bindings.hpp"
#include "graph/edges.hpp"
#include "graph/walk_tokens.hpp"
#include "system/parallel.hpp"

using namespace nb::literals;
using namespace wordmill;

namespace {

using Weights = std::optional<Array<const float>>;

std::span<const float> weights_of(const Weights& weights) { return weights ? span(*weights) : std::span<const float>(); }

// (offsets, neighbours, weights or None)
nb::tuple to_python(BuiltGraph graph, bool weighted) {
  nb::object weights = nb::none();
  if (weighted) weights = to_numpy(std::move(graph.weights));
  return nb::make_tuple(to_numpy(std::move(graph.offsets)), to_numpy(std::move(graph.neighbours)), weights);
}

void check_threads(int threads) {
  if (threads < 1) throw std::invalid_argument("threads must be at least 1");
}

nb::tuple build(int64_t nodes, Array<const int32_t> sources, Array<const int32_t> targets, Weights weights, bool directed,
                int threads) {
  check_threads(threads);
  if (sources.shape(0) != targets.shape(0) || (weights && weights->shape(0) != sources.shape(0)))
    throw std::invalid_argument("sources, targets and weights must be equally long");
  for (const auto& ends : {span(sources), span(targets)})
    for (int32_t node : ends)
      if (node < 0 || node >= nodes) throw std::out_of_range("an edge ends at a node that is not there");
  BuiltGraph graph;
  {
    nb::gil_scoped_release release;
    const Edges edges{span(sources), span(targets), weights_of(weights)};
    graph = build_graph(nodes, [&] { return std::vector{edges}; }, directed, threads);
  }
  return to_python(std::move(graph), weights.has_value());
}

Weighing weighing_of(std::optional<bool> weighted) {
  if (!weighted) return Weighing::kIfThere;
  return *weighted ? Weighing::kAlways : Weighing::kNever;
}

nb::object names(const EdgeReader& reader, bool integers) {
  const auto& nodes = reader.nodes();
  if (integers) {
    std::vector<int64_t> values(nodes.size());
    for (size_t n = 0; n < nodes.size(); n++) {
      const auto text = nodes.text(static_cast<int32_t>(n));
      std::from_chars(text.data(), text.data() + text.size(), values[n]);
    }
    return to_numpy(std::move(values));
  }
  nb::list texts;
  for (size_t n = 0; n < nodes.size(); n++) {
    const auto text = nodes.text(static_cast<int32_t>(n));
    texts.append(nb::str(text.data(), text.size()));
  }
  return texts;
}

// Walks on a graph. Holds references to the arrays that it borrows.
class BoundWalks {
 public:
  BoundWalks(Array<const int64_t> offsets, Array<const int32_t> neighbours, Weights weights, const WalkRules& rules)
      : offsets_(offsets), neighbours_(neighbours), weights_(weights), walker_(graph(), rules) {}

  const Walker& walker() const { return walker_; }

  nb::object count(uint64_t epoch, int threads) const {
    check_threads(threads);
    std::vector<int64_t> counts;
    {
      nb::gil_scoped_release release;
      counts = walker_.count(epoch, threads);
    }
    return to_numpy(std::move(counts));
  }

  // The nodes of walks [first, last), and where each of them ends among these.
  nb::tuple make(uint64_t epoch, int64_t first, int64_t last, int threads) const {
    check_threads(threads);
    if (first < 0 || last < first || last > walker_.walks()) throw std::out_of_range("there are not so many walks");
    const int64_t length = walker_.length();
    std::vector<int32_t> nodes((last - first) * length);
    std::vector<int64_t> ends(last - first);
    {
      nb::gil_scoped_release release;
      parallel_for(ends.size(), threads, [&](size_t w) {
        ends[w] = walker_.walk(epoch, first + static_cast<int64_t>(w), &nodes[static_cast<int64_t>(w) * length]);
      });
      int64_t at = 0;
      for (size_t w = 0; w < ends.size(); w++) {
        std::copy_n(nodes.begin() + static_cast<int64_t>(w) * length, ends[w], nodes.begin() + at);
        ends[w] = at += ends[w];
      }
      nodes.resize(at);
    }
    return nb::make_tuple(to_numpy(std::move(nodes)), to_numpy(std::move(ends)));
  }

 private:
  Graph graph() const {
    const Graph graph{span(offsets_), span(neighbours_), weights_of(weights_)};
    bool right = graph.offsets.size() > 1 && graph.nodes() <= INT32_MAX && graph.offsets[0] == 0 &&
                 graph.offsets.back() == std::ssize(graph.neighbours) &&
                 (graph.weights.empty() || graph.weights.size() == graph.neighbours.size());
    for (int64_t n = 0; right && n < graph.nodes(); n++) right = graph.offsets[n] <= graph.offsets[n + 1];
    if (!right) throw std::invalid_argument("offsets must cut the arcs into rows, one a node");
    for (int32_t node : graph.neighbours)
      if (node < 0 || node >= graph.nodes()) throw std::out_of_range("an arc leads to a node that is not there");
    for (int64_t n = 0; n < graph.nodes(); n++) {
      const auto row = graph.row(static_cast<int32_t>(n));
      if (std::adjacent_find(row.begin(), row.end(), std::greater_equal()) != row.end())
        throw std::invalid_argument("the neighbours of node " + std::to_string(n) + " must rise, each once");
    }
    return graph;
  }

  Array<const int64_t> offsets_;
  Array<const int32_t> neighbours_;
  Weights weights_;
  Walker walker_;
};

// As above, of walks; holds what it borrows.
class BoundWalkTokens final : public TokenMaker {
 public:
  BoundWalkTokens(nb::object walks, Array<const int32_t> ids, Array<const int64_t> counts)
      : walks_(walks), ids_(ids), counts_(counts), tokens_(nb::cast<const BoundWalks&>(walks).walker(), span(ids), span(counts)) {
    if (static_cast<int64_t>(ids.shape(0)) != nb::cast<const BoundWalks&>(walks).walker().graph().nodes())
      throw std::invalid_argument("ids must have an entry a node");
    for (int32_t id : span(ids))
      if (id < -1 || id >= static_cast<int64_t>(counts.shape(0))) throw std::out_of_range("a node has an id without a count");
  }
  int64_t positions() const override { return tokens_.positions(); }
  int64_t sequences() const override { return tokens_.sequences(); }
  std::span<const int64_t> counts() const override { return tokens_.counts(); }
  void make(uint64_t epoch, int64_t begin, int64_t end, MadeStretch& stretch) const override {
    tokens_.make(epoch, begin, end, stretch);
  }

 private:
  nb::object walks_;
  Array<const int32_t> ids_;
  Array<const int64_t> counts_;
  WalkTokens tokens_;
};

void bind_edges(nb::module_& m) {
  static const nb::exception<BadLine> bad_line(m, "BadLineError", PyExc_ValueError);  // for its name
  nb::register_exception_translator([](const std::exception_ptr& p, void*) {
    try {
      std::rethrow_exception(p);
    } catch (const BadLine& error) {
      PyErr_SetObject(bad_line.ptr(), nb::make_tuple(error.line, nb::bytes(error.what(), std::strlen(error.what()))).ptr());
    }
  });
  nb::class_<EdgeReader>(m, "EdgeReader", "Reads edges from text (native/graph/edges.hpp).")
      .def(
          "__init__",
          [](EdgeReader* self, bool adjacency, std::optional<bool> weighted, char delimiter, bool integers,
             const std::string& comments) {
            new (self) EdgeReader({adjacency, weighing_of(weighted), delimiter, integers, comments});
          },
          nb::kw_only(), "adjacency"_a, "weighted"_a.none(), "delimiter"_a, "integers"_a, "comments"_a)
      .def(
          "begin_file",
          [](EdgeReader& reader, int64_t heading, size_t width, size_t source, size_t target, size_t weight) {
            if (width && (source >= width || target >= width || weight > width))
              throw std::invalid_argument("columns are below the width");
            reader.begin_file({heading, width, source, target, weight});
          },
          nb::kw_only(), "heading"_a = 0, "width"_a = 0, "source"_a = 0, "target"_a = 1, "weight"_a = 2,
          "heading: the line of names, 0: none; width: columns of a line, 0: as many as there are; weight = width: none.")
      .def(
          "read",
          [](EdgeReader& reader, Array<const uint8_t> chunk) {
            const std::string_view text(reinterpret_cast<const char*>(chunk.data()), chunk.shape(0));
            nb::gil_scoped_release release;
            reader.read(text);
          },
          "chunk"_a, "Read a chunk of a file; BadLineError(line, reason) where a line is no edge.")
      .def("end_file", &EdgeReader::end_file)
      .def("edges_like_comments", &EdgeReader::edges_like_comments)
      .def("comments_below", &EdgeReader::comments_below)
      .def("names", &names, "integers"_a)
      .def(
          "build",
          [](EdgeReader& reader, bool directed, int threads) {
            check_threads(threads);
            BuiltGraph graph;
            const bool weighted = reader.weighted();
            {
              nb::gil_scoped_release release;
              graph = reader.build(directed, threads);
            }
            return to_python(std::move(graph), weighted);
          },
          "directed"_a, "threads"_a, "(offsets, neighbours, weights or None); the edges are gone then.");
  m.def("build_graph", &build, "nodes"_a, "sources"_a, "targets"_a, "weights"_a.none(), "directed"_a, "threads"_a);
}

}  // namespace

void bind_graph(nb::module_& m) {
  bind_edges(m);
  nb::class_<TokenMaker>(m, "TokenMaker");
  nb::class_<BoundWalks>(m, "Walks", "Random walks (native/graph/walks.hpp).")
      .def(
          "__init__",
          [](BoundWalks* self, Array<const int64_t> offsets, Array<const int32_t> neighbours, Weights weights, int64_t length,
             int64_t per_node, double p, double q, uint64_t seed) {
            if (length < 1 || per_node < 1 || !(p > 0) || !(q > 0)) throw std::invalid_argument("rules of walks are above 0");
            new (self) BoundWalks(offsets, neighbours, weights, {length, per_node, p, q, seed});
          },
          "offsets"_a, "neighbours"_a, "weights"_a.none(), nb::kw_only(), "length"_a, "per_node"_a, "p"_a, "q"_a, "seed"_a)
      .def("count", &BoundWalks::count, "epoch"_a, "threads"_a)
      .def("make", &BoundWalks::make, "epoch"_a, "first"_a, "last"_a, "threads"_a);
  nb::class_<BoundWalkTokens, TokenMaker>(m, "WalkTokens")
      .def(nb::init<nb::object, Array<const int32_t>, Array<const int64_t>>(), "walks"_a, "ids"_a, "counts"_a);
}
