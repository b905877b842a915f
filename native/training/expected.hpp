// How many gradients a batch is expected to hold for each row: by the frequencies of tokens after subsampling, and by the
// objective. Rows that are changed often in a batch, from the same old values, are damped by it.
#pragma once
#include <algorithm>
#include <vector>

#include "sharing.hpp"
#include "task.hpp"

namespace wordmill {

struct Expected {  // a gradient being that of one score
  std::vector<float> inputs, outputs;
};

// What is left of a corpus after subsampling, on average.
struct Kept {
  std::vector<double> words;      // (V)
  std::vector<double> sequences;  // (S), where they are documents
  double tokens = 0, tags = 0;    // tags: of a token's document

  explicit Kept(const Corpus& corpus) : words(corpus.counts()) {
    for (size_t id = 0; id < words.size(); id++) tokens += words[id] *= share(corpus, static_cast<int32_t>(id));
    if (!corpus.documents.empty()) count_documents(corpus);
  }

 private:
  static double share(const Corpus& corpus, int32_t id) { return (corpus.keep[id] + 1.0) * 0x1p-32; }
  void count_documents(const Corpus& corpus) {
    for (int64_t s = 0; s + 1 < std::ssize(corpus.offsets); s++) {
      double& kept = sequences.emplace_back(0);
      for (int64_t position = corpus.offsets[s]; position < corpus.offsets[s + 1]; position++)
        kept += share(corpus, corpus.id(position));
      tags += kept * static_cast<double>(corpus.documents.of(s).size()) / std::max(tokens, 1.0);
    }
  }
};

// Windows of a batch that a document's row is an input of, where it is one of any: as many as its document has, or documents of
// the same tag on average, and those that are there by chance.
template <class T> std::vector<double> windows_of_documents(const Task<T>& task, const Kept& kept) {
  std::vector<double> tokens(task.input_vectors.rows), squares(tokens);
  for (size_t s = 0; s < kept.sequences.size(); s++)
    for (int32_t row : task.corpus.documents.of(static_cast<int64_t>(s)))
      tokens[row] += kept.sequences[s], squares[row] += kept.sequences[s] * kept.sequences[s];
  for (size_t row = 0; row < tokens.size(); row++)
    if (tokens[row] > 0)
      tokens[row] = std::min<double>(kBatch, squares[row] / tokens[row] + kBatch * tokens[row] / std::max(kept.tokens, 1.0));
  return tokens;
}

template <class T> Expected expected_gradients(const Task<T>& task) {
  const Corpus& corpus = task.corpus;
  const Kept kept(corpus);
  const double longest = kept.tokens / static_cast<double>(corpus.sequences() + 1) / 2;
  const double width = corpus.shrink_windows ? (corpus.window + 1) / 2.0 : corpus.window;
  const double contexts = corpus.documents.alone ? 0 : 2 * (corpus.window ? std::min(longest, width) : longest);
  const bool mean = task.shape == Shape::kMean;
  const double met =
      mean ? 1 : contexts + kept.tags;  // rows that meet each output: a mean is one, whose gradient its inputs share
  const double share = mean ? input_rate(task.update, std::max(1.0, contexts + kept.tags)) : 1;
  std::vector<double> frequencies(kept.words);
  for (double& frequency : frequencies) frequency /= std::max(kept.tokens, 1.0);
  const Expectation window = task.objective->expectation(frequencies);
  std::vector<double> inputs(task.input_vectors.rows);
  if (!corpus.documents.empty()) inputs = windows_of_documents(task, kept);
  for (double& input : inputs) input *= share * window.questions;
  for (size_t word = 0; word < frequencies.size(); word++) {
    const double gradients = kBatch * contexts * share * frequencies[word] * window.questions;
    if (!task.composes())
      inputs[word] += gradients;
    else
      for (int32_t row : task.bags.of(static_cast<int32_t>(word))) inputs[row] += gradients;  // each takes a word's change
  }
  Expected expected;
  expected.inputs.assign(inputs.begin(), inputs.end());
  for (double asked : window.rows) expected.outputs.push_back(static_cast<float>(kBatch * met * asked));
  return expected;
}

}  // namespace wordmill
