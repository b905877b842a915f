#include "cut.hpp"

#include <cstring>

namespace wordmill {

CutRows cut_rows(std::string_view block, size_t width, size_t most, char* to) {
  CutRows rows;
  for (size_t begin = 0; rows.ends.size() < most; to += width) {
    const size_t space = block.find(' ', begin);
    if (space == block.npos || block.size() - space - 1 < width) break;
    if (!rows.ends.empty()) rows.keys.push_back(' ');
    rows.keys.append(block, begin, space - begin);
    std::memcpy(to, block.data() + space + 1, width);
    begin = space + 1 + width;
    rows.ends.push_back(static_cast<int64_t>(begin));
  }
  return rows;
}

}  // namespace wordmill
