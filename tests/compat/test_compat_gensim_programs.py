"""Programs as gensim's tutorials have them: they run after changing the import, and with gensim itself where it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from compat_gensim_models import real_gensim

CORPUS = "\n".join(["king queen crown royal throne", "cat dog fur paw tail", "red green blue colour paint"] * 60)

PROGRAMS = {
    "train and query": """
from gensim.models import Word2Vec, KeyedVectors

sentences = [line.split() for line in open("corpus.txt", encoding="utf-8")]
model = Word2Vec(sentences=sentences, vector_size=20, window=3, min_count=1, workers=1, epochs=40, sg=1, sample=0)
word, similarity = model.wv.most_similar("cat", topn=1)[0]
assert word in ("dog", "fur", "paw", "tail"), word
assert isinstance(similarity, float) and similarity > 0
assert model.wv.doesnt_match(["cat", "dog", "blue"]) == "blue"
assert model.wv["cat"].shape == (20,) and "cat" in model.wv and len(model.wv) == 15
assert model.wv.get_vecattr("cat", "count") == 60
model.save("word2vec.model")
model = Word2Vec.load("word2vec.model")
model.train([["cat", "dog"]], total_examples=1, epochs=1)
vectors = model.wv
vectors.save("word2vec.wordvectors")
wv = KeyedVectors.load("word2vec.wordvectors", mmap="r")
assert (wv["cat"] == vectors["cat"]).all()
""",
    "streamed": """
import gensim.models
from gensim import utils

class MyCorpus:
    def __iter__(self):
        for line in open("corpus.txt", encoding="utf-8"):
            yield utils.simple_preprocess(line)

model = gensim.models.Word2Vec(sentences=MyCorpus(), min_count=10, vector_size=20)
for index, word in enumerate(model.wv.index_to_key):
    if index == 3:
        break
    assert isinstance(word, str) and model.wv.key_to_index[word] == index
model.wv.save_word2vec_format("vectors.txt", binary=False)
model.wv.save_word2vec_format("vectors.bin", fvocab="vocab.txt", binary=True)
again = gensim.models.KeyedVectors.load_word2vec_format("vectors.bin", fvocab="vocab.txt", binary=True)
assert again.index_to_key == model.wv.index_to_key
assert again.get_vecattr("cat", "count") == 60
""",
    "saved over a temporary file": """
import tempfile
import gensim.models
from gensim.models.keyedvectors import Word2VecKeyedVectors
from gensim.models.word2vec import LineSentence

model = gensim.models.Word2Vec(LineSentence("corpus.txt"), vector_size=10, epochs=2)
with tempfile.NamedTemporaryFile(prefix="gensim-model-", delete=False) as tmp:
    temporary_filepath = tmp.name
model.save(temporary_filepath)
model = gensim.models.Word2Vec.load(temporary_filepath)
model.init_sims(replace=True)
assert isinstance(model.wv, Word2VecKeyedVectors)
with open("pairs.tsv", "w", encoding="utf-8") as file:
    file.write("cat\\tdog\\t9\\nking\\tcat\\t1\\nred\\tgreen\\t8\\n")
pearson, spearman, unknown = model.wv.evaluate_word_pairs("pairs.tsv")
assert pearson[0] == pearson.statistic and 0 <= spearman.pvalue <= 1 and unknown == 0
""",
    "step by step": """
import logging
import multiprocessing
from gensim.models.word2vec import LineSentence, Word2Vec

logging.basicConfig(format="%(asctime)s : %(levelname)s : %(message)s", level=logging.WARNING)
model = Word2Vec(min_count=2, window=2, vector_size=10, sample=6e-5, alpha=0.03, min_alpha=0.0007, negative=20,
                 workers=max(1, multiprocessing.cpu_count() - 1))
sentences = LineSentence("corpus.txt")
model.build_vocab(sentences, progress_per=10000)
assert model.corpus_count == 180 and model.corpus_total_words == 900
trained, read = model.train(sentences, total_examples=model.corpus_count, epochs=3, report_delay=1)
assert 0 < trained < read == 2700
model.wv.fill_norms()
print(model, model.wv.most_similar(positive=["king", "cat"], negative=["dog"], topn=3))
print(model.predict_output_word(["cat", "dog"], topn=3))
""",
    "losses": """
from gensim.models import Word2Vec
from gensim.models.callbacks import CallbackAny2Vec

