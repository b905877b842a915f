#include "text.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "scan.hpp"
#include "system/parallel.hpp"

namespace wordmill {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr int kAhead = 8;  // words between the prefetch of a slot and its use

// Just after the first or the last ASCII white space: no word and no character goes on across it. 0: there is none.
size_t after_first_space(std::string_view text) {
  const auto at = std::find_if(text.begin(), text.end(), is_ascii_space);
  return at == text.end() ? 0 : static_cast<size_t>(at - text.begin()) + 1;
}
size_t after_last_space(std::string_view text) {
  return static_cast<size_t>(std::find_if(text.rbegin(), text.rend(), is_ascii_space).base() - text.begin());
}

// The first 8 bytes, zeros beyond the end, as an integer that orders as they do.
uint64_t head_of(std::string_view text) {
  uint64_t head = 0;
  for (size_t i = 0; i < 8; i++) head = head << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0u);
  return head;
}

}  // namespace

// Part of a chunk: whole words, counted and encoded by one thread.
struct Encoder::Piece {
  std::string_view text;
  WordTable words;
  BigVector<int32_t> indexes;    // of each token, in `words`
  std::vector<size_t> ends;      // of lines, in `indexes`
  std::vector<int32_t> tickets;  // of each word
  std::vector<int32_t> fresh;    // the words that the common table lacked
  std::optional<const char*> bad;
  size_t size = 0;  // tokens

  void word(const Word& word) { indexes[size++] = words.add(word); }
  void line() { ends.push_back(size); }

  void encode(const char* limit, bool replace_bad) {
    words.clear();
    ends.clear();
    size = 0;
    indexes.resize(std::max(indexes.size(), text.size() / 2));
    bad.reset();
    try {
      scan(text.data(), text.data() + text.size(), limit, replace_bad, *this);
    } catch (const BadByte& error) { bad = error.at; }
  }
  // Other pieces do so at the same time.
  void count_in(WordTable& common, const std::vector<int32_t>& tickets_of_common) {
    const int32_t n = static_cast<int32_t>(words.size());
    tickets.resize(n);
    fresh.clear();
    for (int32_t i = 0; i < n; i++) {
      if (i + kAhead < n) common.prefetch(words.word(i + kAhead));
      const int32_t index = common.count_known(words.word(i), words.count(i));
      if (index == WordTable::kFree)
        fresh.push_back(i);
      else
        tickets[i] = tickets_of_common[index];
    }
  }
  void write_tickets(int32_t* out) const {
    for (size_t t = 0; t < size; t++) out[t] = tickets[indexes[t]];
  }
};

Encoder::Encoder(int threads, bool replace_bad, int64_t max_words, int64_t piece_bytes)
    : threads_(threads),
      replace_bad_(replace_bad),
      max_words_(static_cast<size_t>(max_words)),
      piece_bytes_(static_cast<size_t>(piece_bytes)) {}

Encoder::~Encoder() = default;

void Encoder::begin_file(bool drop_byte_order_mark) {
  offset_ = 0;
  drop_byte_order_mark_ = drop_byte_order_mark;
}

void Encoder::read(std::string_view chunk) {
  if (!cut_word_.empty()) {  // ends here
    const size_t head = after_first_space(chunk);
    cut_word_.append(chunk.substr(0, head ? head : chunk.size()));
    if (!head) return;
    read_whole_words(cut_word_);
    cut_word_.clear();
    chunk.remove_prefix(head);
  }
  const size_t whole = after_last_space(chunk);
  read_whole_words(chunk.substr(0, whole));
  cut_word_ = chunk.substr(whole);
}

void Encoder::end_file() {
  if (!cut_word_.empty()) {
    cut_word_ += '\n';
    read_whole_words(cut_word_);
    cut_word_.clear();
  } else if (line_is_open_) {
    end_sequence();
  }
  line_is_open_ = false;
}

