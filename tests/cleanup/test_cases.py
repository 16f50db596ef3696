"""The golden cases in `cases/`."""

from __future__ import annotations

from collections import Counter

import pytest

from article_cleanup import CleanupConfig

from .cases import Case, load_cases
from .invariants import assert_invariants

CASES = list(load_cases())


def _params() -> list[object]:
    return [
        pytest.param(case, id=case.id, marks=pytest.mark.xfail(reason=case.fails, strict=True) if case.fails else ())
        for case in CASES
    ]


@pytest.mark.parametrize("case", _params())
def test_a_case_comes_out_as_it_should(case: Case) -> None:
    cleaned = assert_invariants(case.text, CleanupConfig.from_mapping(case.options))
    assert cleaned.text == case.expected
    assert tuple(removal.rule for removal in cleaned.removals) == case.rules


# Apart from the test above, so that a case that is expected to fail cannot hide a broken promise.
@pytest.mark.parametrize("case", [case for case in CASES if case.fails], ids=lambda case: case.id)
def test_a_case_that_comes_out_wrong_keeps_the_promises_all_the_same(case: Case) -> None:
    assert_invariants(case.text, CleanupConfig.from_mapping(case.options))


def test_every_case_has_a_name_of_its_own() -> None:
    names = Counter(case.id for case in CASES)
    assert [name for name, times in names.items() if times > 1] == []


def test_every_kind_of_damage_has_cases_that_look_like_it_and_are_not() -> None:
    kinds = {
        case.id.split(":")[0]: {
            bool(other.rules) for other in CASES if other.id.startswith(case.id.split(":")[0] + ":")
        }
        for case in CASES
    }
    assert [kind for kind, found in kinds.items() if False not in found] == []
