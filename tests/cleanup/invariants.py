"""What holds of every cleanup, whatever the text."""

from __future__ import annotations

from article_cleanup import RULES_VERSION, CleanedArticle, CleanupConfig, clean, restore


def assert_invariants(text: str, config: CleanupConfig | None = None) -> CleanedArticle:
    """Clean `text`, and hold the result to all that is promised of it. Returns the result."""
    config = config or CleanupConfig()
    cleaned = clean(text, config)
    assert restore(cleaned) == text
    assert_covers_once(cleaned, text)
    assert_output_is_kept_text(cleaned, text)
    assert_removals_are_explained(cleaned, text)
    assert_is_settled(cleaned.text, config)
    assert cleaned.rules_version == RULES_VERSION
    return cleaned


def assert_covers_once(cleaned: CleanedArticle, text: str) -> None:
    """Kept and removed spans cover every character of the source once, but for white space around them."""
    covered = bytearray(len(text))
    for span in [*cleaned.kept, *(removal.span for removal in cleaned.removals)]:
        assert len(span) > 0
        assert not any(covered[span.start : span.end]), f"{span} stands in two places"
        covered[span.start : span.end] = b"\1" * len(span)
    lost = [(at, text[at]) for at, times in enumerate(covered) if not times and not text[at].isspace()]
    assert not lost, f"neither kept nor removed: {lost[:5]}"


def assert_output_is_kept_text(cleaned: CleanedArticle, text: str) -> None:
    """The output is the kept spans' own characters with white space between, and nothing else."""
    assert len(cleaned.separators) == len(cleaned.kept) + 1
    assert not "".join(cleaned.separators).strip()
    pieces = [cleaned.separators[0]]
    for span, separator in zip(cleaned.kept, cleaned.separators[1:], strict=True):
        pieces += [span.of(text), separator]
    assert "".join(pieces) == cleaned.text


def assert_removals_are_explained(cleaned: CleanedArticle, text: str) -> None:
    """Removals stand in the order of the source, trimmed, each with its text, a rule and a reason."""
    spans = [removal.span for removal in cleaned.removals]
    assert spans == sorted(spans)
    for removal in cleaned.removals:
        assert removal.text == removal.span.of(text) == removal.text.strip() != ""
        assert removal.rule == removal.rule.lower().replace(" ", "-") != ""
        assert removal.reason.strip()
        assert removal.score is None or 0 <= removal.score <= 1
        if removal.duplicate_of is not None:
            assert removal.duplicate_of.of(text).strip()
            assert removal.duplicate_of != removal.span


def assert_is_settled(text: str, config: CleanupConfig) -> None:
    """A clean article is not changed by another cleanup."""
    again = clean(text, config)
    assert (again.text, again.removals) == (text, ())
