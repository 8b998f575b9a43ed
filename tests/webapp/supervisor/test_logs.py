from pathlib import Path

from webapp.supervisor import logs


def test_a_big_log_moves_aside_and_a_writer_goes_on_at_its_start(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"x" * 200)
        assert logs.rotate(log, max_bytes=100)
        writer.write(b"after")
    assert log.read_bytes() == b"after"
    assert (tmp_path / "web.log.1").read_bytes() == b"x" * 200


def test_a_small_or_missing_log_stays(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    assert not logs.rotate(log)
    log.write_text("short")
    assert not logs.rotate(log, max_bytes=5)
    assert log.read_text() == "short"


def test_only_the_last_run_is_read(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "web.log"
    for word in ("old", "new"):
        logs.mark_start(log)
        with log.open("a") as file:
            file.write(f"{word} one\n\n{word} two\n")
    assert logs.since_start(log) == "new one\n\nnew two\n"
    assert logs.last_lines(log) == "    new one\n    new two"
    assert logs.last_lines(log, count=1) == "    new two"


def test_a_log_longer_than_what_is_read_still_has_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    logs.mark_start(log)
    with log.open("a") as file:
        file.write("line\n" * 20_000 + "end\n")
    assert logs.last_lines(log, count=1) == "    end"
    assert len(logs.since_start(log)) <= logs.TAIL_BYTES


def test_a_missing_log_is_empty(tmp_path: Path) -> None:
    assert logs.since_start(tmp_path / "none.log") == ""
