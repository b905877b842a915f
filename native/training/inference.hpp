// Vectors of documents that training has not seen (Le and Mikolov 2014, section 2.1): each is trained as the only document of its
// corpus, words and outputs staying as they are. All that is random is drawn by its content: the same document gets the same
// vector, whatever stands beside it, on any number of threads.
#pragma once
#include <span>

#include "system/random.hpp"
#include "task.hpp"

namespace wordmill {

// What epochs of a document's inference are numbered from, for the plan and the objective.
inline uint64_t content_key(std::span<const int32_t> ids) {
  uint64_t key = static_cast<uint64_t>(ids.size());
  for (int32_t id : ids) key = draw_at(key, static_cast<uint32_t>(id));
  return key;
}

// Uniform in +-0.5 / size.
template <class T> void first_vector(uint64_t seed, uint64_t key, std::span<T> vector) {
  const uint64_t stream = stream_key(seed, key, Stream::kFirstVectors);
  for (size_t d = 0; d < vector.size(); d++)
    vector[d] = (static_cast<T>(draw_at(stream, d) >> 40) * T(0x1p-24) - T(0.5)) / static_cast<T>(vector.size());
}

struct Course {  // of an inference
  int epochs;
  double alpha, min_alpha;  // the rate falls from one to the other
};

// The vector of each sequence of the task's corpus, a row of `size` numbers; zeros where it holds no word. The task's outputs do
// not learn, its words are frozen or no inputs, and its sequences have no tags.
template <class T>
void infer_documents(const Task<T>& task, const Course& course, int64_t size, const Matrix<T>& vectors, int threads);

}  // namespace wordmill
