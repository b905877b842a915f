#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <optional>
#include <stdexcept>

#include "arrays.hpp"
#include "isa.hpp"
#include "plan/huffman.hpp"
#include "plan/negative_sampling.hpp"
#include "system/memory.hpp"
#include "training/inference.hpp"
#include "training/slices.hpp"

using namespace nb::literals;
using namespace wordmill;

namespace {

template <class T> using Rows = nb::ndarray<T, nb::ndim<2>, nb::device::cpu>;

template <class T> Matrix<T> matrix(const Rows<T>& rows) {
  const bool lined_up = rows.stride(1) == 1 && rows.stride(0) * sizeof(T) % kRowBytes == 0 &&
                        reinterpret_cast<uintptr_t>(rows.data()) % kRowBytes == 0 &&
                        rows.stride(0) >= static_cast<int64_t>(rows.shape(1));
  if (!lined_up) throw std::invalid_argument("matrix rows must start on cache lines: make them with allocate_vectors");
  return {rows.data(), static_cast<int64_t>(rows.shape(0)), rows.stride(0)};
}

// Zeros of shape (rows, columns), a view of rows padded to whole cache lines.
template <class T> nb::object allocate(int64_t rows, int64_t columns) {
  const int64_t line = kRowBytes / static_cast<int64_t>(sizeof(T)), stride = (columns + line - 1) / line * line;
  void* memory = allocate_lines(rows * stride * static_cast<int64_t>(sizeof(T)));
  nb::capsule owner(memory, [](void* p) noexcept { free_lines(p); });
  return nb::ndarray<nb::numpy, T>(memory, {static_cast<size_t>(rows), static_cast<size_t>(columns)}, owner, {stride, 1}).cast();
}

Shape shape_named(const std::string& name) {
  if (name == "pairs") return Shape::kPairs;
  if (name == "mean") return Shape::kMean;
  throw std::invalid_argument("shape must be pairs or mean, not " + name);
}

MeanUpdate update_named(const std::string& name) {
  if (name == "mean") return MeanUpdate::kMean;
  if (name == "sqrt") return MeanUpdate::kSqrt;
  if (name == "word2vec") return MeanUpdate::kWord2Vec;
  throw std::invalid_argument("mean_update must be mean, sqrt or word2vec, not " + name);
}

// What is trained, apart from the matrices. Holds references to every array that a trainer borrows.
struct BoundTask {
  Array<const int32_t> ids;
  Array<const int64_t> offsets;
  Array<const uint32_t> keep;
  int window;
  bool shrink_windows;
  uint64_t seed;
  std::string shape, mean_update;
  std::optional<Array<const uint8_t>> frozen;
  std::optional<Array<const int64_t>> bag_ends;
  std::optional<Array<const int32_t>> bag_rows;
  std::optional<Array<const int64_t>> tag_ends;
  std::optional<Array<const int32_t>> tag_rows;
  bool words_are_inputs, outputs_learn;
  int step_contexts;
  nb::object maker;  // of tokens in place of ids, or None

