#include "inference.hpp"

#include <array>
#include <cstring>

#include "system/parallel.hpp"
#include "trainer.hpp"

namespace wordmill {
namespace {

// Infers one document after the other: a thread's. The document's row is a copy that stands in no matrix.
template <class T> class Inferer {
 public:
  Inferer(const Task<T>& task, const Course& course, int64_t size)
      : task_(of_one_document(task)),
        corpus_(task.corpus),
        course_(course),
        size_(size),
        row_(task.input_vectors.stride),
        inputs_{task.input_vectors, row_},
        plan_(task_.corpus, task.kernels, 0),
        trainer_(window_trainer(task_, &inputs_)) {
    row_.make_room(1);
    task_.corpus.offsets = bounds_;
    task_.corpus.documents.ends = tag_ends_;
    task_.corpus.documents.rows = tags_;
  }
  Inferer(const Inferer&) = delete;  // its parts refer to each other

  void infer(int64_t sequence, T* vector) {
    const int64_t begin = corpus_.offsets[sequence], end = corpus_.offsets[sequence + 1];
    if (begin < 0 || end < begin || end > std::ssize(corpus_.ids)) throw BadCorpus("a document has bounds that cannot be");
    if (begin == end) return;
    task_.corpus.ids = corpus_.ids.subspan(begin, end - begin);
    bounds_[1] = end - begin;
    const uint64_t key = content_key(task_.corpus.ids);
    const std::span row(row_.copy(0), size_);
    first_vector(corpus_.seed, key, row);
    const double step = (course_.alpha - course_.min_alpha) / (static_cast<double>(end - begin) * course_.epochs);
    for (int epoch = 0; epoch < course_.epochs; epoch++) {
      const double alpha = course_.alpha - step * static_cast<double>(epoch * (end - begin));
      train(key + static_cast<uint64_t>(epoch), {alpha, step, 0});
    }
    std::memcpy(vector, row.data(), row.size_bytes());
  }

 private:
  static Task<T> of_one_document(Task<T> task) {
    const bool alone = task.corpus.documents.alone;
    task.corpus.documents = {};
    task.corpus.documents.alone = alone;
    return task;
  }
  void train(uint64_t epoch, const Rate& rate) {
    plan_.begin(epoch);
    plan_.load(0, bounds_[1]);
    const size_t windows = plan_.windows().size();
    if (windows == 0) return;
    task_.objective->ask(plan_, 0, windows, epoch, task_.kernels, questions_);
    const auto ids = input_ids(task_, plan_, 0, windows, room_);
    places_.assign(ids.begin(), ids.end());
    places_.back() = ~0;  // the document: the first copy
    inputs_.places = places_;
    trainer_->train(plan_, 0, windows, questions_, 0, rate);
  }

  Task<T> task_;
  const Corpus& corpus_;  // all documents
  const Course course_;
  const int64_t size_;
  std::array<int64_t, 2> bounds_{}, tag_ends_{0, 1};
  std::array<int32_t, 1> tags_{};
  RowCopies<T> row_;
  PlacedRows<T> inputs_;
  Plan plan_;
  std::unique_ptr<WindowTrainer<T>> trainer_;
  Questions questions_;
  std::vector<int32_t> room_, places_;
};

}  // namespace

template <class T>
void infer_documents(const Task<T>& task, const Course& course, int64_t size, const Matrix<T>& vectors, int threads) {
  std::atomic<int64_t> next{0};
  run_threads(threads, [&](int) {
    Inferer<T> inferer(task, course, size);
    for (int64_t document; (document = next.fetch_add(1)) < vectors.rows;) inferer.infer(document, vectors.row(document));
  });
}

template void infer_documents(const Task<float>&, const Course&, int64_t, const Matrix<float>&, int);
template void infer_documents(const Task<double>&, const Course&, int64_t, const Matrix<double>&, int);

}  // namespace wordmill
