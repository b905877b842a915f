#include "edges.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "system/memory.hpp"
#include "text/numbers.hpp"
#include "text/scan.hpp"

namespace wordmill {
namespace {

constexpr size_t kLongestEdge = 1 << 20, kLongestList = 1 << 30;  // bytes of a line, which is held at once

// What a message shows of a cell.
std::string shown(std::string_view cell) {
  std::string text(1, '\'');
  text.append(cell.substr(0, 40)).append(cell.size() > 40 ? "...'" : "'");
  return text;
}

std::string_view trimmed(std::string_view cell) {
  while (!cell.empty() && is_ascii_space(cell.front())) cell.remove_prefix(1);
  while (!cell.empty() && is_ascii_space(cell.back())) cell.remove_suffix(1);
  return cell;
}

// As it would be written: so no two texts are one number.
bool is_integer(std::string_view text) {
  const std::string_view digits = text.substr(text.starts_with('-'));
  if (digits.empty() || digits.size() > 18 || (digits[0] == '0' && text != "0")) return false;
  return digits.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

void EdgeReader::read(std::string_view chunk) {
  while (!chunk.empty()) {
    const void* found = std::memchr(chunk.data(), '\n', chunk.size());
    if (!found) return hold(chunk);
    const size_t size = static_cast<const char*>(found) - chunk.data();
    if (rest_.empty()) {
      read_line(chunk.substr(0, size));
    } else {
      hold(chunk.substr(0, size));
      read_line(rest_);
      rest_.clear();
    }
    chunk.remove_prefix(size + 1);
  }
}

void EdgeReader::end_file() {
  if (!rest_.empty()) read_line(rest_);
  rest_.clear();
}

void EdgeReader::hold(std::string_view part) {
  check_length(rest_.size() + part.size(), line_ + 1);
  rest_.append(part);
}

void EdgeReader::check_length(size_t bytes, int64_t line) const {
  const size_t most = form_.adjacency ? kLongestList : kLongestEdge;
  if (bytes > most) throw BadLine(line, "it has more than " + std::to_string(most) + " bytes: end each line with \\n");
}

void EdgeReader::read_line(std::string_view line) {
  check_length(line.size(), ++line_);
  if (line_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  cut(line);
  if (cells_.empty() || line_ == file_.heading || is_comment()) return;
  in_comments_ = false;
  if (form_.adjacency)
    take_neighbours();
  else
    take_edge();
}

bool EdgeReader::is_comment() {
  if (cells_[0].empty() || form_.comments.find(cells_[0][0]) == std::string::npos) return false;
  if (in_comments_) return true;
  const bool edge = could_be_edge();
  (edge ? edges_like_comments_ : comments_below_)++;
  return !edge;
}

bool EdgeReader::could_be_edge() const {
  const size_t columns = cells_.size();
  if (form_.adjacency) return true;
  if (file_.width) return columns == file_.width;
  if (form_.weighing == Weighing::kNever) return columns == 2 || columns == 3;
  if (columns_ == 3) return columns == 3 && read_double(cells_[2]);
  return columns == 2 || (columns == 3 && cells_[2] == "{}");
}

void EdgeReader::cut(std::string_view line) {
  cells_.clear();
  if (form_.delimiter) {
    if (!trimmed(line).empty()) cut_at_delimiters(line);
    return;
  }
  for (size_t at = 0; at < line.size();) {
    while (at < line.size() && is_ascii_space(line[at])) at++;
    const size_t begin = at;
    while (at < line.size() && !is_ascii_space(line[at])) at++;
    if (at > begin) cells_.push_back(line.substr(begin, at - begin));
  }
}

void EdgeReader::cut_at_delimiters(std::string_view line) {
  unquoted_.clear();
  while (true) {
    size_t end = quoted_cell(line);
    if (end == 0) {
      end = std::min(line.find(form_.delimiter), line.size());
      cells_.push_back(trimmed(line.substr(0, end)));
    }
    if (end == line.size()) return;
    line.remove_prefix(end + 1);
  }
}

// Takes a cell that a line begins with, if it stands in quotes, of which two within are one. Returns where it ends, or 0.
size_t EdgeReader::quoted_cell(std::string_view line) {
  size_t at = 0;
  const auto is_space = [&](size_t i) { return is_ascii_space(line[i]) && line[i] != form_.delimiter; };
  while (at < line.size() && is_space(at)) at++;
  if (at == line.size() || line[at] != '"') return 0;
  std::string text;
  for (at++; at < line.size(); text += line[at++]) {
    if (line[at] != '"') continue;
    size_t end = at + 1;
    if (end < line.size() && line[end] == '"') {
      at = end;
      continue;
    }
    while (end < line.size() && is_space(end)) end++;
    if (end < line.size() && line[end] != form_.delimiter) continue;
    cells_.push_back(unquoted_.emplace_back(std::move(text)));
    return end;
  }
  if (form_.delimiter == '\t') return 0;  // where a quote is a character as any other
  refuse("a quote is opened and never closed: close it, or write it twice if it is part of a name");
}

void EdgeReader::choose() {
  if (cells_.size() != file_.width)
    refuse("it has " + std::to_string(cells_.size()) + " columns where " + std::to_string(file_.width) + " are expected");
  const std::string_view source = cells_[file_.source], target = cells_[file_.target];
  const std::string_view weight = file_.weight < file_.width ? cells_[file_.weight] : std::string_view();
  cells_.assign({source, target});
  if (file_.weight < file_.width) cells_.push_back(weight);
}

void EdgeReader::take_edge() {
  if (file_.width) choose();
  if (cells_.size() == 3 && cells_[2] == "{}") cells_.pop_back();  // as NetworkX writes an edge without attributes
  if (cells_.size() < 2 || cells_.size() > 3) refuse_columns();
  if (form_.weighing == Weighing::kNever) {
    cells_.resize(2);
  } else {
    const size_t wanted = form_.weighing == Weighing::kAlways ? 3 : columns_ ? columns_ : cells_.size();
    if (cells_.size() != wanted)
      refuse("it has " + std::to_string(cells_.size()) + " columns where " + std::to_string(wanted) +
             " are expected: give each edge a weight, or read none with weighted=False");
    columns_ = cells_.size();
  }
  const int32_t from = node(cells_[0]), to = node(cells_[1]);
  add(from, to, cells_.size() == 3 ? cells_[2] : std::string_view());
}

void EdgeReader::take_neighbours() {
  const int32_t from = node(cells_[0]);
  for (size_t i = 1; i < cells_.size(); i++) { add(from, node(cells_[i]), {}); }
}

void EdgeReader::add(int32_t from, int32_t to, std::string_view weight_text) {
  const bool weighted = !form_.adjacency && columns_ == 3;
  if (pieces_.empty() || pieces_.back().sources.size() == Piece::kEdges) {
    Piece& fresh = pieces_.emplace_back();
    fresh.sources.reserve(Piece::kEdges), fresh.targets.reserve(Piece::kEdges);
    if (weighted) fresh.weights.reserve(Piece::kEdges);
  }
  Piece& piece = pieces_.back();
  if (weighted) piece.weights.push_back(weight(weight_text));
  piece.sources.push_back(from);
  piece.targets.push_back(to);
}

int32_t EdgeReader::node(std::string_view name) {
  if (name.empty()) refuse("a node has no name");
  const int32_t before = static_cast<int32_t>(nodes_.size()), index = nodes_.add(Word(name));
  if (index < before) return index;
  if (form_.integers && !is_integer(name)) refuse("the node " + shown(name) + " is no integer, as 12 or -3: read it as text");
  const std::string text = std::string(name) + '\n';  // what ends a character that is cut
  for (const char* p = text.data(); p < text.data() + name.size();) {
    const auto character = scanning::decode(p);
    if (character.code == scanning::kBad) refuse("the name of a node is not UTF-8 text: convert the file");
    p += character.length;
  }
  return index;
}

float EdgeReader::weight(std::string_view text) const {
  const auto value = read_double(text);
  const auto narrow = static_cast<float>(value.value_or(0));
  if (!value)
    refuse("the weight " + shown(text) + " is no number from 1e-45 to 3e38 (read none with weighted=False, and where this line " +
           "holds names of columns pass heading=True)");
  if (!(*value >= 0) || !std::isfinite(narrow) || (*value > 0 && narrow == 0))
    refuse("the weight " + shown(text) + " must be 0, or a number from 1e-45 to 3e38");
  return narrow;
}

void EdgeReader::refuse_columns() const {
  const std::string columns = "it has " + std::to_string(cells_.size()) + (cells_.size() == 1 ? " column" : " columns");
  if (cells_.size() == 1 && !form_.delimiter)
    for (const char delimiter : {',', ';', '|'})
      if (cells_[0].find(delimiter) != std::string_view::npos)
        refuse(columns + " between white space: cut it at '" + delimiter + "' (delimiter)");
  refuse(columns + ": an edge has two, or three with its weight; others are chosen with columns, and a node with all its " +
         "neighbours is read with form='adjacency'");
}

void EdgeReader::forget(int64_t nodes, bool directed) {
  size_t into = 0, at = 0;  // those that stay close ranks, and pieces behind them are freed
  for (const Piece& piece : pieces_)
    for (size_t e = 0; e < piece.sources.size(); e++) {
      if (piece.sources[e] < nodes && (directed || piece.targets[e] < nodes)) continue;
      if (at == pieces_[into].sources.size()) into++, at = 0;
      Piece& to = pieces_[into];
      to.sources[at] = piece.sources[e], to.targets[at] = piece.targets[e];
      if (!piece.weights.empty()) to.weights[at] = piece.weights[e];
      at++;
    }
  Piece& last = pieces_[into];
  last.sources.resize(at), last.targets.resize(at);
  if (!last.weights.empty()) last.weights.resize(at);
  pieces_.resize(into + 1);
  give_back_memory();
}

BuiltGraph EdgeReader::build(bool directed, int threads) {
  const auto edges = [&] {
    std::vector<Edges> there;
    for (const Piece& piece : pieces_) there.push_back(piece.edges());
    return there;
  };
  const auto forgotten = [&](int64_t nodes) {
    if (!pieces_.empty()) forget(nodes, directed);
  };
  BuiltGraph graph = build_graph(static_cast<int64_t>(nodes_.size()), edges, directed, threads, forgotten);
  pieces_ = {};
  return graph;
}

}  // namespace wordmill
