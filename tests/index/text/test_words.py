"""Words as they are compared: their places, their forms, their stems."""

from index.text.words import stem, words


def test_words_keep_their_places_and_meet_in_their_stems():
    text = "Norhaven's elected mayors won 1,200 votes in the US."
    found = words(text)
    assert [text[w.start : w.end] for w in found][:2] == ["Norhaven", "elected"]
    assert {"1200", "usa"} <= {w.form for w in found}
    assert stem("election") == stem("elected")
    assert stem("wins") == stem("won")
    assert stem("countries") == stem("country")
    assert stem("bridge") != stem("bride")