  const TokenMaker* token_maker() const { return maker.is_none() ? nullptr : nb::cast<const TokenMaker*>(maker); }
  int64_t positions() const { return maker.is_none() ? static_cast<int64_t>(ids.shape(0)) : token_maker()->positions(); }
  void check_bags(int64_t rows) const {
    const auto ends = span(*bag_ends);
    bool right =
        bag_rows && ends.size() == keep.shape(0) + 1 && ends[0] == 0 && ends.back() == static_cast<int64_t>(bag_rows->shape(0));
    for (size_t word = 0; right && word < keep.shape(0); word++) right = ends[word] < ends[word + 1];
    if (!right) throw std::invalid_argument("bags must hold a row a word at least, and end where their rows do");
    for (int32_t row : span(*bag_rows))
      if (row < 0 || row >= rows) throw std::invalid_argument("a bag holds a row that is not there");
  }
  void check_tags(int64_t rows) const {
    const auto ends = span(*tag_ends);
    bool right =
        tag_rows && ends.size() == offsets.shape(0) && ends[0] == 0 && ends.back() == static_cast<int64_t>(tag_rows->shape(0));
    for (size_t s = 0; right && s + 1 < ends.size(); s++) right = ends[s] <= ends[s + 1];
    if (!right) throw std::invalid_argument("tags must be of as many sequences as the corpus has");
    for (int32_t row : span(*tag_rows))
      if (row < static_cast<int64_t>(keep.shape(0)) || row >= rows)
        throw std::invalid_argument("a tag has a row that is not there");
  }
  void check(size_t rows) const {
    if (offsets.shape(0) < 1 || offsets.data()[0] != 0 ||
        offsets.data()[offsets.shape(0) - 1] != static_cast<int64_t>(ids.shape(0)))
      throw BadCorpus("offsets must run from 0 to the number of ids");
    if (!maker.is_none() && (ids.shape(0) || token_maker()->counts().size() != keep.shape(0)))
      throw std::invalid_argument("tokens are stored or made, of as many words as keep has");
    if (step_contexts < 1) throw std::invalid_argument("a step takes a context at least");
    if (window < 0) throw std::invalid_argument("window must be at least 0");
    if (bag_ends) check_bags(static_cast<int64_t>(rows));
    if (tag_ends) check_tags(static_cast<int64_t>(rows));
  }
  Documents documents() const {
    Documents documents;
    if (tag_ends) documents.ends = span(*tag_ends), documents.rows = span(*tag_rows);
    documents.alone = !words_are_inputs;
    return documents;
  }
  template <class T>
  Task<T> over(const Objective& objective, const Rows<T>& input_vectors, const Rows<T>& output_vectors,
               const std::string& isa) const {
    return {{span(ids), span(offsets), span(keep), window, shrink_windows, seed, documents(), token_maker()},
            shape_named(shape),
            update_named(mean_update),
            &objective,
            matrix(input_vectors),
            matrix(output_vectors),
            kernels_for(isa),
            frozen ? span(*frozen) : std::span<const uint8_t>(),
            bag_ends ? Bags{span(*bag_ends), span(*bag_rows)} : Bags{},
            outputs_learn,
            static_cast<size_t>(step_contexts)};
  }
};

// A stretch of the plan with what its windows ask. Window w's contexts are contexts[bounds[w]:bounds[w + 1]], and after them the
// rows of the document that it lies in; what it asks the
// rows asked[asked_bounds[w]:asked_bounds[w + 1]]; where leads[w], a step of means takes windows w and w + 1. It reaches over the
// kept tokens [firsts[w], lasts[w]), its centre, places[w], among them. Signs are as in Asked, none where yes is right for the
// first row alone.
struct Planned {
  nb::object tokens, firsts, lasts, places, positions, centres, bounds, contexts, asked_bounds, asked, signs, leads;
  int64_t subsampled, without_context;

