"""The language of an article: recognised where it is clear, and taken as given."""

import pytest

from index.text.language import recognise_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The council passed its budget after a debate that went on until midnight.", "en"),
        ("Una tormenta cerró el puerto durante dos días, según la autoridad portuaria.", "es"),
        ("Ein Sturm hat den Hafen für zwei Tage geschlossen, wie die Behörde mitteilte.", "de"),
        ("أغلقت عاصفة الميناء لمدة يومين بحسب ما ذكرته السلطات المحلية يوم الاثنين", "ar"),
        ("Storm", None),
        ("12345 67890 12345 67890 12345 67890 12345 67890", None),
        ("", None),
    ],
)
def test_the_language_is_recognised_where_it_is_clear(text, language):
    assert recognise_language(text) == language


def test_a_language_that_is_given_stays(tmp_path, read):
    text = "The council passed its budget after a debate that went on until midnight."
    (tmp_path / "a.csv").write_text(f"text,language\n{text},en-SCO\n{text},\n")
    assert [item.article.language for item in read(tmp_path / "a.csv")] == ["en-SCO", "en"]
