// Cuts UTF-8 text into words and lines.
//
// A word ends at white space: the 25 characters that Unicode calls White_Space. Line feed also ends a line; no other character
// does. A byte that is not UTF-8, or is NUL, is bad: an exception, or (if asked to replace) U+FFFD for each maximal part that no
// character begins with, as Unicode's section 3.9 recommends and Python does.
#pragma once
#include <stdexcept>

#include "word_table.hpp"

namespace wordmill {

struct BadByte : std::runtime_error {
  explicit BadByte(const char* at) : std::runtime_error("not UTF-8"), at(at) {}
  const char* at;
};

inline bool is_ascii_space(char c) { return c == ' ' || static_cast<unsigned char>(c - '\t') <= '\r' - '\t'; }

namespace scanning {

// Of each byte the top bit: set if the byte is at most a space, or not ASCII, and so may end a word.
inline uint64_t stops(uint64_t x) {
  constexpr uint64_t kOnes = 0x0101010101010101, kTop = 0x80 * kOnes;
  const uint64_t above_space = (x & ~kTop) + (0x7F - ' ') * kOnes;
  return (~above_space | x) & kTop;
}

// How many of 16 bytes come before the first stop.
inline size_t length_to_stop(uint64_t lo, uint64_t hi) {
  const uint64_t in_lo = stops(lo);
  if (in_lo) return static_cast<size_t>(std::countr_zero(in_lo)) / 8;
  return 8 + static_cast<size_t>(std::countr_zero(stops(hi))) / 8;
}

// 16 bytes from p on; zeros where they would lie at or beyond the limit.
inline void load16(const char* p, const char* limit, uint64_t (&bytes)[2]) {
  if (limit - p >= 16) {
    std::memcpy(bytes, p, 16);
  } else {
    bytes[0] = bytes[1] = 0;
    std::memcpy(bytes, p, static_cast<size_t>(limit - p));
  }
}

struct Character {
  uint32_t code;  // kBad: not a character
  int length;     // of a bad one: the bytes that U+FFFD stands for
};
constexpr uint32_t kBad = 0xFFFFFFFF;

// The character at p (Unicode, table 3-7). The text goes on until an ASCII character at least.
inline Character decode(const char* p) {
  const auto at = [p](int i) { return static_cast<unsigned char>(p[i]); };
  const auto continues = [&](int i, unsigned char low = 0x80, unsigned char high = 0xBF) {
    return at(i) >= low && at(i) <= high;
  };
  const auto tail = [&](int i) { return uint32_t{at(i)} & 0x3F; };
  const unsigned char lead = at(0);
  if (lead < 0x80) return {lead ? lead : kBad, 1};
  if (lead < 0xC2 || lead > 0xF4) return {kBad, 1};
  if (lead < 0xE0) return continues(1) ? Character{(lead & 0x1Fu) << 6 | tail(1), 2} : Character{kBad, 1};
  if (lead < 0xF0) {
    if (!continues(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF)) return {kBad, 1};
    return continues(2) ? Character{(lead & 0x0Fu) << 12 | tail(1) << 6 | tail(2), 3} : Character{kBad, 2};
  }
  if (!continues(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF)) return {kBad, 1};
  if (!continues(2)) return {kBad, 2};
  return continues(3) ? Character{(lead & 0x07u) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4} : Character{kBad, 3};
}

inline bool is_white_space(uint32_t code) {
  if (code < 0x80) return is_ascii_space(static_cast<char>(code));
  return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
         code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

// A word of any characters: hands it on and returns where the white space after it ends.
template <class Sink> const char* any_word(const char* begin, bool replace, Sink& sink) {
  std::string patched;  // the word so far, once a bad part was replaced
  bool is_patched = false;
  const char* p = begin;
  Character character;
  for (; !is_white_space((character = decode(p)).code); p += character.length) {
    if (character.code == kBad) {
      if (!replace) throw BadByte(p);
      if (!is_patched) patched.assign(begin, p), is_patched = true;
      patched += "\xEF\xBF\xBD";
    } else if (is_patched) {
      patched.append(p, character.length);
    }
  }
  if (p > begin) sink.word(Word(is_patched ? std::string_view(patched) : std::string_view(begin, p)));
  if (*p == '\n') sink.line();
  return p + character.length;
}

}  // namespace scanning

// Calls sink.word(word) and sink.line() in the order of the text [begin, end), whose last byte is ASCII white space. Memory may
// be read up to the limit.
template <class Sink> void scan(const char* begin, const char* end, const char* limit, bool replace, Sink& sink) {
  for (const char* p = begin; p < end;) {
    uint64_t bytes[2];
    scanning::load16(p, limit, bytes);
    const size_t size = scanning::length_to_stop(bytes[0], bytes[1]);
    if (size <= Word::kShort && is_ascii_space(p[size])) {  // nearly always
      if (size) sink.word(Word::from_bytes(bytes[0], bytes[1], size));
      if (p[size] == '\n') sink.line();
      p += size + 1;
    } else {
      p = scanning::any_word(p, replace, sink);
    }
  }
}

}  // namespace wordmill