// Text that ends with ASCII white space.
void Encoder::read_whole_words(std::string_view text) {
  if (text.empty()) return;
  const std::string_view all = text;
  const char* limit = all.data() + all.size();
  if (drop_byte_order_mark_ && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  drop_byte_order_mark_ = false;

  size_t pieces = 0;
  for (; !text.empty(); pieces++) {
    const size_t least = std::min(piece_bytes_, text.size()) - 1;
    const size_t size = least + after_first_space(text.substr(least));
    if (pieces == pieces_.size()) pieces_.emplace_back();
    pieces_[pieces].text = text.substr(0, size);
    text.remove_prefix(size);
  }
  parallel_for(pieces, threads_, [&](size_t i) {
    pieces_[i].encode(limit, replace_bad_);
    pieces_[i].count_in(words_, tickets_);
  });
  for (size_t i = 0; i < pieces; i++)
    if (const auto bad = pieces_[i].bad) throw NotText(offset_ + (*bad - all.data()), static_cast<unsigned char>(**bad));

  std::vector<size_t> begins = {tokens_.tickets.size()};
  for (size_t i = 0; i < pieces; i++) {
    merge(pieces_[i], begins.back());
    begins.push_back(begins.back() + pieces_[i].size);
  }
  tokens_.tickets.resize(begins.back());
  parallel_for(pieces, threads_, [&](size_t i) { pieces_[i].write_tickets(tokens_.tickets.data() + begins[i]); });

  line_is_open_ = all.back() != '\n';
  offset_ += static_cast<int64_t>(all.size());
  if (words_.size() > max_words_) forget_rare();
}

// Adds what was new in a piece; a piece before it may have had it too.
void Encoder::merge(Piece& piece, size_t begin) {
  const size_t n = piece.fresh.size();
  for (size_t i = 0; i < n; i++) {
    if (i + kAhead < n) words_.prefetch(piece.words.word(piece.fresh[i + kAhead]));
    const int32_t word = piece.fresh[i];
    piece.tickets[word] = tickets_[add_common(piece.words.word(word), piece.words.count(word))];
  }
  for (size_t end : piece.ends) tokens_.ends.push_back(tokens_before_ + static_cast<int64_t>(begin + end));
}

int32_t Encoder::add_common(const Word& word, int64_t count) {
  const int32_t index = words_.add(word, count);
  if (static_cast<size_t>(index) == tickets_.size()) {
    if (issued_ == std::numeric_limits<int32_t>::max())
      throw std::length_error("more than 2^31 new words, those forgotten and met again included: cut the text into words first");
    tickets_.push_back(static_cast<int32_t>(issued_++));
  }
  return index;
}

void Encoder::add(std::string_view word) { tokens_.tickets.push_back(tickets_[add_common(Word(word), 1)]); }

void Encoder::add(
    int64_t integer) {  // from the highest byte to the lowest, the sign turned, so that bytes compare as integers do
  uint64_t bits = static_cast<uint64_t>(integer) ^ (uint64_t{1} << 63);
  char bytes[8];
  for (int i = 7; i >= 0; i--, bits >>= 8) bytes[i] = static_cast<char>(bits & 0xFF);
  add(std::string_view(bytes, sizeof bytes));
}

int64_t integer_of(std::string_view word) {
  uint64_t bits = 0;
  for (char byte : word) bits = bits << 8 | static_cast<unsigned char>(byte);
  return static_cast<int64_t>(bits ^ (uint64_t{1} << 63));
}

void Encoder::end_sequence() {
  tokens_.ends.push_back(tokens_so_far());
  if (words_.size() > max_words_) forget_rare();
}

Tokens Encoder::take() {
  tokens_before_ = tokens_so_far();
  return std::exchange(tokens_, {});
}

// Keeps at most the more frequent half. The tickets of the others stay in the corpus and will be out of vocabulary.
void Encoder::forget_rare() {
  const int32_t n = static_cast<int32_t>(words_.size());
  std::vector<int64_t> counts(n);
  for (int32_t i = 0; i < n; i++) counts[i] = words_.count(i);
  const auto middle = counts.begin() + n / 2;
  std::nth_element(counts.begin(), middle, counts.end());
  WordTable kept;
  std::vector<int32_t> tickets;
  for (int32_t i = 0; i < n; i++) {
    if (words_.count(i) <= *middle) continue;
    kept.add(words_.word(i), words_.count(i));
    tickets.push_back(tickets_[i]);
  }
  words_ = std::move(kept);
  tickets_ = std::move(tickets);
  count_error_ += *middle;
}

std::vector<int32_t> Encoder::ranked(std::span<const int64_t> counts, int64_t least) const {
  struct Place {
    int64_t count;
    uint64_t head;  // the first bytes, which tell most words apart
    int32_t index;
  };
  std::vector<Place> places;
  for (size_t i = 0; i < counts.size(); i++) {
    const int32_t index = static_cast<int32_t>(i);
    if (counts[i] >= least) places.push_back({counts[i], head_of(words_.text(index)), index});
  }
  std::sort(places.begin(), places.end(), [&](const Place& a, const Place& b) {
    if (a.count != b.count) return a.count > b.count;
    return a.head != b.head ? a.head < b.head : words_.text(a.index) < words_.text(b.index);
  });
  std::vector<int32_t> order;
  for (const Place& place : places) order.push_back(place.index);
  return order;
}

}  // namespace wordmill
