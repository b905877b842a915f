"""The chapter in NumPy: layers small enough to read, and the executable specification of the native core.

Every layer keeps its weights in `params` and their gradients in `grads`, two lists of one length whose elements stay
the same objects for the layer's life. `forward` remembers what `backward` needs; `backward` fills `grads` and returns
the gradient of its input. A layer computes in the dtype of its weights, float32 or float64.

Letters: V vocabulary size, D vector size, W window (words each side), K negatives, B batch, C contexts.

Source: Saito, "Deep Learning from Scratch 2" (O'Reilly Japan, 2018), chapter 4, "word2vec speed improvement".
"""

from __future__ import annotations

from wordmill.layers.embedding import Embedding, EmbeddingBag, EmbeddingDot
from wordmill.layers.gradients import Gradient, RowGradient, clip_grads, merge_shared
from wordmill.layers.helpers import convert_one_hot, cos_similarity, create_contexts_target, preprocess
from wordmill.layers.huffman import HuffmanTree
from wordmill.layers.loss import HierarchicalSoftmaxLoss, NegativeSamplingLoss, SigmoidWithLoss, sigmoid
from wordmill.layers.models import CBOW, SkipGram
from wordmill.layers.onehot import MatMul, Softmax, SoftmaxWithLoss
from wordmill.layers.optimizers import SGD, AdaGrad, Adam, Momentum, Optimizer, RMSprop
from wordmill.layers.sampler import AliasTable, UnigramSampler
from wordmill.layers.trainer import Model, Trainer

__all__ = [
    "CBOW",
    "SGD",
    "AdaGrad",
    "Adam",
    "AliasTable",
    "Embedding",
    "EmbeddingBag",
    "EmbeddingDot",
    "Gradient",
    "HierarchicalSoftmaxLoss",
    "HuffmanTree",
    "MatMul",
    "Model",
    "Momentum",
    "NegativeSamplingLoss",
    "Optimizer",
    "RMSprop",
    "RowGradient",
    "SigmoidWithLoss",
    "SkipGram",
    "Softmax",
    "SoftmaxWithLoss",
    "Trainer",
    "UnigramSampler",
    "clip_grads",
    "convert_one_hot",
    "cos_similarity",
    "create_contexts_target",
    "merge_shared",
    "preprocess",
    "sigmoid",
]
