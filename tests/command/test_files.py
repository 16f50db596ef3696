"""Files that are written whole or not at all: what an interrupt does to them."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from article_cleanup_command.files import write_whole


@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_waits_until_a_file_is_in_its_place(
    with_signal: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        os.kill(os.getpid(), with_signal)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    # What is started from a script's background is deaf to Ctrl-C; and a run takes the one signal as the other.
    before = {each: signal.signal(each, signal.default_int_handler) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        with pytest.raises(KeyboardInterrupt):
            write_whole(tmp_path / "a.txt", b"The ferry returns.\n")
        assert all(signal.getsignal(each) is signal.default_int_handler for each in before)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.txt", b"The ferry returns.\n")]
