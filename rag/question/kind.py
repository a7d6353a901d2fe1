"""What kind of answer a question wants, by its form alone."""

from __future__ import annotations

import re

from rag.question.speech import ASKS_WHO

_START = r"^(?:and |so |but |then |ok |also |in which case,? |for |to |at |by |from |on |of |in )*"
# "What did she share?" and "What did the Times say?" ask for no number.
_NO_VERB = r"(?!did|does|do|has|have|had|will|would|can|could)"
_WANTS = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            "claim",
            r"\bwho(?:se)?\b[^?]*\b(?:claim(?:ed|s|ing)?|took|taken|admitted)\b(?! to be)"
            r"[^?]*\b(?:responsib\w+|attacks?|bomb\w*|blasts?|explosions?|strikes?|shootings?|"
            r"rockets?|killings?|raids?|assault|massacre|hack)\b|"
            r"\bwho(?:m)? (?:is|was|were|are|has been|have been|had been|did \w+) (?:\w+ )?"
            r"(?:blame[ds]?|suspect(?:ed)?|accused|behind|responsible)\b|"
            r"\bwho (?:carried out|conducted|launched|staged|planted|fired)\b|"
            r"\bwh(?:ich|at) (?:\w+ ){0,3}?(?:claimed|said it (?:had|was)|took responsibility)",
        ),
        ("speaker", ASKS_WHO),
        (
            "number",
            r"\bhow (?:many|much|far|long|old|big|large|wide|tall|high|deep|fast|heavy|hot|cold|"
            r"often|close|strong|hard|few|costly)\b|"
            r"\bwhat (?:did|does|do|will|would)\b[^,]*\bcost\b|\bby what margin\b|"
            rf"\b(?:what|which)(?:['’]s)? (?:{_NO_VERB}\w+ ){{0,3}}?"
            r"(?:number|share|percentage|proportion|price|amount|magnitude|score|cost|sum|total|rate|margin|toll|fraction|count|speed|"
            r"size|distance|(?-i:times?)|age|salary|fine|temperature|height|length|weight|"
            rf"population|diameter)\b|\bwhat (?:{_NO_VERB}\w+ ){{0,2}}?figure\b",
        ),
        (
            "date",
            r"^(?:\w+ )?when\b[^,]*$|"
            r"\bwhen (?:did|was|were|will|is|are|had|has|does|do|would|can|could)\b|"
            r"\b(?:what|which|whose) (?:\w+ )?(?:day|date|year|month|decade|century|week)\b|"
            r"\bsince when\b|\bhow (?:long ago|soon|recently)\b",
        ),
        (
            "reason",
            r"\bwhy\b|\bhow come\b|"
            r"\bwhat (?:\w+ )?(?:caused?|led|prompted|reasons?|made|motivated)\b",
        ),
        (
            "place",
            r"\bwhere\b|"
            r"\b(?:what|which) (?:\w+ )?(?:country|city|state|town|place|continent|region|"
            r"province|island|village|district|county|nation|river|lake|street|airport)\b",
        ),
        ("person", r"\bwho(?:m|se)?\b|\bname(?: the)? (?:\w+ )?(?:person|man|woman|people)\b"),
        (
            "yes_no",
            _START + r"(?:is|are|was|were|did|do|does|has|have|had|can|could|will|would|should)\b",
        ),
    )
)
_HEALTH_BODY = re.compile(r"\bWHO\b")


def wanted_kind(question: str) -> str:
    """Kind of answer: "claim", "speaker", "number", "date", "reason", "place", … or "text"."""
    if not question.isupper():
        question = _HEALTH_BODY.sub("", question)  # asks for nobody
    for kind, pattern in _WANTS:
        if pattern.search(question):
            return kind
    return "text"
