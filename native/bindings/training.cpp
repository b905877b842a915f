#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <optional>
#include <stdexcept>

#include "arrays.hpp"
#include "isa.hpp"
#include "memory.hpp"
#include "trainer.hpp"

using namespace nb::literals;
using namespace wordmill;

namespace {

template <class T> using Rows = nb::ndarray<T, nb::ndim<2>, nb::device::cpu>;

template <class T> Matrix<T> matrix(const Rows<T>& rows) {
  const bool lined_up = rows.stride(1) == 1 && rows.stride(0) * sizeof(T) % kRowBytes == 0 &&
                        reinterpret_cast<uintptr_t>(rows.data()) % kRowBytes == 0 && rows.stride(0) >= static_cast<int64_t>(rows.shape(1));
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

Architecture architecture_named(const std::string& name) {
  if (name == "skipgram") return Architecture::kSkipGram;
  if (name == "cbow") return Architecture::kCbow;
  throw std::invalid_argument("architecture must be skipgram or cbow, not " + name);
}

Part part_named(const std::string& name) {
  if (name == "all") return Part::kAll;
  if (name == "plan") return Part::kPlan;
  if (name == "rows") return Part::kRows;
  if (name == "rows ahead") return Part::kRowsAhead;
  throw std::invalid_argument("part must be all, plan, rows or rows ahead, not " + name);
}

CbowUpdate update_named(const std::string& name) {
  if (name == "mean") return CbowUpdate::kMean;
  if (name == "sqrt") return CbowUpdate::kSqrt;
  if (name == "word2vec") return CbowUpdate::kWord2Vec;
  throw std::invalid_argument("cbow_update must be mean, sqrt or word2vec, not " + name);
}

// Holds references to every array that the trainer borrows.
template <class T> class BoundTrainer {
 public:
  BoundTrainer(Array<const int32_t> ids, Array<const int64_t> offsets, Array<const uint32_t> keep, Array<const double> noise, Rows<T> input_vectors,
               Rows<T> output_vectors, const std::string& architecture, const std::string& cbow_update, int window, bool shrink_windows,
               int negative, uint64_t seed, const std::string& isa, std::optional<Array<const uint8_t>> frozen, const std::string& part)
      : ids_(ids),
        offsets_(offsets),
        keep_(keep),
        frozen_(frozen),
        negative_(negative),
        input_vectors_(input_vectors),
        output_vectors_(output_vectors),
        trainer_({{span(ids_), span(offsets_), span(keep_), window, shrink_windows, negative, seed},
                  architecture_named(architecture),
                  update_named(cbow_update),
                  matrix(input_vectors_),
                  matrix(output_vectors_),
                  kernels_for(isa),
                  frozen ? span(*frozen_) : std::span<const uint8_t>(),
                  part_named(part)},
                 span(noise)) {
    const size_t words = noise.shape(0);
    if (keep.shape(0) != words || input_vectors.shape(0) != words || output_vectors.shape(0) != words)
      throw std::invalid_argument("keep, noise and both matrices must have a row a word");
    if (frozen && frozen->shape(0) != words) throw std::invalid_argument("frozen must have an entry a word");
    if (input_vectors.stride(0) != output_vectors.stride(0)) throw std::invalid_argument("both matrices must have the same row length");
    if (offsets.shape(0) < 1 || offsets.data()[0] != 0 || offsets.data()[offsets.shape(0) - 1] != static_cast<int64_t>(ids.shape(0)))
      throw BadCorpus("offsets must run from 0 to the number of ids");
    if (window < 0 || negative < 1) throw std::invalid_argument("window must be at least 0 and negative at least 1");
  }

  nb::tuple train(uint64_t epoch, Array<const int64_t> begins, Array<const int64_t> ends, Array<const double> alphas, double alpha_step, int threads,
                  bool deterministic) {
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

  // (positions, centres, bounds, contexts, negatives, leads): window w's contexts are contexts[bounds[w]:bounds[w + 1]]; where leads[w],
  // windows w and w + 1 are one CBOW step.
  nb::tuple plan(uint64_t epoch, int64_t begin, int64_t end) const {
    check(begin, end);
    Plan plan = trainer_.plan(epoch);
    plan.load(begin, end);
    std::vector<int64_t> positions, bounds{0};
    std::vector<int32_t> centres, contexts;
    std::vector<uint8_t> leads;
    for (const Window& w : plan.windows()) {
      positions.push_back(plan.positions()[w.centre]);
      centres.push_back(plan.tokens()[w.centre]);
      leads.push_back(w.leads);
      for (int32_t i = w.first; i < w.last; i++)
        if (i != w.centre) contexts.push_back(plan.tokens()[i]);
      bounds.push_back(static_cast<int64_t>(contexts.size()));
    }
    std::vector<int32_t> negatives;
    const auto outputs = plan.draw_outputs(0, plan.windows().size());
    for (auto rest = outputs; !rest.empty(); rest = rest.subspan(1 + negative_)) negatives.insert(negatives.end(), &rest[1], &rest[0] + 1 + negative_);
    return nb::make_tuple(to_numpy(std::move(positions)), to_numpy(std::move(centres)), to_numpy(std::move(bounds)),
                          to_numpy(std::move(contexts)), to_numpy(std::move(negatives)),
                          to_numpy(std::move(leads)), plan.subsampled(), plan.without_context());
  }

 private:
  void check(int64_t begin, int64_t end) const {
    if (begin < 0 || begin > end || end > static_cast<int64_t>(ids_.shape(0)))
      throw std::invalid_argument("a block must lie within the corpus");
  }

  Array<const int32_t> ids_;
  Array<const int64_t> offsets_;
  Array<const uint32_t> keep_;
  std::optional<Array<const uint8_t>> frozen_;
  int negative_;
  Rows<T> input_vectors_, output_vectors_;
  Trainer<T> trainer_;
};

template <class T> void check_ids(const Array<const int32_t>& ids, const Rows<T>& rows) {
  for (size_t i = 0; i < ids.shape(0); i++)
    if (ids.data()[i] < 0 || static_cast<size_t>(ids.data()[i]) >= rows.shape(0)) throw std::out_of_range("an id has no row");
}

template <class T>
double step(Rows<T> input_vectors, Rows<T> output_vectors, Array<const int32_t> contexts, int32_t target, Array<const int32_t> negatives, double alpha,
            const std::string& architecture, const std::string& cbow_update, const std::string& isa, const std::string& part) {
  check_ids(contexts, input_vectors);
  check_ids(negatives, output_vectors);
  if (target < 0 || static_cast<size_t>(target) >= output_vectors.shape(0)) throw std::out_of_range("an id has no row");
  if (contexts.shape(0) == 0) throw std::invalid_argument("a window needs a context");
  const Task<T> task{{},
                     architecture_named(architecture),
                     update_named(cbow_update),
                     matrix(input_vectors),
                     matrix(output_vectors),
                     kernels_for(isa),
                     {},
                     part_named(part)};
  return WindowTrainer<T>(task).window(span(contexts), target, span(negatives), static_cast<T>(alpha));
}

template <class T> nb::object sigmoid(Array<const T> scores, const std::string& isa) {
  std::vector<T> out(scores.shape(0));
  step_functions<T>(kernels_for(isa)).sigmoid(scores.data(), out.data(), static_cast<int64_t>(out.size()));
  return to_numpy(std::move(out));
}

template <class T> void bind_precision(nb::module_& m, const char* trainer, const char* allocator) {
  nb::class_<BoundTrainer<T>>(m, trainer)
      .def(nb::init<Array<const int32_t>, Array<const int64_t>, Array<const uint32_t>, Array<const double>, Rows<T>, Rows<T>, const std::string&,
                    const std::string&, int, bool, int, uint64_t, const std::string&, std::optional<Array<const uint8_t>>, const std::string&>(),
           "ids"_a, "offsets"_a, "keep"_a, "noise"_a, "input_vectors"_a.noconvert(), "output_vectors"_a.noconvert(), nb::kw_only(),
           "architecture"_a, "cbow_update"_a, "window"_a, "shrink_windows"_a, "negative"_a, "seed"_a, "isa"_a, "frozen"_a = nb::none(),
           "part"_a = "all")
      .def("train", &BoundTrainer<T>::train, "epoch"_a, "begins"_a, "ends"_a, "alphas"_a, "alpha_step"_a, "threads"_a,
           "deterministic"_a = false)
      .def("plan", &BoundTrainer<T>::plan, "epoch"_a, "begin"_a, "end"_a);
  m.def(allocator, &allocate<T>, "rows"_a, "columns"_a);
  m.def("step", &step<T>, "input_vectors"_a.noconvert(), "output_vectors"_a.noconvert(), "contexts"_a, "target"_a, "negatives"_a,
        nb::kw_only(), "alpha"_a, "architecture"_a, "cbow_update"_a, "isa"_a, "part"_a = "all");
  m.def("sigmoid", &sigmoid<T>, "scores"_a.noconvert(), "isa"_a);
}

}  // namespace

void bind_training(nb::module_& m) {
  nb::exception<BadCorpus>(m, "BadCorpusError", PyExc_ValueError);
  bind_precision<float>(m, "TrainerFloat32", "allocate_float32");
  bind_precision<double>(m, "TrainerFloat64", "allocate_float64");
  m.def("available_isas", &available_isas);
  m.attr("STEP_CONTEXTS") = kStepContexts;
  m.attr("FEW_CONTEXTS") = kFewContexts;
  m.def("multiply_add", [](int64_t rounds, const std::string& isa) { return kernels_for(isa).multiply_add(rounds); }, "rounds"_a, "isa"_a);
}
