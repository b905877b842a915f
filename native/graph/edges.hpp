// Reads edges from text, chunk by chunk: lines of two or three columns, a third one being the weight, or adjacency lists, lines
// of a node and all its neighbours. What follows # or % at the start of a line is a comment.
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "graph/build.hpp"
#include "system/big_vector.hpp"
#include "text/word_table.hpp"

namespace wordmill {

struct BadLine : std::runtime_error {
  BadLine(int64_t line, const std::string& what) : std::runtime_error(what), line(line) {}
  int64_t line;  // of its file, from 1
};

enum class Weighing { kIfThere, kNever, kAlways };  // whether a third column is a weight

struct EdgeForm {
  bool adjacency;
  Weighing weighing;
  char delimiter;  // 0: white space
  bool integers;   // nodes must be integers
};

class EdgeReader {
 public:
  explicit EdgeReader(const EdgeForm& form) : form_(form) {}

  void begin_file() { line_ = 0, rest_.clear(); }
  void read(std::string_view chunk);
  void end_file();

  const WordTable& nodes() const { return nodes_; }
  bool weighted() const { return !pieces_.empty() && !pieces_[0].weights.empty(); }
  // The edges that were read, which are gone then.
  BuiltGraph build(bool directed, int threads);

 private:
  struct Piece {  // vectors that grow would be held twice while they do
    static constexpr size_t kEdges = 1 << 20;
    std::vector<int32_t> sources, targets;
    std::vector<float> weights;
  };
  void add(int32_t from, int32_t to, std::string_view weight);
  void read_line(std::string_view line);
  void cut(std::string_view line);
  void take_edge();
  void take_neighbours();
  int32_t node(std::string_view name);
  float weight(std::string_view text) const;
  [[noreturn]] void refuse(const std::string& what) const { throw BadLine(line_, what); }
  [[noreturn]] void refuse_columns() const;

  EdgeForm form_;
  int64_t line_ = 0;
  std::string rest_;  // of a line that the next chunk goes on with
  std::vector<std::string_view> cells_;
  size_t columns_ = 0;  // of the edges so far
  WordTable nodes_;
  std::vector<Piece> pieces_;
};

}  // namespace wordmill
