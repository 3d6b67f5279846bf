"""Bundles: a zip of an app's folder is read back as it was; hostile ones are refused by class, quickly and in little memory."""

from __future__ import annotations

import io
import resource
import time
import zipfile

import pytest

from forms_dsl.bundle import read_bundle, write_bundle
from forms_dsl.diagnostics import Diagnostic
from forms_dsl.load import load_app
from tests.forms_dsl.small_app import FILES


def packed(*entries: tuple[str, bytes], **more: int) -> bytes:
    """A zip with these entries, whatever their names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in entries:
            info = zipfile.ZipInfo("x")
            info.filename, info.compress_type = path, zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return buffer.getvalue()


def refused(data: bytes) -> list[tuple[str, str | None]]:
    """Code and class of what is found; nothing is read."""
    bundle = read_bundle("app.zip", data)
    assert {} == bundle.files
    return [(one.code, one.refusal) for one in bundle.diagnostics]


def test_a_bundle_is_read_back_as_it_was_written() -> None:
    """The same files, the same bytes each time; a folder around everything and files that are no definitions are left off."""
    data = write_bundle(FILES)
    around = packed(*((f"small/{path}", text.encode()) for path, text in FILES.items()), ("small/README.md", b"# mine"))

    assert dict(FILES) == read_bundle("app.zip", data).files
    assert data == write_bundle(dict(reversed(FILES.items())))
    assert dict(FILES) == read_bundle("app.zip", around).files


@pytest.mark.parametrize(
    "path",
    ["../app.yaml", "a/../../b.yaml", "/etc/app.yaml", "..\\app.yaml", "a\\..\\..\\w.yaml", "C:/app.yaml", "//host/share.yaml",
     "entities//a.yaml", "./app.yaml", "entities/\x01.yaml", "entities/" + "a" * 300 + ".yaml"],
)  # fmt: skip
def test_paths_that_lead_elsewhere_are_refused(path: str) -> None:
    """No climbing, root, drive, share, backslash, control character or endless name; nothing of the bundle is taken."""
    assert [("B002", "BND-PATH")] == refused(packed(("app.yaml", b"app: a"), (path, b"x: 1")))


def test_bombs_are_refused_in_no_time_and_little_memory() -> None:
    """What comes out is counted while it comes, whatever the headers say; many entries and twins are refused unread."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bomb = packed(("app.yaml", b"\0" * (200 << 20)))
    nested = packed(("inner.zip", bomb), ("app.yaml", b"app: a"))
    many = packed(*((f"lists/a{number}.yaml", b"") for number in range(2001)))
    lying = bytearray(bomb)
    at = lying.index(b"PK\x01\x02")
    lying[at + 24 : at + 28] = (10).to_bytes(4, "little")
    made = time.perf_counter()

    assert [("B003", "BND-SIZE")] == refused(bomb)
    assert refused(bytes(lying))[0][0] in ("B001", "B003")
    assert [("B004", "BND-LIMIT")] == refused(many)
    assert [("B004", "BND-LIMIT")] == refused(packed(("app.yaml", b""), ("App.yaml", b"")))
    # An archive within is no definition, and is not opened.
    assert "S004" in {one.code for one in load_app(read_bundle("app.zip", nested).files).diagnostics}
    assert time.perf_counter() - made < 2
    assert began < made
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600_000


def test_what_is_no_zip_says_so() -> None:
    """Other bytes, a cut and a damaged zip are refused with a sentence."""
    good = packed(("app.yaml", b"app: a\n" * 500))
    damaged = bytearray(good)
    damaged[45:60] = b"\xff" * 15

    for data in (b"", b"not a zip", good[: len(good) // 2], bytes(damaged)):
        assert [("B001", "DEF-SHAPE")] == refused(data)


def test_a_refusal_speaks_both_languages() -> None:
    """Each finding has both sentences."""
    found: Diagnostic = read_bundle("app.zip", b"x").diagnostics[0]

    assert found.message.startswith("This is no zip file")
    assert "zip" in found.message_in("zh")
