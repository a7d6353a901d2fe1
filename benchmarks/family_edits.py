"""Made-up relatives and strangers of real articles, for ``benchmarks/families.py``.

Each edit does what a desk does to a text: trims it, rewords it, puts its own frame around it, or
brings the facts up to date. Strangers share frames, forms and quotes, and not the story.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from index.types import Article

Edit = Callable[[Article, Random, Article], Article]

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“])")
_FIGURE = re.compile(r"\b\d{1,3}(?:,\d{3})*\b(?![.,]?\d)")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{4,}\b")
# What sub-editors exchange without changing what is said.
_REWORDED = {
    "said": "told reporters", "killed": "left dead", "about": "around", "while": "as",
    "because": "since", "started": "began", "also": "too", "people": "persons",
    "however": "but", "according to": "as stated by", "announced": "made known",
    "more than": "over", "following": "after", "although": "though", "children": "youngsters",
    "reported": "noted", "several": "a number of", "large": "big", "percent": "per cent",
    "during": "in the course of", "police": "officers", "stated": "said", "which": "that",
    "attempted": "tried", "received": "got", "yesterday": "the day before", "near": "close to",
}  # fmt: skip
_SPELLED = (
    ("two", "four"), ("three", "eleven"), ("four", "seventeen"), ("five", "twenty-six"),
    ("six", "fourteen"), ("seven", "nineteen"), ("eight", "thirty"), ("nine", "forty-one"),
    ("ten", "sixteen"), ("dozens", "hundreds"), ("thousands", "hundreds"), ("second", "third"),
)  # fmt: skip
_OPPOSED = (
    ("won", "lost"), ("rose", "fell"), ("increased", "decreased"), ("more", "less"),
    ("arrested", "released"), ("approved", "rejected"), ("confirmed", "denied"),
    ("killed", "survived"), ("began", "ended"), ("started", "stopped"), ("north", "south"),
    ("supported", "opposed"), ("support", "oppose"), ("guilty", "innocent"), ("open", "closed"),
    ("allowed", "banned"), ("found", "lost"), ("against", "for"), ("higher", "lower"),
    ("before", "after"), ("after", "before"), ("all", "none"), ("first", "last"),
)  # fmt: skip
_NOTES = (
    "Correction: a person named in this report was released without charge.",
    "An earlier version of this story gave the wrong year for the first of these events.",
    "Clarification: the ministry had been asked for comment before publication.",
    "This article was amended on Friday: the sum was in dollars and not in euros.",
)
_STYLE = {
    "two": "2", "three": "3", "ten": "10", "percent": "per cent", "United States": "US",
    "organization": "organisation", "center": "centre", "toward": "towards", "10": "ten",
    "color": "colour", "defense": "defence", "cannot": "can't", "did not": "didn't",
    "was not": "wasn't", "while": "whilst", "among": "amongst", "program": "programme",
}  # fmt: skip
_FRAMES = (
    ("{place}, {day} (Wire) - ", "Sign up for our morning newsletter and never miss a story. You "
     "can leave at any time with one click. Read how we handle your data in our privacy notice."),
    ("By our staff at {place}. ", "This report was supplied by an agency and edited by our desk. "
     "Write to the editor with your view. Subscribers read without advertising from four a month."),
    ("Listen to this article. ", "Support independent reporting in {place}. Share this article. "
     "Follow us for breaking news. All rights reserved; do not republish without permission."),
)  # fmt: skip
_CONSENT = (
    "We and our partners store and access information on a device, such as cookies, and process "
    "personal data, such as unique identifiers, for personalised advertising, measurement, "
    "audience research and the development of services. With your permission we may use precise "
    "location data. You may click to consent to our processing as described above, or refuse to "
    "consent. Your preferences will apply to this website only. You can change them at any time "
    "by returning to this page and clicking on the privacy button at the bottom. Some processing "
    "may not require your consent, but you have a right to object to it."
)
_BOX = (
    "Never miss what matters. Our evening briefing brings the five stories of the day into your "
    "inbox, chosen by our editors, with the numbers that explain them. It is free and arrives at "
    "six. By signing up you agree to our terms and to the privacy notice; unsubscribe whenever "
    "you like. Thank you for reading. You have two free articles left this month."
)


def sentences(text: str) -> list[list[str]]:
    """Sentences of each paragraph."""
    return [_SENTENCE.split(paragraph) for paragraph in text.split("\n\n")]


def joined(paragraphs: list[list[str]]) -> str:
    """Text of paragraphs of sentences."""
    return "\n\n".join(" ".join(paragraph) for paragraph in paragraphs if paragraph)


def later(article: Article, rng: Random, most: int) -> str | None:
    """Day up to ``most`` days after the article's."""
    if article.day is None:
        return None
    return (date.fromisoformat(article.day) + timedelta(days=rng.randint(0, most))).isoformat()


