// Numbers in text, as they are written in any country: what a program has set as its locale does not matter.
#pragma once
#include <charconv>
#include <optional>
#include <string_view>
#ifndef __cpp_lib_to_chars  // Apple's library cannot do floats yet
#include <locale.h>
#include <stdlib.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif
#include <string>
#endif

namespace wordmill {

// A decimal number, or nothing where the text is something else, or lies beyond what a double holds. inf and nan are numbers.
inline std::optional<double> read_double(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  if (text.find_first_of("xX(_ \t") != text.npos) return {};
  double value = 0;
#ifdef __cpp_lib_to_chars
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
#else
  static const locale_t plain = newlocale(LC_ALL_MASK, "C", nullptr);
  const std::string copy(text);
  char* end = nullptr;
  value = strtod_l(copy.c_str(), &end, plain);
  if (text.empty() || text.starts_with('+') || end != copy.c_str() + copy.size()) return {};
#endif
  return value;
}

}  // namespace wordmill