  Planned(const Plan& plan, const Documents& documents, const Questions& questions)
      : subsampled(plan.subsampled()), without_context(plan.without_context()) {
    std::vector<int64_t> places_in_corpus, ends{0};
    std::vector<int32_t> begins, stops, middles, targets, words;
    std::vector<uint8_t> lead;
    for (size_t number = 0; number < plan.windows().size(); number++) {
      const Window& w = plan.windows()[number];
      begins.push_back(w.first);
      stops.push_back(w.last);
      middles.push_back(w.centre);
      places_in_corpus.push_back(plan.positions()[w.centre]);
      targets.push_back(plan.tokens()[w.centre]);
      lead.push_back(w.leads);
      for (int32_t i = w.first; i < w.last; i++)
        if (i != w.centre) words.push_back(plan.tokens()[i]);
      if (!documents.empty()) {
        const auto rows = documents.of(plan.passages(number, number + 1)[0].sequence);
        words.insert(words.end(), rows.begin(), rows.end());
      }
      ends.push_back(static_cast<int64_t>(words.size()));
    }
    const auto rows = questions.of(0, plan.windows().size());
    tokens = to_numpy(std::vector<int32_t>(plan.tokens().begin(), plan.tokens().end()));
    firsts = to_numpy(std::move(begins));
    lasts = to_numpy(std::move(stops));
    places = to_numpy(std::move(middles));
    positions = to_numpy(std::move(places_in_corpus));
    centres = to_numpy(std::move(targets));
    bounds = to_numpy(std::move(ends));
    contexts = to_numpy(std::move(words));
    asked = to_numpy(std::vector<int32_t>(rows.begin(), rows.end()));
    signs = to_numpy(std::vector<int8_t>(questions.signs));
    asked_bounds = to_numpy(std::vector<int64_t>(questions.ends.begin(), questions.ends.end()));
    leads = to_numpy(std::move(lead));
  }
};

template <class T> class BoundTrainer {
 public:
  BoundTrainer(const BoundTask& task, nb::object objective, Rows<T> input_vectors, Rows<T> output_vectors, const std::string& isa)
      : task_(task),
        objective_(objective),
        input_vectors_(input_vectors),
        output_vectors_(output_vectors),
        trainer_(task_.over(nb::cast<const Objective&>(objective), input_vectors, output_vectors, isa)) {
    task_.check(input_vectors.shape(0));
    const auto& asks = nb::cast<const Objective&>(objective);
    const auto words = static_cast<int64_t>(task_.keep.shape(0)), rows = static_cast<int64_t>(input_vectors.shape(0));
    if (words != asks.words()) throw std::invalid_argument("keep and the objective must be of the same words");
    if (rows < words) throw std::invalid_argument("each word must have a row of the input vectors");
    if (asks.rows() != static_cast<int64_t>(output_vectors.shape(0)))
      throw std::invalid_argument("the objective must have a row of the output vectors each");
    if (task_.frozen && static_cast<int64_t>(task_.frozen->shape(0)) != rows)
      throw std::invalid_argument("frozen must have an entry a row");
    if (input_vectors.stride(0) != output_vectors.stride(0))
      throw std::invalid_argument("both matrices must have the same row length");
  }

  nb::tuple train(uint64_t epoch, Array<const int64_t> begins, Array<const int64_t> ends, Array<const double> alphas,
                  double alpha_step, int threads, bool deterministic) {
    if (begins.shape(0) != ends.shape(0) || begins.shape(0) != alphas.shape(0))
      throw std::invalid_argument("begins, ends and alphas must be equally long");
    for (size_t b = 0; b < begins.shape(0); b++) check(begins.data()[b], ends.data()[b]);
    if (threads < 1) throw std::invalid_argument("threads must be at least 1");
    const Sums sums = [&] {
      nb::gil_scoped_release release;
      const Blocks blocks{span(begins), span(ends), span(alphas), alpha_step};
      return deterministic ? trainer_.train_deterministic(epoch, blocks, threads) : trainer_.train(epoch, blocks, threads);
    }();
    return nb::make_tuple(to_numpy(sums.loss), to_numpy(sums.examples), to_numpy(sums.subsampled), to_numpy(sums.centres),
                          to_numpy(sums.without_context));
  }

  // The vectors of all sequences, each by itself.
  nb::object infer(int epochs, double alpha, double min_alpha, int threads) const {
    if (task_.tag_ends) throw std::invalid_argument("documents that are inferred have no tags");
    if (task_.outputs_learn || (task_.words_are_inputs && !task_.frozen))
      throw std::invalid_argument("outputs must not learn, and words be frozen or no inputs");
    if (epochs < 1 || threads < 1) throw std::invalid_argument("epochs and threads must be at least 1");
    const auto documents = static_cast<int64_t>(task_.offsets.shape(0)) - 1;
    const auto size = static_cast<int64_t>(input_vectors_.shape(1));
    nb::object vectors = allocate<T>(documents, size);
    const Matrix<T> rows = matrix(nb::cast<Rows<T>>(vectors));
    nb::gil_scoped_release release;
    trainer_.infer({epochs, alpha, min_alpha}, size, rows, threads);
    return vectors;
  }

  Planned plan(uint64_t epoch, int64_t begin, int64_t end) const {
    check(begin, end);
    Plan plan = trainer_.plan(epoch);
    plan.load(begin, end);
    Questions questions;
    trainer_.ask(plan, 0, plan.windows().size(), epoch, questions);
    return Planned(plan, task_.documents(), questions);
  }

 private:
  void check(int64_t begin, int64_t end) const {
    if (begin < 0 || begin > end || end > task_.positions()) throw std::invalid_argument("a block must lie within the corpus");
  }

  BoundTask task_;
  nb::object objective_;
  Rows<T> input_vectors_, output_vectors_;
  Trainer<T> trainer_;
};

template <class T> void check_ids(const Array<const int32_t>& ids, const Rows<T>& rows) {
  for (size_t i = 0; i < ids.shape(0); i++)
    if (ids.data()[i] < 0 || static_cast<size_t>(ids.data()[i]) >= rows.shape(0)) throw std::out_of_range("an id has no row");
}

// One window by itself. Without signs, yes to the first that is asked alone.
template <class T>
double step(Rows<T> input_vectors, Rows<T> output_vectors, Array<const int32_t> inputs, Array<const int32_t> asked, double alpha,
            const std::string& shape, const std::string& mean_update, const std::string& isa,
            std::optional<Array<const int8_t>> signs, bool outputs_learn) {
  check_ids(inputs, input_vectors);
  check_ids(asked, output_vectors);
  if (inputs.shape(0) == 0 || asked.shape(0) == 0) throw std::invalid_argument("a window needs a context and a question");
  if (signs && signs->shape(0) != asked.shape(0)) throw std::invalid_argument("signs must have an entry a question");
  const Task<T> task{{},
                     shape_named(shape),
                     update_named(mean_update),
                     nullptr,
                     matrix(input_vectors),
                     matrix(output_vectors),
                     kernels_for(isa),
                     {},
                     {},
                     outputs_learn};
  Questions questions;
  questions.rows.assign(asked.data(), asked.data() + asked.shape(0));
  questions.ends = {0, asked.shape(0)};
  if (signs) questions.signs.assign(signs->data(), signs->data() + signs->shape(0));
  return window_trainer(task)->step(span(inputs), questions, static_cast<T>(alpha));
}

template <class T> nb::object sigmoid(Array<const T> scores, const std::string& isa) {
  std::vector<T> out(scores.shape(0));
  step_functions<T>(kernels_for(isa)).sigmoid(scores.data(), out.data(), static_cast<int64_t>(out.size()));
  return to_numpy(std::move(out));
}

template <class T> void bind_precision(nb::module_& m, const char* trainer, const char* allocator) {
  nb::class_<BoundTrainer<T>>(m, trainer)
      .def(nb::init<const BoundTask&, nb::object, Rows<T>, Rows<T>, const std::string&>(), "task"_a, "objective"_a,
           "input_vectors"_a.noconvert(), "output_vectors"_a.noconvert(), "isa"_a)
      .def("train", &BoundTrainer<T>::train, "epoch"_a, "begins"_a, "ends"_a, "alphas"_a, "alpha_step"_a, "threads"_a,
           "deterministic"_a = false)
      .def("plan", &BoundTrainer<T>::plan, "epoch"_a, "begin"_a, "end"_a)
      .def("infer", &BoundTrainer<T>::infer, nb::kw_only(), "epochs"_a, "alpha"_a, "min_alpha"_a, "threads"_a);
  m.def(allocator, &allocate<T>, "rows"_a, "columns"_a);
  m.def("step", &step<T>, "input_vectors"_a.noconvert(), "output_vectors"_a.noconvert(), "inputs"_a, "asked"_a, nb::kw_only(),
        "alpha"_a, "shape"_a, "mean_update"_a, "isa"_a, "signs"_a = nb::none(), "outputs_learn"_a = true);
  m.def("sigmoid", &sigmoid<T>, "scores"_a.noconvert(), "isa"_a);
}

void bind_objectives(nb::module_& m) {
  nb::class_<Objective>(m, "Objective");
  nb::class_<NegativeSampling, Objective>(m, "NegativeSampling")
      .def(
          "__init__",
          [](NegativeSampling* self, Array<const double> noise, int negative, uint64_t seed) {
            new (self) NegativeSampling(span(noise), negative, seed);
          },
          "noise"_a, nb::kw_only(), "negative"_a, "seed"_a);
  nb::class_<HuffmanPaths, Objective>(m, "HuffmanPaths")
      .def(
          "__init__", [](HuffmanPaths* self, Array<const int64_t> counts) { new (self) HuffmanPaths(span(counts)); }, "counts"_a)
      .def("paths", [](const HuffmanPaths& self) {
        return nb::make_tuple(to_numpy(std::vector<int64_t>(self.ends().begin(), self.ends().end())),
                              to_numpy(std::vector<int32_t>(self.nodes())), to_numpy(std::vector<int8_t>(self.signs())));
      });
}

void bind_task(nb::module_& m) {
  nb::class_<BoundTask>(m, "Task").def(
      "__init__",
      [](BoundTask* self, Array<const int32_t> ids, Array<const int64_t> offsets, Array<const uint32_t> keep, int window,
         bool shrink_windows, uint64_t seed, std::string shape, std::string mean_update,
         std::optional<Array<const uint8_t>> frozen, std::optional<Array<const int64_t>> bag_ends,
         std::optional<Array<const int32_t>> bag_rows, std::optional<Array<const int64_t>> tag_ends,
         std::optional<Array<const int32_t>> tag_rows, bool words_are_inputs, bool outputs_learn, int step_contexts,
         nb::object maker) {
        new (self) BoundTask{ids,
                             offsets,
                             keep,
                             window,
                             shrink_windows,
                             seed,
                             std::move(shape),
                             std::move(mean_update),
                             frozen,
                             bag_ends,
                             bag_rows,
                             tag_ends,
                             tag_rows,
                             words_are_inputs,
                             outputs_learn,
                             step_contexts,
                             maker};
      },
      nb::kw_only(), "ids"_a, "offsets"_a, "keep"_a, "window"_a, "shrink_windows"_a, "seed"_a, "shape"_a, "mean_update"_a,
      "frozen"_a = nb::none(), "bag_ends"_a = nb::none(), "bag_rows"_a = nb::none(), "tag_ends"_a = nb::none(),
      "tag_rows"_a = nb::none(), "words_are_inputs"_a = true, "outputs_learn"_a = true, "step_contexts"_a = kStepContexts,
      "maker"_a = nb::none());
  nb::class_<Planned>(m, "Planned")
      .def_ro("tokens", &Planned::tokens)
      .def_ro("firsts", &Planned::firsts)
      .def_ro("lasts", &Planned::lasts)
      .def_ro("places", &Planned::places)
      .def_ro("positions", &Planned::positions)
      .def_ro("centres", &Planned::centres)
      .def_ro("bounds", &Planned::bounds)
      .def_ro("contexts", &Planned::contexts)
      .def_ro("asked_bounds", &Planned::asked_bounds)
      .def_ro("asked", &Planned::asked)
      .def_ro("signs", &Planned::signs)
      .def_ro("leads", &Planned::leads)
      .def_ro("subsampled", &Planned::subsampled)
      .def_ro("without_context", &Planned::without_context);
}

}  // namespace

