"""Cleaning: what is folded, removed and dropped, and that nothing else changes."""

import textwrap
import unicodedata

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index.text.clean import clean_article, clean_text, clean_title
from index.text.words import is_divider
from index.types import Article

LEAD = "A rocket strike targeted the airbase around 9 pm, injuring several US personnel."
STATEMENT = "“We reject all reckless actions,” read the statement of the Iraqi command."
REACTION = "The US has responded with several strikes, condemned by the Iraqi government."
QUESTION = "Do you believe that the climate bill will pass the senate this year?"

ZWNJ, ZWJ = "\u200c", "\u200d"
REMOVED = {
    *map(chr, range(0x200B, 0x2010)),
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2060, 0x2070)),
    "\xad",
    "\ufeff",
    "\u061c",
}

# The first draw builds tables of Unicode, which takes seconds on a busy machine.
properties = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Fragments that meet each other in every order: words, white space, what nobody sees, emoji.
fragments = st.sampled_from(
    [LEAD, STATEMENT, QUESTION, "Yes.", "said", "U.S.", "12", "1. ", "• ", "می", "شود", "क्", "ष"]
    + [" ", "\t", "\n", "\n\n", "\r\n", "\r", "\xa0", "\u2009", "\u2028", "\u2029", "\x85", "\x1f"]
    + [ZWNJ, ZWJ, "\u200b", "\u202e", "\xad", "\x00", "\ud800", "👩", "💻", "❤\ufe0f", "🏴"]
    + ["\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "\U000e0061"]
)
texts = st.lists(fragments).map("".join) | st.text() | st.text("aB. \n" + ZWJ)


def article(title: str, text: str, **fields: str | None) -> Article:
    return Article(id="a", title=title, text=text, **fields)


def paragraphs(*parts: str) -> str:
    return "\n\n".join(parts)


# White space


def test_white_space_inside_a_paragraph_becomes_one_space():
    assert clean_text("  The\xa0 army\t\u2009said \n") == "The army said"


def test_paragraphs_are_separated_by_exactly_one_blank_line():
    assert clean_text(f"\n{LEAD}\n \t\n\n\n{REACTION}\n\n") == paragraphs(LEAD, REACTION)


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\r\r\n", "\u2028", "\u2029", "\f"])
def test_in_a_text_with_one_paragraph_a_line_each_line_is_a_paragraph(line_break):
    assert clean_text(LEAD + line_break + REACTION) == paragraphs(LEAD, REACTION)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("because apostasy is", "punishable by death in thirteen countries."),
        ("The embassy said on Monday,", "Ambassador Smith will travel home."),
        ("The archbishop", ", who was not there, sent his greetings."),
        ("The planet is surrounded by an atmosphere of carbon dioxide (CO", "2). It is hot."),
    ],
)
def test_a_sentence_that_runs_on_over_a_line_break_is_joined(before, after):
    assert clean_text(f"{before}\n{after}") == f"{before} {after}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Friday, March 29, 2019", "Toronto Comicon returned to its city."),
        ("At Ballot Access News, Seidenberg commented:", '"She is not eligible."'),
        ("1. Unofficial results", "2. Relative to seats at dissolution"),
        ("• Best film", "• Best actor"),
        ("He called it “a mistake.”", "iPhone sales fell in the same week."),
    ],
)
def test_headings_lists_and_finished_sentences_stay_apart(before, after):
    assert clean_text(f"{before}\n{after}") == paragraphs(before, after)


def test_hard_wrapped_lines_are_joined_to_their_paragraph():
    wrapped = (
        "The Iraqi joint operations command in Baghdad condemned any\n"
        "attacks on military bases on Tuesday. Lloyd Austin, the US\n"
        "Secretary of Defense, said that the attack was conducted by\n"
        "Iran-aligned militia.\n"
    )
    assert clean_text(wrapped) == wrapped.replace("\n", " ").strip()


def test_a_list_of_lines_of_any_length_is_not_taken_for_hard_wrapping():
    lines = ["Best picture: The Long Way Home to the Sea", "Actor: Ann Lee", "Song: Nothing at All"]
    assert clean_text("\n".join(lines)) == paragraphs(*lines)


# Characters


@pytest.mark.parametrize("hidden", sorted(REMOVED))
def test_characters_that_nobody_sees_are_removed(hidden):
    assert clean_text(f"gov{hidden}ernment") == "government"


def test_control_characters_and_lone_surrogates_are_removed():
    assert clean_text("a\x00b\x08c\x7fd\x9fe\ud83df") == "abcdef"


def test_quotes_dashes_accents_and_ligatures_stay_as_they_are():
    text = "“Nay” — l\u2019e\u0301te\u0301, ﬁfth, ½, ‘so’…"
    assert clean_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        f"می{ZWNJ}شود",  # Persian: two parts of one word
        f"अन्{ZWJ}त्{ZWJ}योदय",  # Hindi: half forms
        f"ന്{ZWJ} ",  # Malayalam: a final letter of its own
        f"👩{ZWJ}💻",
        f"❤\ufe0f{ZWJ}🔥",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # flag of England
    ],
)
def test_joiners_stay_where_they_carry_meaning(text):
    assert clean_text(text) == text.strip()


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (f"Wikinews{ZWJ}'s report", "Wikinews's report"),
        (f"language: {ZWJ}Prawo", "language: Prawo"),
        (f"wo{ZWNJ}rd", "word"),
        (f"می{ZWNJ}{ZWNJ}شود", f"می{ZWNJ}شود"),
        (f"👩{ZWJ} said", "👩 said"),
        ("vote\U000e0061\U000e0062", "vote"),  # tag characters: hidden text
    ],
)
def test_joiners_and_tags_go_where_they_carry_none(text, cleaned):
    assert clean_text(text) == cleaned


