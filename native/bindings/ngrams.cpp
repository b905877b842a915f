#include "text/ngrams.hpp"

#include <limits>
#include <stdexcept>

#include "arrays.hpp"

using namespace nb::literals;
using namespace wordmill;

namespace {

// The bytes of a key, text or bytes, which live as long as it does.
std::string_view bytes_of(PyObject* word) {
  Py_ssize_t size = 0;
  if (PyUnicode_Check(word)) {
    const char* text = PyUnicode_AsUTF8AndSize(word, &size);
    if (!text) throw nb::python_error();
    return {text, static_cast<size_t>(size)};
  }
  char* content = nullptr;
  if (PyBytes_AsStringAndSize(word, &content, &size) < 0) throw nb::python_error();
  return {content, static_cast<size_t>(size)};
}

nb::tuple ngrams_of(nb::list words, int minn, int maxn, int64_t buckets, int threads) {
  if (minn < 0 || maxn < 0 || maxn > kLongestNgram) throw std::invalid_argument("n-grams have 0 to 64 characters");
  if (buckets < 0 || buckets > std::numeric_limits<int32_t>::max())
    throw std::invalid_argument("there must be 0 to 2^31 - 1 buckets");
  if (threads < 1) throw std::invalid_argument("threads must be at least 1");
  const nb::tuple held(words);  // whatever becomes of the list
  std::vector<std::string_view> keys;
  keys.reserve(held.size());
  for (nb::handle word : held) keys.push_back(bytes_of(word.ptr()));
  Ngrams found;
  {
    nb::gil_scoped_release release;
    found = ngrams(keys, {minn, maxn, buckets}, threads);
  }
  return nb::make_tuple(to_numpy(std::move(found.ends)), to_numpy(std::move(found.buckets)));
}

}  // namespace

void bind_ngrams(nb::module_& m) {
  m.attr("LONGEST_NGRAM") = kLongestNgram;
  m.def("ngrams", &ngrams_of, "words"_a, "minn"_a, "maxn"_a, "buckets"_a, "threads"_a,
        "(ends, buckets) of the n-grams of words, text or bytes (native/text/ngrams.hpp).");
}
