#include "edges.hpp"

#include <cmath>
#include <cstdlib>
#include <cstring>

#include "text/scan.hpp"

namespace wordmill {
namespace {

constexpr size_t kLongestNumber = 63;

// What a message shows of a cell.
std::string shown(std::string_view cell) {
  std::string text(1, '\'');
  text.append(cell.substr(0, 40)).append(cell.size() > 40 ? "...'" : "'");
  return text;
}

std::string_view trimmed(std::string_view cell) {
  while (!cell.empty() && is_ascii_space(cell.front())) cell.remove_prefix(1);
  while (!cell.empty() && is_ascii_space(cell.back())) cell.remove_suffix(1);
  if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') cell = cell.substr(1, cell.size() - 2);
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
    if (!found) {
      rest_.append(chunk);
      return;
    }
    const size_t size = static_cast<const char*>(found) - chunk.data();
    if (rest_.empty()) {
      read_line(chunk.substr(0, size));
    } else {
      rest_.append(chunk.substr(0, size));
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

void EdgeReader::read_line(std::string_view line) {
  if (++line_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  cut(line);
  if (cells_.empty() || cells_[0].starts_with('#') || cells_[0].starts_with('%')) return;
  if (form_.adjacency)
    take_neighbours();
  else
    take_edge();
}

void EdgeReader::cut(std::string_view line) {
  cells_.clear();
  if (form_.delimiter) {
    if (trimmed(line).empty()) return;
    for (size_t end; (end = line.find(form_.delimiter)) != std::string_view::npos; line.remove_prefix(end + 1))
      cells_.push_back(trimmed(line.substr(0, end)));
    cells_.push_back(trimmed(line));
    return;
  }
  for (size_t at = 0; at < line.size();) {
    while (at < line.size() && is_ascii_space(line[at])) at++;
    const size_t begin = at;
    while (at < line.size() && !is_ascii_space(line[at])) at++;
    if (at > begin) cells_.push_back(line.substr(begin, at - begin));
  }
}

void EdgeReader::take_edge() {
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
  char copy[kLongestNumber + 1] = {};
  text.copy(copy, kLongestNumber);
  char* end = copy;
  const double value = std::strtod(copy, &end);
  if (text.empty() || text.size() > kLongestNumber || end != copy + text.size() || text.find_first_of("xX") != text.npos)
    refuse("the weight " + shown(text) + " is no number (read none with weighted=False)");
  const auto narrow = static_cast<float>(value);
  if (!(value >= 0) || !std::isfinite(narrow) || (value > 0 && narrow == 0))
    refuse("the weight " + shown(text) + " must be 0, or a number from 1e-45 to 3e38");
  return narrow;
}

void EdgeReader::refuse_columns() const {
  const std::string columns = "it has " + std::to_string(cells_.size()) + (cells_.size() == 1 ? " column" : " columns");
  if (cells_.size() == 1 && !form_.delimiter)
    for (const char delimiter : {',', ';', '|'})
      if (cells_[0].find(delimiter) != std::string_view::npos)
        refuse(columns + " between white space: cut it at '" + delimiter + "' (delimiter)");
  refuse(columns + ": an edge has two, or three with its weight; a node with all its neighbours is read with " +
         "form='adjacency'");
}

BuiltGraph EdgeReader::build(bool directed, int threads) {
  std::vector<Edges> edges;
  for (const Piece& piece : pieces_) edges.push_back({piece.sources, piece.targets, piece.weights});
  BuiltGraph graph = build_graph(static_cast<int64_t>(nodes_.size()), edges, directed, threads);
  pieces_ = {};
  return graph;
}

}  // namespace wordmill
