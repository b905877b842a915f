// Rows as binary word2vec files hold them: a key, a space, and a row of floats, little-endian.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wordmill {

struct CutRows {
  std::string keys;           // a space between each two
  std::vector<int64_t> ends;  // where the rows end in the block
};

// Copies the whole rows that a block begins with, up to `most`, each `width` bytes, one after the other.
CutRows cut_rows(std::string_view block, size_t width, size_t most, char* to);

}  // namespace wordmill