void bind_training(nb::module_& m) {
  nb::exception<BadCorpus>(m, "BadCorpusError", PyExc_ValueError);
  bind_objectives(m);
  bind_task(m);
  bind_precision<float>(m, "TrainerFloat32", "allocate_float32");
  bind_precision<double>(m, "TrainerFloat64", "allocate_float64");
  m.def("available_isas", &available_isas);
  m.def("content_key", [](Array<const int32_t> ids) { return content_key(span(ids)); }, "ids"_a);
  m.def(
      "first_vector",
      [](uint64_t seed, uint64_t key, int64_t size) {
        std::vector<double> vector(size);
        first_vector<double>(seed, key, vector);
        return to_numpy(std::move(vector));
      },
      "seed"_a, "key"_a, "size"_a);
  m.attr("STEP_CONTEXTS") = kStepContexts;
  m.attr("FEW_CONTEXTS") = kFewContexts;
  m.attr("ASKED_TOGETHER") = kAskedTogether;
  m.attr("BATCH") = kBatch;
  m.attr("SLICE") = kSlice;
  m.attr("DAMPING") = kDamping;
  m.def(
      "multiply_add", [](int64_t rounds, const std::string& isa) { return kernels_for(isa).multiply_add(rounds); }, "rounds"_a,
      "isa"_a);
}