class Losses(CallbackAny2Vec):
    def __init__(self):
        self.epoch, self.before, self.losses, self.events = 0, 0.0, [], []
    def on_train_begin(self, model):
        self.events.append("train")
    def on_epoch_begin(self, model):
        self.events.append("epoch")
    def on_epoch_end(self, model):
        loss = model.get_latest_training_loss()
        self.losses.append(loss - self.before)
        self.before = loss
        self.events.append("end")
        assert model.wv.most_similar("cat", topn=1)
    def on_train_end(self, model):
        self.events.append("over")

losses = Losses()
sentences = [line.split() for line in open("corpus.txt", encoding="utf-8")]
Word2Vec(sentences, min_count=1, vector_size=10, epochs=10, workers=1, sample=0, compute_loss=True, callbacks=[losses])
assert losses.events == ["train"] + 10 * ["epoch", "end"] + ["over"]
assert losses.losses[-1] < losses.losses[0]
""",
    "one epoch at a time": """
import gensim

model = gensim.models.Word2Vec(vector_size=10, min_count=1, alpha=0.025, min_alpha=0.025, workers=1, sg=1, hs=0)
model.build_vocab(corpus_file="corpus.txt")
for epoch in range(5):
    model.train(corpus_file="corpus.txt", total_words=model.corpus_total_words, epochs=1)
    model.alpha -= 0.002
    model.min_alpha = model.alpha
assert model.train_count == 5
""",
    "more words later": """
import gensim
from gensim.models import Word2Vec

def rule(word, count, min_count):
    return gensim.utils.RULE_DISCARD if word == "fur" else gensim.utils.RULE_DEFAULT

model = Word2Vec([["cat", "dog", "fur"], ["king", "queen"]] * 10, min_count=3, trim_rule=rule, workers=1)
assert "fur" not in model.wv
more = [["cat", "mouse", "cheese"]] * 5
model.build_vocab(more, update=True)
model.train(more, total_examples=len(more), epochs=model.epochs)
assert model.wv.get_vecattr("cat", "count") == 15 and "cheese" in model.wv
""",
    "from counts": """
from gensim.models import Word2Vec

model = Word2Vec(vector_size=8, min_count=2, workers=1)
model.build_vocab_from_freq({"cat": 30, "dog": 20, "fur": 10, "rare": 1}, corpus_count=7)
assert model.corpus_count == 7 and model.wv.index_to_key == ["cat", "dog", "fur"]
model.train([["cat", "dog", "rare"]] * 3, total_examples=3, epochs=2)
""",
    "vectors of one's own": """
import numpy as np
from gensim.models import KeyedVectors

kv = KeyedVectors(vector_size=3)
kv.add_vectors(["a", "b"], [np.array([1.0, 0, 0]), np.array([0.8, 0.6, 0])])
kv["c"] = np.array([0.0, 1, 0])
kv[["a", "d"]] = np.array([[0.9, 0.1, 0], [0, 0, 1.0]])
assert [key for key, _ in kv.most_similar("b", topn=2)] == ["a", "c"]
assert kv.index_to_key == ["a", "b", "c", "d"]
""",
    "directories and old names": """
import os
import shutil
from gensim.models.word2vec import PathLineSentences, Text8Corpus, Word2Vec

os.mkdir("texts")
shutil.copy("corpus.txt", "texts/b.txt")
open("texts/a.txt", "w", encoding="utf-8").write("first line\\n\\nsecond")
sentences = list(PathLineSentences("texts", limit=2))
assert sentences == [["first", "line"], "king queen crown royal throne".split(), "cat dog fur paw tail".split()]
parts = list(Text8Corpus("corpus.txt", max_sentence_length=100))
assert sum(map(len, parts)) == 900 and len(parts[0]) == 100
model = Word2Vec(PathLineSentences("texts"), min_count=1, vector_size=5, epochs=1)
assert len(model.wv) == 18
""",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "corpus.txt").write_text(CORPUS + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def changed(program: str) -> str:
    """The program with `wordmill.compat.gensim` in its imports, and nothing else."""
    program = re.sub(r"^import gensim$", "import wordmill.compat.gensim as gensim", program, flags=re.MULTILINE)
    program = re.sub(r"^import gensim\.models$", "import wordmill.compat.gensim as gensim", program, flags=re.MULTILINE)
    return re.sub(r"^from gensim", "from wordmill.compat.gensim", program, flags=re.MULTILINE)


@pytest.mark.usefixtures("folder")
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.parametrize("name", PROGRAMS)
def test_runs_after_changing_the_import(name: str) -> None:
    exec(changed(PROGRAMS[name]), {"__name__": "__main__"})  # noqa: S102


@pytest.mark.usefixtures("folder")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PROGRAMS)
def test_is_a_program_for_gensim(name: str) -> None:
    real_gensim()
    exec(PROGRAMS[name], {"__name__": "__main__"})  # noqa: S102