def _other_headline(article: Article, rng: Random, other: Article) -> Article:
    flat = [s for p in sentences(article.text) for s in p if len(s.split()) > 8]
    words = rng.choice(flat[:4] or [article.title]).split()
    return replace(article, title=" ".join(words[: rng.randint(6, 10)]).rstrip(",.;"))


def light(article: Article, rng: Random, other: Article) -> Article:
    """Reword here and there, straighten quotation marks, drop a sentence."""
    text = article.text.replace("“", '"').replace("”", '"')
    for old, new in _REWORDED.items():
        if rng.random() < 0.6:
            text = re.sub(rf"\b{old}\b", new, text)
    paragraphs = sentences(text)
    if len(paragraphs) > 3 and len(paragraphs[-1]) > 1:
        paragraphs[-1].pop()
    return _other_headline(replace(article, text=joined(paragraphs)), rng, other)


def cut(article: Article, rng: Random, other: Article) -> Article:
    """Cut from the end, down to between 30% and 75% of the words."""
    goal = rng.uniform(0.3, 0.75) * len(article.text)
    kept: list[list[str]] = [[]]
    for paragraph in sentences(article.text):
        kept.append([])
        for sentence in paragraph:
            if sum(len(s) for p in kept for s in p) < goal:
                kept[-1].append(sentence)
    return replace(article, text=joined(kept))


def added(article: Article, rng: Random, other: Article) -> Article:
    """Put a paragraph of another desk at the end."""
    paragraphs = [p for p in other.text.split("\n\n") if 150 < len(p) < 700] or [other.text[:300]]
    return replace(article, text=article.text + "\n\n" + rng.choice(paragraphs))


def framed(article: Article, rng: Random, other: Article) -> Article:
    """Put an outlet's own words around the text."""
    head, tail = rng.choice(_FRAMES)
    place = rng.choice(("Ostry", "Varn", "Selm", "Halmin"))
    day = article.day or "today"
    text = head.format(place=place, day=day) + article.text + "\n\n" + tail.format(place=place)
    return replace(article, text=text)


def headline(article: Article, rng: Random, other: Article) -> Article:
    """Change the headline only."""
    return _other_headline(article, rng, other)


def desk(article: Article, rng: Random, other: Article) -> Article:
    """Do several of these at once: cut, reword, put into a frame."""
    return framed(light(cut(article, rng, other), rng, other), rng, other)


def figures(article: Article, rng: Random, other: Article) -> Article:
    """Raise up to three figures, as a toll or a count rises."""
    left = 3

    def raised(found: re.Match[str]) -> str:
        nonlocal left
        number = int(found[0].replace(",", ""))
        if left == 0 or 1900 < number < 2100 or rng.random() < 0.3:
            return found[0]
        left -= 1
        return f"{number + rng.randint(1, 9):,}"

    changed = _FIGURE.sub(raised, article.text)
    return replace(article, text=changed, published=later(article, rng, 2))


def correction(article: Article, rng: Random, other: Article) -> Article:
    """Put another name or figure in place of one, everywhere, and say so."""
    names = [name for name in _NAME.findall(article.text) if name in article.text]
    if not names:
        return figures(article, rng, other)
    wrong = rng.choice(names)
    right = rng.choice([n for n in _NAME.findall(other.text) if n != wrong] or ["Marlow"])
    text = re.sub(rf"\b{wrong}\b", right, article.text)
    title = re.sub(rf"\b{wrong}\b", right, article.title)
    text += "\n\nAn earlier version of this article gave a name wrongly."
    return replace(article, title=title, text=text, published=later(article, rng, 3))


