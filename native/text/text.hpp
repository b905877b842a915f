// Counts and encodes a corpus in one read.
//
// A word gets the next number, its ticket, when it is first seen, and the corpus is written as tickets; when all is read and
// counted, they are exchanged for ids in the order of falling count (renumber.hpp). Text comes in chunks, cut at any byte.
// Threads count and encode pieces of a chunk on their own, each with a small table, and add the counts to the common one; words
// that are new there follow piece by piece, so that tickets follow the text, whatever the chunks, the pieces and the threads.
#pragma once
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "system/big_vector.hpp"
#include "word_table.hpp"

namespace wordmill {

struct NotText : std::runtime_error {
  NotText(int64_t offset, unsigned char byte) : std::runtime_error("not UTF-8"), offset(offset), byte(byte) {}
  int64_t offset;  // in the file
  unsigned char byte;
};

struct Tokens {
  BigVector<int32_t> tickets;
  std::vector<int64_t> ends;  // of sequences: tokens of the whole corpus up to there
};

class Encoder {
 public:
  // Beyond max_words distinct words, the rarest are forgotten. Pieces are cut at the first white space after piece_bytes.
  Encoder(int threads, bool replace_bad, int64_t max_words, int64_t piece_bytes);
  Encoder(const Encoder&) = delete;
  ~Encoder();

  // Text: a line is a sequence. Throws NotText at bytes that are not UTF-8 (or replaces them), after which the
  // encoder cannot be used.
  void begin_file(bool drop_byte_order_mark);
  void read(std::string_view chunk);
  void end_file();

  // Tokens one by one; an integer is a word of 8 bytes that sorts as the integer does.
  void add(std::string_view word);
  void add(int64_t integer);
  void end_sequence();

  Tokens take();  // what was encoded since the last take
  int64_t pending() const { return static_cast<int64_t>(tokens_.tickets.size() + tokens_.ends.size()); }  // numbers to take

  const WordTable& words() const { return words_; }
  const std::vector<int32_t>& tickets() const { return tickets_; }  // of each word in the table
  int64_t tickets_issued() const { return issued_; }
  int64_t count_error() const {
    return count_error_;
  }  // how much a count may be short, for words that were forgotten and came again

  // Words that occur at least so often, given a count each, by falling count (ties: bytes).
  std::vector<int32_t> ranked(std::span<const int64_t> counts, int64_t least) const;

 private:
  struct Piece;

  void read_whole_words(std::string_view text);
  void merge(Piece& piece, size_t begin);
  int32_t add_common(const Word& word, int64_t count);
  void forget_rare();
  int64_t tokens_so_far() const { return tokens_before_ + static_cast<int64_t>(tokens_.tickets.size()); }

  const int threads_;
  const bool replace_bad_;
  const size_t max_words_, piece_bytes_;

  WordTable words_;
  std::vector<int32_t> tickets_;
  int64_t issued_ = 0, count_error_ = 0;

  std::vector<Piece> pieces_;
  std::string cut_word_;  // the end of a chunk, up to where its last word may go on
  int64_t offset_ = 0;    // in the file, of the cut word
  bool drop_byte_order_mark_ = false, line_is_open_ = false;

  Tokens tokens_;
  int64_t tokens_before_ = 0;  // taken
};

int64_t integer_of(std::string_view word);  // what add(integer) made a word of

}  // namespace wordmill