# Repeats


def test_an_article_whose_second_half_is_repeated_is_kept_once():
    # The form of the seed article: one paragraph a line, no blank lines.
    half = [LEAD, STATEMENT, REACTION]
    assert clean_text("\n".join(half + half)) == paragraphs(*half)


def test_a_short_crosshead_inside_a_repeated_passage_goes_with_it():
    half = [LEAD, "By the numbers", STATEMENT]
    assert clean_text(paragraphs(*half, *half)) == paragraphs(*half)


def test_short_answers_and_questions_of_an_interview_are_kept():
    interview = paragraphs(QUESTION, "Yes.", "Why?", "No comment.", QUESTION, "No.", "Why?", "Yes.")
    assert clean_text(interview) == interview


@pytest.mark.parametrize(
    "between", ["_" * 60, "* * *", "———", "Updated at 10:35 a.m. EST on Tuesday, March 4, 2025"]
)
def test_what_parts_items_is_no_repeat(between):
    items = paragraphs(LEAD, between, STATEMENT, between, REACTION)
    assert clean_text(items) == items
    assert clean_text(items.replace("\n\n", "\n")) == items


@pytest.mark.parametrize(
    ("again", "left"),
    [
        (["* * *", LEAD], ["* * *"]),
        ([LEAD, "* * *"], ["* * *"]),
        (["* * *", "10:35", LEAD, "10:40", "* * *"], ["10:40", "* * *"]),
        ([LEAD, "* * *", STATEMENT], []),
    ],
)
def test_items_stay_apart_where_a_repeat_goes(again, left):
    items = [LEAD, "10:40", STATEMENT, "10:35", "* * *", QUESTION]
    assert clean_text(paragraphs(*items, *again, REACTION)) == paragraphs(*items, *left, REACTION)
    assert clean_text(paragraphs(*items, *again)) == paragraphs(*items)


@pytest.mark.parametrize("width", [44, 60, 80])
def test_a_rule_among_wrapped_lines_is_a_paragraph(width):
    wrapped = ["\n".join(textwrap.wrap(f"{LEAD} {STATEMENT}", width)) for _ in range(2)]
    rule = "-" * width
    text = f"{wrapped[0]}\n{rule}\n{wrapped[1].upper()}"
    assert rule in clean_text(text).split("\n\n")


def test_repeats_that_differ_in_case_are_kept():
    assert clean_text(paragraphs(LEAD, LEAD.upper())) == paragraphs(LEAD, LEAD.upper())


# Articles


def test_a_first_paragraph_that_repeats_the_headline_is_dropped():
    cleaned = clean_article(article("Bases attacked ", paragraphs("Bases\xa0attacked", LEAD)))
    assert cleaned == article("Bases attacked", LEAD)


def test_a_news_flash_that_is_its_headline_keeps_its_text():
    flash = article("President resigns", "President resigns")
    assert clean_article(flash) == flash


@pytest.mark.parametrize("text", ["", " \n\xa0", "\u200b\ufeff\n\x00"])
def test_an_article_without_words_is_none(text):
    assert clean_article(article("Headline", text)) is None


def test_the_other_fields_are_folded_and_empty_ones_are_none():
    cleaned = clean_article(article("T", LEAD, source=" The\n Age\u200b", author="\u200b", url=""))
    assert cleaned == article("T", LEAD, source="The Age", author=None, url=None)


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "text",
    ["T\n\n", "\r", "a\n", f"ا{ZWNJ}", ZWNJ, '!"', "🏴\U000e0061", " \n", "a,\n", f"{QUESTION}\n"],
)
def test_time_grows_with_the_length_and_not_with_its_square(text):
    clean_article(article("T", text * 300_000))


# Properties


@properties
@given(texts)
@example("\n".join([LEAD, QUESTION, LEAD, QUESTION, "Yes.", LEAD]))
def test_cleaning_twice_gives_what_cleaning_once_gives(text):
    assert clean_text(clean_text(text)) == clean_text(text)
    assert clean_title(clean_title(text)) == clean_title(text)


@properties
@given(texts, texts)
def test_cleaning_an_article_twice_gives_what_cleaning_once_gives(title, text):
    cleaned = clean_article(article(title, text, source=title))
    assert cleaned is None or clean_article(cleaned) == cleaned


@properties
@given(texts)
def test_nothing_is_added_and_order_is_kept(text):
    source = iter("".join(text.split()))
    assert all(character in source for character in "".join(clean_text(text).split()))


@properties
@given(texts)
def test_no_character_is_left_that_nobody_sees(text):
    left = clean_text(text).replace("\n\n", "")
    assert not {c for c in left if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}}
    assert not (REMOVED - {ZWNJ, ZWJ}) & set(left)
    assert not {c for c in left if c.isspace() and c != " "}


@properties
@given(texts)
def test_long_statements_stand_once(text):
    cleaned = clean_text(text).split("\n\n")
    long = (part for part in cleaned if len(part) >= 40 and not is_divider(part))
    statements = [part for part in long if "?" not in part]
    assert len(statements) == len(set(statements))


@properties
@given(texts)
def test_paragraphs_are_neither_empty_nor_padded(text):
    cleaned = clean_text(text)
    assert cleaned == "" or all(part == part.strip() != "" for part in cleaned.split("\n\n"))