def update(article: Article, rng: Random, other: Article) -> Article:
    """Put news on top and in between, in the same outlet, and drop a sentence or two."""
    paragraphs = sentences(article.text)
    news = [s for p in sentences(other.text) for s in p if 10 < len(s.split()) < 40][:6]
    rng.shuffle(news)
    subject = " ".join(article.title.split()[:5])
    lead = f"{subject}: {rng.randint(3, 60)} more were confirmed on {rng.choice(_DAYS)} evening, "
    lead += f"officials in {rng.choice(('Ostry', 'Varn', 'Selm'))} said, as the inquiry went on."
    if len(paragraphs) > 3:
        paragraphs[rng.randrange(1, len(paragraphs))].pop()
    paragraphs.insert(min(2, len(paragraphs)), news[:2])
    title = f"{article.title.rstrip('.')}: officials give new figures"
    text = joined([[lead], *paragraphs])
    return replace(article, title=title, text=text, published=later(article, rng, 2))


def _turned(article: Article, rng: Random, turns: Sequence[tuple[str, str]]) -> Article:
    """Put one thing in another's place in a sentence that it fits; else leave the article."""
    for old, new in rng.sample(turns, len(turns)):
        text, count = re.subn(rf"\b{old}\b", new, article.text, count=1)
        if count:
            return replace(article, text=text, published=later(article, rng, 2))
    return article


def spelled(article: Article, rng: Random, other: Article) -> Article:
    """Raise a number that is spelled."""
    return _turned(article, rng, _SPELLED)


def opposite(article: Article, rng: Random, other: Article) -> Article:
    """Say the opposite, as where a verdict was reported wrongly."""
    return _turned(article, rng, _OPPOSED)


def negated(article: Article, rng: Random, other: Article) -> Article:
    """Put in that it was not so."""
    return _turned(article, rng, [(w, f"{w} not") for w in ("was", "were", "has", "have", "is")])


def note(article: Article, rng: Random, other: Article) -> Article:
    """Append what was wrong, in another outlet."""
    text = f"{article.text}\n\n{rng.choice(_NOTES)}"
    return replace(article, text=text, published=later(article, rng, 2))


def toll(article: Article, rng: Random, other: Article) -> Article:
    """Put news behind the first paragraph, in another outlet."""
    paragraphs = article.text.split("\n\n")
    news = f"The number of those affected rose to {rng.randint(130, 980)} on {rng.choice(_DAYS)}, "
    news += f"after {rng.choice(('Ostry', 'Varn', 'Selm'))} county had sent its own count, a "
    news += f"spokesman for Governor {rng.choice(('Lindqvist', 'Okafor', 'Haddad'))} said."
    text = "\n\n".join([paragraphs[0], news, *paragraphs[1:]])
    return replace(article, text=text, published=later(article, rng, 2))


def restyled(article: Article, rng: Random, other: Article) -> Article:
    """Write single words as another desk's style book has them."""
    text = article.text
    for old, new in _STYLE.items():
        if rng.random() < 0.7:
            text = re.sub(rf"\b{old}\b", new, text)
    return replace(article, text=text)


def notice(article: Article, rng: Random) -> Article:
    """Show a consent page and nothing else under the story's headline."""
    return replace(
        article, id=f"notice-{article.id}", text=_CONSENT, url=f"https://e.org/{article.id}"
    )


COPIES: dict[str, Edit] = {
    "headline": headline, "light": light, "cut": cut, "added": added, "framed": framed,
    "desk": desk, "restyled": restyled,
}  # fmt: skip
VERSIONS: dict[str, Edit] = {
    "figures": figures, "correction": correction, "update": update, "spelled": spelled,
    "opposite": opposite, "negated": negated, "note": note, "toll": toll,
}  # fmt: skip
ELSEWHERE = frozenset({"note", "toll"})  # versions that another outlet prints
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _dated(number: int, identity: str, title: str, text: str, source: str) -> Article:
    day = (date(2020, 3, 2) + timedelta(days=number)).isoformat()
    return Article(identity, title, text, day, source)


def weather(number: int, rng: Random) -> Article:
    """Write a day's forecast."""
    day, town = _DAYS[number % 7], "Selm"
    text = (
        f"{town} can expect a {rng.choice(('dry', 'wet', 'bright', 'grey'))} {day} with a high of "
        f"{rng.randint(4, 24)} degrees. Winds from the "
        f"{rng.choice(('west', 'north', 'south'))} "
        f"will reach {rng.randint(8, 70)} kilometres an hour in the afternoon. The chance of rain "
        f"is {rng.randint(5, 95)} per cent. The night stays above {rng.randint(1, 9)} degrees.\n\n"
        f"The sun rises at 6.{rng.randint(10, 59)} and sets at 18.{rng.randint(10, 59)}. The "
        "pollen count is given by the regional observatory. Forecasts are revised every six hours. "
        "Skippers should listen to the coastal radio before they leave port."
    )
    return _dated(number, f"weather-{number}", f"Weather for {day}", text, "Selm Gazette")


