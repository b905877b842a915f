// Trains a small made-up corpus by the core's C++ interface alone, without Python, and prints what came out: a line for each
// instruction set, precision and architecture. `make test-neon` runs it here and, emulated, on aarch64 (test_neon.py compares).
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include "isa.hpp"
#include "plan/negative_sampling.hpp"
#include "system/memory.hpp"
#include "training/trainer.hpp"

using namespace wordmill;

namespace {

constexpr int32_t kWords = 300, kVectorSize = 37;  // rows end in padding
constexpr int64_t kTokens = 20'000, kBlock = 1'000;
constexpr int kEpochs = 3;

uint64_t next(uint64_t& state) {  // Marsaglia's xorshift, the same everywhere
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state;
}

struct Sample {
  std::vector<int32_t> ids;
  std::vector<int64_t> offsets{0, 7'000, kTokens};
  std::vector<uint32_t> keep;
  std::vector<double> noise = std::vector<double>(kWords);

  Sample() : keep(kWords, UINT32_MAX) {
    uint64_t state = 88172645463325252;
    for (int64_t i = 0; i < kTokens; i++) {  // small ids are frequent, neighbours lie near one another
      const int64_t range = 1 + static_cast<int64_t>(next(state) % kWords);
      ids.push_back(static_cast<int32_t>((next(state) % range + i / 50) % kWords));
      noise[ids.back()] += 1;
    }
    std::fill(keep.begin(), keep.begin() + 20, UINT32_MAX / 2);
  }
};

template <class T> struct Vectors {
  Vectors(double spread, uint64_t seed) {
    for (int32_t i = 0; i < kWords; i++)
      for (int d = 0; d < kVectorSize; d++)
        matrix.row(i)[d] = static_cast<T>(spread * (static_cast<double>(next(seed) >> 11) * 0x1p-53 - 0.5));
  }
  ~Vectors() { free_lines(matrix.data); }
  Vectors(const Vectors&) = delete;

  // Depends on each number and its place.
  double checksum() const {
    double sum = 0;
    for (int32_t i = 0; i < kWords; i++)
      for (int d = 0; d < kVectorSize; d++) sum += matrix.row(i)[d] * std::cos(1.0 + i + 0.1 * d);
    return sum;
  }

  static constexpr int64_t kStride = (kVectorSize * int64_t{sizeof(T)} + kRowBytes - 1) / kRowBytes * kRowBytes / sizeof(T);
  Matrix<T> matrix{static_cast<T*>(allocate_lines(kWords * kStride * sizeof(T))), kWords, kStride};
};

template <class T> void train(const Sample& corpus, const std::string& isa, Shape shape) {
  const Vectors<T> inputs(1.0 / kVectorSize, 1), outputs(0, 1);
  const NegativeSampling objective(corpus.noise, 5, 1);
  Trainer<T> trainer({{corpus.ids, corpus.offsets, corpus.keep, 5, true, 1},
                      shape,
                      MeanUpdate::kSqrt,
                      &objective,
                      inputs.matrix,
                      outputs.matrix,
                      kernels_for(isa)});
  std::vector<int64_t> begins, ends;
  for (int64_t begin = 0; begin < kTokens; begin += kBlock) begins.push_back(begin), ends.push_back(begin + kBlock);
  const std::vector<double> alphas(begins.size(), 0.05);

  double loss = 0;
  int64_t examples = 0, subsampled = 0;
  for (int epoch = 0; epoch < kEpochs; epoch++) {
    const Sums sums = trainer.train(epoch, {begins, ends, alphas, 0}, 1);
    loss = std::accumulate(sums.loss.begin(), sums.loss.end(), 0.0);
    examples = std::accumulate(sums.examples.begin(), sums.examples.end(), int64_t{0});
    subsampled = std::accumulate(sums.subsampled.begin(), sums.subsampled.end(), int64_t{0});
  }
  std::printf("%s\t%s\t%s\t%lld\t%lld\t%.17g\t%.17g\t%.17g\n", isa.c_str(), sizeof(T) == 4 ? "float32" : "float64",
              shape == Shape::kMean ? "cbow" : "skipgram", static_cast<long long>(examples), static_cast<long long>(subsampled),
              loss / static_cast<double>(examples), inputs.checksum(), outputs.checksum());
}

}  // namespace

int main() {
  const Sample corpus;
  for (const std::string& isa : available_isas())
    for (const Shape shape : {Shape::kPairs, Shape::kMean}) {
      train<float>(corpus, isa, shape);
      train<double>(corpus, isa, shape);
    }
}
