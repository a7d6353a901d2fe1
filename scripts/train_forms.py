"""Fit rag/question/forms.npz to the examples of rag/question/forms.tsv, and say how good it is.

Two of three examples of each form are fitted, the third, by its place in the file, never. How
strongly, and from which probability on a form is believed, is chosen by cross-validation on the
fitted part. Each fitted example also stands in with other topics, so that none tells a form.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import StratifiedKFold

from rag.question.form import FACT, form_vector

FOLDER = Path(__file__).parents[1] / "rag" / "question"
VARIANTS = 4
STRENGTHS = (3.0, 10.0, 30.0)
SURE = np.arange(0.2, 0.96, 0.05)
FACTS = 2 / 3  # a guess at what share of all that is asked they are, which in the file is smaller
# What a question may be about: one of a row may stand for any other of it.
TOPICS = (
    "the strike|the walkout|the dispute|the fire|the wildfire|the blaze|the election|the vote|"
    "the by-election|the referendum|the storm|the hurricane|the flood|the earthquake|the volcano|"
    "the eruption|the trial|the verdict|the merger|the takeover|the job cuts|the oil spill|"
    "the leak|the leaked emails|the dam|the mine accident|the mine|the ferry accident|the ferry|"
    "the crash|the missing plane|the missing girl|the vaccine|the epidemic|the comet mission|"
    "the comet|the telescope|the reactor|the siege|the ceasefire|the peace talks|the drug|"
    "the coalition talks|the wage talks|the pay offer|the rate rise|the new tax|the budget|"
    "the wolf law|the fishing treaty|the cup final|the transfer|the penalty|the march|the protest|"
    "the robbery|the scandal|the lighthouse|the stadium plans|the attack|the explosion|the tunnel|"
    "the shipyard|the nurses' dispute|the poisoned wells|the expedition|the hostages|the festival|"
    "the bridge|the airport|the drought|the summit|the satellite|the heatwave|the museum|"
    "the lottery|the cyber attack|the smelter|the wheat harvest|the cathedral|the rail line",
    "Okafor|Lindqvist|Ferrante|Martha Quill|Halder|Okoro|Tolland|Anna Reyes|Mr Dunmore|Keita|"
    "the minister|the mayor|the coach|the striker|the goalkeeper|the president|the prime minister|"
    "the finance minister|the chief executive|the judge|the governor|the union leader|the captain|"
    "the prosecutor|the bishop|the senator|the professor|the police chief|the referee|the founder",
    "Norvik Steel|Lumen Power|Marlow United|Castell Rovers|Halder Foods|Kestrel Air|Orbis Labs|"
    "Delta Motors|the central bank|the bank|the union|the government|the company|the airline|"
    "the court|the police|the council|the opposition|the tobacco firm|the league|the regulator|"
    "the car maker|the observatory|the university|the army|the rebels|the Green Alliance|"
    "the liberals|the hospital|the farmers|the firm",
    "the Gazette|the Ledger|the Post|the Courier|the Harbour Courier|the Morning Ledger|"
    "Radio Sorva|the Sports Daily|the Vardena Gazette|the Tribune|the Evening Star|Channel Nine|"
    "the Herald|the Times|the Observer",
    "Brennick|Selm|Sorva|Pell|Vardena|Tarrow|Oslo|Lima|the north|Garrow|Castell|the capital|Quito",
)
OTHERS = {topic.lower(): row.split("|") for row in TOPICS for topic in row.split("|")}
TOPIC = re.compile(rf"\b(?:{'|'.join(sorted(OTHERS, key=len, reverse=True))})(?!\w)", re.IGNORECASE)
Rows = NDArray[np.int64]


def main() -> None:
    """Fit, choose, write, report."""
    path = FOLDER / "forms.tsv"
    lines = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    forms, questions = [form for form, _ in lines], [question for _, question in lines]
    names = sorted(set(forms))
    y = np.array([names.index(form) for form in forms])
    held = held_out(forms)
    x, of = embedded(questions, held)
    fitted = np.flatnonzero(~held)

    fact = names.index(FACT)
    strength, shares = chosen_strength(x, y, of, fitted, fact)
    sure = chosen_sure(shares, y[fitted], fact)
    model = fit(x, y, of, fitted, fact, strength)
    np.savez(
        FOLDER / "forms.npz",
        forms=names,
        weights=model.coef_.T.astype(np.float16),
        bias=model.intercept_.astype(np.float32),
        sure=sure,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
    )
    print(f"{len(fitted)} fitted, C {strength:g}, a form is believed from {sure:.2f} on")
    report("cross-validated", shares, y[fitted], sure, names)
    unseen = np.flatnonzero(held)
    report("held out", model.predict_proba(x[unseen]), y[unseen], sure, names)


def held_out(forms: list[str]) -> NDArray[np.bool_]:
    """Every third example of each form, by its place in the file."""
    seen: Counter[str] = Counter()
    held = []
    for form in forms:
        seen[form] += 1
        held.append(seen[form] % 3 == 0)
    return np.array(held)


def embedded(questions: list[str], held: NDArray[np.bool_]) -> tuple[NDArray[np.float32], Rows]:
    """Vectors of the questions, then of the variants of those to be fitted; of which each is."""
    chance = random.Random(0)
    texts, of = list(questions), list(range(len(questions)))
    for number in np.flatnonzero(~held).tolist():
        question = questions[number]
        for text in sorted({varied(question, chance) for _ in range(VARIANTS)} - {question}):
            texts.append(text)
            of.append(number)
    return np.stack([form_vector(text) for text in texts]), np.array(of)


def varied(question: str, chance: random.Random) -> str:
    """Return the question about other things, at times in lower case or without its mark."""

    def other(match: re.Match[str]) -> str:
        topic = chance.choice(OTHERS[match[0].lower()])
        return topic if match.start() else topic[0].upper() + topic[1:]

    text = TOPIC.sub(other, question)
    if question.islower() or chance.random() < 0.2:
        text = text.lower()
    return (text.rstrip("?.") or text) if chance.random() < 0.25 else text


def fit(x: NDArray[np.float32], y: Rows, of: Rows, rows: Rows, fact: int, strength: float) -> Any:  # noqa: ANN401
    """Fit examples with their variants, which count as one together, and then expect FACTS."""
    inside = np.isin(of, rows)
    weights = (1 / np.bincount(of))[of[inside]]
    model = LogisticRegression(C=strength, max_iter=300)
    model.fit(x[inside], y[of[inside]], sample_weight=weights)
    share = (y[rows] == fact).mean()
    model.intercept_[fact] += np.log(FACTS / (1 - FACTS) * (1 - share) / share)
    return model


def chosen_strength(
    x: NDArray[np.float32], y: Rows, of: Rows, fitted: Rows, fact: int
) -> tuple[float, NDArray[np.float64]]:
    """Return the C with the largest expected share of right ones in 5 folds, and what it gave."""
    tried = []
    for strength in STRENGTHS:
        shares = np.zeros((len(fitted), len(set(y))))
        folds = StratifiedKFold(5, shuffle=True, random_state=0).split(fitted, y[fitted])
        for others, fold in folds:
            model = fit(x, y, of, fitted[others], fact, strength)
            shares[fold] = model.predict_proba(x[fitted[fold]])
        right = expected(shares.argmax(1) == y[fitted], y[fitted], fact)
        tried.append((right, strength, shares))
        print(f"C {strength:g}: {right:.3f}")
    _, strength, shares = max(tried, key=lambda one: one[0])
    return strength, shares


def believed(shares: NDArray[np.float64], sure: float, fact: int) -> Rows:
    """Return the number of each one's form, as rag.question.form.form_of tells it."""
    return np.where(shares.max(1) < sure, fact, shares.argmax(1))