def recall(number: int, rng: Random) -> Article:
    """Write a notice of another recalled product."""
    firm = rng.choice(("Acorn", "Brightfield", "Coldwater", "Dunmore", "Elmsley", "Foxglove"))
    firm += rng.choice((" Foods", " Bakery", " Farms", " Brothers", " Dairy"))
    product = rng.choice(
        ("peanut butter", "sliced ham", "baby spinach", "oat biscuits", "goat cheese", "muesli",
         "smoked salmon", "apple juice", "frozen berries", "tahini", "egg salad", "salami")
    )  # fmt: skip
    why = rng.choice(("salmonella", "listeria", "undeclared milk", "pieces of glass"))
    text = (
        f"{firm} is recalling its {product} because of {why}, the food authority said. The recall "
        f"covers lots {rng.randint(1000, 9999)} to {rng.randint(1000, 9999)} sold in "
        f"{rng.randint(2, 40)} shops.\n\nPeople who have bought the product should not eat it. "
        "They can return it to the store for a full refund, with or without a receipt. Anyone who "
        "feels unwell after eating it should see a doctor. Retailers will display notices where "
        "the product was sold. The authority publishes all recalls on its website and updates the "
        "list daily."
    )
    title = f"{firm} recalls {product} over {why}"
    return _dated(number, f"recall-{number}", title, text, "Food Authority")


def market(number: int, rng: Random) -> Article:
    """Write a day's report from the exchange."""
    day = _DAYS[number % 5]
    way = rng.choice(("rose", "fell"))
    text = (
        f"Shares in Vardena {way} on {day}, with the main index closing at "
        f"{rng.randint(3000, 9000)} points, {rng.randint(1, 30)} points from the day before. "
        f"Volume was {rng.randint(20, 90)} million crowns. The crown traded at "
        f"{rng.randint(7, 9)}.{rng.randint(10, 99)} to the euro. Brent crude cost "
        f"{rng.randint(40, 90)} dollars a barrel.\n\nShares of Halmin Port were "
        "among the most traded. The exchange opens at nine and closes at half past four. Prices "
        "are delayed by fifteen minutes. This report was made automatically from exchange data."
    )
    title = f"Vardena shares {way} on {day}"
    return _dated(number, f"market-{number}", title, text, "Vardena Gazette")


def watch(number: int, rng: Random) -> Article:
    """Write how to watch another match."""
    clubs = ("Ostry", "Varn", "Halmin", "Drevna", "Tchermej", "Korsk", "Lund", "Marsk", "Pelno")
    home, away = rng.sample(clubs, 2)
    text = (
        f"{home} play {away} in the league on {rng.choice(_DAYS)}. Here is how to watch the match "
        "wherever you are.\n\nKick-off is at "
        f"{rng.randint(13, 21)}.{rng.choice(('00', '15', '30', '45'))} local time. The match is "
        "shown live on the sports channel, and subscribers can stream it in the app on phones, "
        "tablets and televisions. If you are abroad you may need a virtual private network to "
        "reach your usual service. We test them every month, and our guide lists the best. "
        f"{home} have won {rng.randint(1, 9)} of the last ten meetings. Highlights follow on the "
        "public channel after the late news."
    )
    title = f"{home} vs {away}: how to watch, live stream, TV channel"
    return _dated(number, f"watch-{number}", title, text, "Sports Desk")


def consent(article: Article, rng: Random) -> Article:
    """Show the first sentences of a story behind a consent page."""
    flat = [s for p in sentences(article.text) for s in p][:3]
    return replace(article, id=f"consent-{article.id}", text=_CONSENT + "\n\n" + " ".join(flat))


def boxed(article: Article, rng: Random) -> Article:
    """Show the beginning of a story with a newsletter's box in it."""
    head = cut(article, rng, article).text[:900]
    return replace(article, id=f"boxed-{article.id}", text=f"{head}\n\n{_BOX}")


def quoting(article: Article, other: Article, rng: Random) -> Article:
    """Let another story repeat two sentences of a first one, as reports of one event do."""
    flat = [s for p in sentences(other.text) for s in p if len(s.split()) > 8]
    quoted = " ".join(flat[1:3])
    text = f"{article.text}\n\n{quoted}"
    return replace(article, id=f"quoting-{article.id}", text=text, published=other.published)


FORMS = {"even": (weather, recall), "odd": (market, watch)}
