"""The emulated AWS as a process: found when it runs, told of when it does not, and never taken for another."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.emulator import Emulator, LocalStackError, without_aws
from local.stack import Stack


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path)
    yield emulator
    emulator.stop()


def test_it_starts_is_found_again_and_stops(emulator: Emulator) -> None:
    emulator.start(port=0)
    assert emulator.is_running()
    assert Emulator(emulator.home).is_running()
    assert Emulator(emulator.home).stop()
    assert not emulator.is_running()
    assert not emulator.stop()


def test_two_of_them_do_not_take_each_other_s_port_or_place(emulator: Emulator, tmp_path: Path) -> None:
    other = Emulator(tmp_path / "other")
    emulator.start()
    other.start()
    try:
        assert emulator.endpoint != other.endpoint
        port = emulator.endpoint.rpartition(":")[2]
        (other.home / "emulator.json").write_text(json.dumps({"pid": os.getpid(), "port": int(port)}))
        assert not other.is_running()
    finally:
        (other.home / "emulator.json").write_text(json.dumps({"pid": other._process.pid, "port": 0}))  # type: ignore[union-attr]  # noqa: SLF001
        other.stop()


def test_one_that_died_can_be_started_again(emulator: Emulator) -> None:
    emulator.start(port=0)
    os.killpg(json.loads((emulator.home / "emulator.json").read_text())["pid"], signal.SIGKILL)
    assert emulator._process is not None  # noqa: SLF001
    emulator._process.wait()  # noqa: SLF001
    assert not emulator.is_running()
    emulator.start(port=0)
    assert emulator.is_running()


def test_one_that_keeps_its_state_goes_on_with_it(tmp_path: Path) -> None:
    stack = Stack(tmp_path, keeps_state=True)
    stack.emulator.start(port=0)
    try:
        endpoint = stack.emulator.endpoint
        stack.s3.create_bucket(Bucket="kept")
        stack.s3.put_object(Bucket="kept", Key="a.txt", Body=b"The ferry returns.")
        queue = stack.sqs.create_queue(QueueName="kept")["QueueUrl"]
        stack.sqs.send_message(QueueUrl=queue, MessageBody="a.txt")
        stack.restart()
        assert stack.emulator.endpoint == endpoint
        assert stack.s3.get_object(Bucket="kept", Key="a.txt")["Body"].read() == b"The ferry returns."
        assert [message["Body"] for message in stack.sqs.receive_message(QueueUrl=queue)["Messages"]] == ["a.txt"]
    finally:
        stack.stop()


def test_one_that_ends_as_it_starts_is_told_with_the_end_of_its_log(emulator: Emulator) -> None:
    emulator.start(port=0)
    emulator.stop()
    (emulator.home / "server.pem").write_text("no certificate")
    with pytest.raises(LocalStackError, match=r"(?s)ended as it started.*\[SSL\]"):
        emulator.start(port=0)


def test_a_port_that_is_taken_is_named(emulator: Emulator) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(LocalStackError, match=f"Port {port} is taken"):
            emulator.start(port=port)


def test_nothing_is_asked_of_one_that_was_not_started(emulator: Emulator) -> None:
    with pytest.raises(LocalStackError, match="make up"):
        _ = emulator.endpoint


def test_its_programs_find_neither_the_account_nor_the_code_of_whoever_works_here() -> None:
    environment = without_aws(
        {"PATH": "/bin", "AWS_PROFILE": "mine", "AWS_ACCESS_KEY_ID": "AKIA", "PYTHONPATH": "functions", "HOME": "/me"}
    )
    assert environment.keys() - {"PATH", "HOME"} == {
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_EC2_METADATA_DISABLED",
    }
    assert environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
