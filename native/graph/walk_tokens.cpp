#include "walk_tokens.hpp"

namespace wordmill {

void WalkTokens::make(uint64_t epoch, int64_t begin, int64_t end, MadeStretch& stretch) const {
  const int64_t length = walker_.length(), first = begin / length, last = (end + length - 1) / length;
  stretch.ids.resize((last - first) * length);
  stretch.offsets.clear();
  for (int64_t number = first; number < last; number++) {
    int32_t* ids = &stretch.ids[(number - first) * length];
    const int64_t steps = walker_.walk(epoch, number, ids);
    int64_t known = 0;
    for (int64_t i = 0; i < steps; i++) {
      const int32_t id = ids_[ids[i]];
      if (id >= 0) ids[known++] = id;
    }
    stretch.offsets.push_back(number * length);
    stretch.offsets.push_back(number * length + known);
  }
  stretch.offsets.push_back(last * length);
}

}  // namespace wordmill
