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

template <class T> Expected expected_gradients(const Task<T>& task) {
  const Corpus& corpus = task.corpus;
  std::vector<double> kept(corpus.keep.size());
  for (int64_t position = 0; position < std::ssize(corpus.ids); position++) kept[corpus.id(position)] += 1;
  double tokens = 0;
  for (size_t id = 0; id < kept.size(); id++) tokens += kept[id] *= (corpus.keep[id] + 1.0) * 0x1p-32;
  const double longest = tokens / static_cast<double>(corpus.offsets.size()) / 2;
  const double reach =
      corpus.window ? std::min(longest, corpus.shrink_windows ? (corpus.window + 1) / 2.0 : corpus.window) : longest;
  const bool mean = task.shape == Shape::kMean;
  const double met = mean ? 1 : 2 * reach;  // rows that meet each output: a mean is one, whose gradient its inputs share
  const double shared = mean ? 2 * reach * input_rate(task.update, std::max(1.0, 2 * reach)) : met;
  std::vector<double> frequencies(kept);
  for (double& frequency : frequencies) frequency /= std::max(tokens, 1.0);
  const Expectation window = task.objective->expectation(frequencies);
  Expected expected;
  const auto gradients = [&](double frequency) { return kBatch * shared * frequency * window.questions; };
  std::vector<double> inputs(task.bags.empty() ? 0 : task.input_vectors.rows);
  for (size_t word = 0; word < frequencies.size(); word++)
    if (task.bags.empty())
      inputs.push_back(gradients(frequencies[word]));
    else
      for (int32_t row : task.bags.of(static_cast<int32_t>(word)))
        inputs[row] += gradients(frequencies[word]);  // each takes a word's change
  expected.inputs.assign(inputs.begin(), inputs.end());
  for (double asked : window.rows) expected.outputs.push_back(static_cast<float>(kBatch * met * asked));
  return expected;
}

}  // namespace wordmill
