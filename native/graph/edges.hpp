// Reads edges from text, chunk by chunk: lines of two or three columns, a third one being the weight, or adjacency lists, lines
// of a node and all its neighbours. Comments stand above the first of them; what begins so further down may be an edge, too.
#pragma once
#include <cstdint>
#include <deque>
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
  char delimiter;        // 0: white space
  bool integers;         // nodes must be integers
  std::string comments;  // characters that begin a comment
};

struct FileForm {                             // what is known of a file beforehand
  int64_t heading = 0;                        // the line of names of columns; 0: none
  size_t width = 0;                           // columns of a line of which some are meant, or 0: those that there are
  size_t source = 0, target = 1, weight = 2;  // which are meant; weight = width: none
};

class EdgeReader {
 public:
  explicit EdgeReader(EdgeForm form) : form_(std::move(form)) {}

  void begin_file(const FileForm& file) { file_ = file, line_ = 0, in_comments_ = true, rest_.clear(); }
  void read(std::string_view chunk);
  void end_file();

  const WordTable& nodes() const { return nodes_; }
  // Lines below the first edge that begin as comments do: those that could be edges were read as such, others were not.
  int64_t edges_like_comments() const { return edges_like_comments_; }
  int64_t comments_below() const { return comments_below_; }
  bool weighted() const { return !pieces_.empty() && !pieces_[0].weights.empty(); }
  // The edges that were read, which are gone then.
  BuiltGraph build(bool directed, int threads);

 private:
  struct Piece {  // vectors that grow would be held twice while they do
    static constexpr size_t kEdges = 1 << 20;
    std::vector<int32_t> sources, targets;
    std::vector<float> weights;
    Edges edges() const { return {sources, targets, weights}; }
  };
  void forget(int64_t nodes, bool directed);  // edges whose arcs all leave the first nodes
  void add(int32_t from, int32_t to, std::string_view weight);
  void hold(std::string_view part);
  void check_length(size_t bytes, int64_t line) const;
  void read_line(std::string_view line);
  bool is_comment();
  bool could_be_edge() const;
  void cut(std::string_view line);
  void cut_at_delimiters(std::string_view line);
  size_t quoted_cell(std::string_view line);
  void choose();
  void take_edge();
  void take_neighbours();
  int32_t node(std::string_view name);
  float weight(std::string_view text) const;
  [[noreturn]] void refuse(const std::string& what) const { throw BadLine(line_, what); }
  [[noreturn]] void refuse_columns() const;

  EdgeForm form_;
  FileForm file_;
  int64_t line_ = 0, edges_like_comments_ = 0, comments_below_ = 0;
  bool in_comments_ = true;
  std::string rest_;  // of a line that the next chunk goes on with
  std::vector<std::string_view> cells_;
  std::deque<std::string> unquoted_;  // cells that had quotes within
  size_t columns_ = 0;                // of the edges so far
  WordTable nodes_;
  std::vector<Piece> pieces_;
};

}  // namespace wordmill