def expected(right: NDArray[np.bool_], y: Rows, fact: int) -> float:
    """Share of right ones if FACTS of what is asked are facts."""
    facts = y == fact
    return float(FACTS * right[facts].mean() + (1 - FACTS) * right[~facts].mean())


def chosen_sure(shares: NDArray[np.float64], y: Rows, fact: int) -> float:
    """Return the probability of SURE with the largest expected share of right ones."""
    tried: list[tuple[float, float]] = []
    for sure in SURE.tolist():
        right = believed(shares, sure, fact) == y
        tried.append((expected(right, y, fact), sure))
        facts, others = right[y == fact].mean(), right[y != fact].mean()
        print(f"from {sure:.2f}: {tried[-1][0]:.3f}, facts {facts:.3f}, others {others:.3f}")
    return max(tried)[1]


def report(title: str, shares: NDArray[np.float64], y: Rows, sure: float, names: list[str]) -> None:
    """Print the accuracy and how often each form is taken for which."""
    told = believed(shares, sure, names.index(FACT))
    print(f"\n{title}: {(told == y).mean():.3f} of {len(y)} right")
    print(" " * 12, *(f"{name[:6]:>6}" for name in names), " recall")
    for name, row in zip(names, confusion_matrix(y, told), strict=True):
        recall = row[names.index(name)] / row.sum()
        print(f"{name:12}", *(f"{count:6}" for count in row), f"{recall:7.3f}")


if __name__ == "__main__":
    main()
