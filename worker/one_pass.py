"""The named entities of spaCy's model in one pass: its weights and its choices, without its state machine.

spaCy's parser decides token by token, and checks each of its moves at each of them. For entities, all that a decision
depends on is the token and the first token of the entity that is open, if one is. So every token is scored at once as
if none were open, and only what begins an entity is followed further. And what a word gives to the first layer does not
depend on its neighbours: it is worked out once for each word. The spans are those that spaCy gives, in a quarter of
the time (docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.attrs import IS_SPACE, NORM, ORTH
from thinc.api import chain

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
#: What was worked out for so many words is kept: 8 MB. Then it starts anew.
MAX_WORDS = 20_000
#: What a token may be looked up by: attributes of the word alone, whatever stands beside it.
_OF_THE_WORD = {"NORM", "LOWER", "PREFIX", "SUFFIX", "SHAPE", "ORTH"}
_EPSILON = np.float32(1e-8)
#: Odd and without a pattern, so that sums of two hashes differ.
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Unfit(Exception):
    """The model is built in another way than this module knows."""


class OnePass:
    """One a process: it keeps what it worked out for words, up to so many of them."""

    def __init__(self, ner: Any, max_words: int = MAX_WORDS) -> None:
        model = ner.model
        tokens = model.get_ref("tok2vec")
        inner = tokens.layers[0]
        embed, encode, linear = inner.get_ref("embed"), inner.get_ref("encode"), tokens.layers[-1]
        lower, upper = model.get_ref("lower"), model.get_ref("upper")
        self._columns = embed.layers[0].attrs["columns"]
        if not set(self._columns) <= _OF_THE_WORD or lower.get_dim("nF") != 3 or linear.name != "linear":
            raise Unfit("its layers are of another kind")
        if {window.attrs["window_size"] for window in encode.walk() if window.name == "expand_window"} != {1}:
            raise Unfit("it looks further than one token")
        self._rows: Any = chain(*embed.layers[1:])
        self._padding = encode.attrs["pad"]
        self._layers = list(zip(_each(encode, "maxout", _Maxout), _each(encode, "layernorm", _Norm), strict=True))
        self._linear = _turned(linear.get_param("W")), linear.get_param("b")
        self._lower = _Lower(lower)
        self._upper = _turned(upper.get_param("W")), upper.get_param("b")
        self._moves = _Moves(ner.moves)
        self._known: dict[int, int] = {}
        self._table: Floats = np.empty((max_words, inner.get_dim("nO")), np.float32)

    def spans(self, doc: Any, tokens: int) -> list[tuple[int, int, str]]:
        """(first token, token after the last, label) in the first so many tokens of a fresh document."""
        size = min(len(doc), tokens)
        if not size:
            return []
        weights, bias = self._linear
        parts = self._lower.parts(self._encoded(self._embedded(doc, size)) @ weights + bias)
        scores = self._scores(self._lower.closed(parts))
        chosen = self._moves.chosen(scores, doc.to_array(IS_SPACE)[:size].astype(bool))
        begins = np.flatnonzero(chosen < self._moves.labels)
        ends = dict(zip(begins.tolist(), self._ends(parts, begins, chosen[begins]).tolist(), strict=True))
        return list(self._moves.walked(chosen, ends))

    def _scores(self, hidden: Floats) -> Floats:
        weights, bias = self._upper
        return np.asarray(hidden @ weights + bias)

    def _embedded(self, doc: Any, size: int) -> Floats:
        if size > len(self._table):
            return self._worked_out(doc, range(size))
        keys, known = _keys(doc, size), self._known
        if len(known) + size > len(self._table):
            known.clear()
        fresh = {key: place for place, key in enumerate(keys) if key not in known}
        if fresh:
            begin, end = len(known), len(known) + len(fresh)
            self._table[begin:end] = self._worked_out(doc, fresh.values())
            known.update(zip(fresh, range(begin, end), strict=True))
        return self._table[[known[key] for key in keys]]

    def _worked_out(self, doc: Any, places: Iterable[int]) -> Floats:
        rows: Floats = self._rows.predict([doc.to_array(self._columns)[list(places)]])[0]
        return rows

    def _encoded(self, rows: Floats) -> Floats:
        """Each layer sees a token with its two neighbours: the rows of the window overlap."""
        width, pad = rows.shape[1], self._padding
        vectors = np.pad(rows, ((pad, pad), (0, 0)))
        for maxout, norm in self._layers:
            wide = np.pad(vectors, ((1, 1), (0, 0)))
            step = wide.strides[1]
            window = np.lib.stride_tricks.as_strided(wide, (len(vectors), 3 * width), (width * step, step))
            vectors = vectors + norm(maxout(np.ascontiguousarray(window)))
        return vectors[pad : len(vectors) - pad]

    def _ends(self, parts: Floats, begins: Numbers, labels: Numbers) -> Numbers:
        """For each entity that may begin: the token after its last. All are followed at once, a token a step."""
        ends = np.full(len(begins), len(parts))
        live, at = np.arange(len(begins)), 1
        while len(live):
            first, label = begins[live], labels[live]
            scores = self._scores(self._lower.within(parts, first + at, first))
            stop = self._moves.stops(scores, label) | (first + at == len(parts) - 1)
            ends[live[stop]] = first[stop] + at + 1
            live, at = live[~stop], at + 1
        return ends


class _Moves:
    """Which columns of the scores stand for which move."""

    def __init__(self, moves: Any) -> None:
        at = {moves.get_class_name(number): number for number in range(moves.n_moves)}
        self.names = [name[2:] for name in at if name.startswith("B-") and len(name) > 2]
        begin, inside, last, unit = (np.array([at[f"{move}-{name}"] for name in self.names]) for move in "BILU")
        self.labels = len(self.names)
        self._inside, self._last = inside, last
        self._closed = np.concatenate([begin, unit, [at["O"]]])

    def chosen(self, scores: Floats, blank: npt.NDArray[np.bool_]) -> Numbers:
        """The best move of each token where no entity is open: to begin one of label 0.., to be one alone, or none."""
        closed = scores[:, self._closed]
        closed[-1, : self.labels] = -np.inf  # the last token begins nothing
        closed[blank, : 2 * self.labels] = -np.inf
        return np.asarray(closed.argmax(axis=1))

    def stops(self, scores: Floats, labels: Numbers) -> npt.NDArray[np.bool_]:
        rows = np.arange(len(labels))
        return np.asarray(scores[rows, self._last[labels]] > scores[rows, self._inside[labels]])

    def walked(self, chosen: Numbers, ends: dict[int, int]) -> Iterator[tuple[int, int, str]]:
        free = 0
        for token in np.flatnonzero(chosen < 2 * self.labels).tolist():
            if token >= free:
                free = ends.get(token, token + 1)
                yield token, free, self.names[chosen[token] % self.labels]


class _Lower:
    """What the token, the first token of the open entity and the token before give to a decision, added up."""

    def __init__(self, layer: Any) -> None:
        weights = layer.get_param("W")
        features, width, self._pieces, inputs = weights.shape
        self._shape = (features, self._pieces * width)
        self._weights = _turned(weights.transpose(0, 2, 1, 3).reshape(-1, inputs))
        self._bias = layer.get_param("b").T.reshape(-1)
        self._none = layer.get_param("pad")[0].transpose(0, 2, 1).reshape(self._shape)

    def parts(self, vectors: Floats) -> Floats:
        return np.asarray((vectors @ self._weights).reshape(len(vectors), *self._shape))

    def closed(self, parts: Floats) -> Floats:
        return _largest(parts[:, 0] + self._none[1] + self._none[2] + self._bias, self._pieces)

    def within(self, parts: Floats, at: Numbers, first: Numbers) -> Floats:
        return _largest(parts[at, 0] + parts[first, 1] + parts[at - 1, 2] + self._bias, self._pieces)


class _Maxout:
    def __init__(self, layer: Any) -> None:
        weights = layer.get_param("W")
        self._pieces = weights.shape[1]
        self._weights = _turned(weights.transpose(1, 0, 2).reshape(-1, weights.shape[2]))
        self._bias = layer.get_param("b").T.reshape(-1)

    def __call__(self, vectors: Floats) -> Floats:
        sums = vectors @ self._weights
        sums += self._bias
        return _largest(sums, self._pieces)


class _Norm:
    def __init__(self, layer: Any) -> None:
        self._gain, self._bias = layer.get_param("G"), layer.get_param("b")

    def __call__(self, vectors: Floats) -> Floats:
        vectors = vectors - vectors.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", vectors, vectors) / np.float32(vectors.shape[1]) + _EPSILON
        vectors *= (1 / np.sqrt(variance))[:, None]
        vectors *= self._gain
        vectors += self._bias
        return vectors


def _largest(sums: Floats, pieces: int) -> Floats:
    """Pieces stand one after the other, so that whole rows are compared."""
    width = sums.shape[1] // pieces
    best = sums[:, :width]
    for piece in range(1, pieces):
        best = np.maximum(best, sums[:, piece * width : (piece + 1) * width])
    return best


def _turned(weights: Floats) -> Floats:
    return np.ascontiguousarray(weights.T)


def _each(model: Any, name: str, made: Any) -> list[Any]:
    return [made(layer) for layer in model.walk() if layer.name == name]


def _keys(doc: Any, size: int) -> list[int]:
    """One number a word and its norm; two of a hundred thousand words share one with a chance of 1 in 10**9."""
    of_words: Hashes = doc.to_array([ORTH, NORM])[:size]
    keys: list[int] = (of_words[:, 0] * _MIX + of_words[:, 1]).tolist()
    return keys
