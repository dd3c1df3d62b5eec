"""Labels go out to label tools and come back, equal where nothing was corrected; a bad file leaves nothing behind."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
import pytest

from domain.captures import Capture
from tests.api.labels.kept import kept, stored

PATH = "/api/v1/venues/town/captures"
POINT = {"shape": "point", "x": 100.25, "y": 60}
Files = dict[str, bytes]


@pytest.fixture
async def captures(engineer: httpx.AsyncClient, world_url: str, tmp_path: Path) -> list[Capture]:
    """Three accepted ones: one with a point besides, one with nobody in it."""
    several = [kept(tmp_path, place, **({"boxes": ()} if place == 2 else {})) for place in range(3)]
    await stored(world_url, *several)
    for place, one in enumerate(several):
        url = f"{PATH}/{one.capture_id}"
        revision = 1
        if place == 1:
            labels = [*(await engineer.get(url)).json()["labels"], POINT]
            saved = await engineer.put(f"{url}/labels", json={"revision": 1, "labels": labels})
            revision = saved.json()["capture"]["revision"]
        assert (await engineer.post(f"{url}/accept", json={"revision": revision})).status_code == 200
    return several


async def labels_of(client: httpx.AsyncClient, captures: list[Capture]) -> list[object]:
    stories = [(await client.get(f"{PATH}/{one.capture_id}")).json() for one in captures]
    return [sorted(story["labels"], key=json.dumps) for story in stories]


async def exported(client: httpx.AsyncClient, kind: str) -> bytes:
    answer = await client.get(f"{PATH}/export", params={"format": kind})
    assert answer.status_code == 200, answer.text
    return answer.content


async def import_of(client: httpx.AsyncClient, kind: str, content: bytes, **query: object) -> httpx.Response:
    return await client.post(f"{PATH}/import", params={"format": kind, **query}, content=content)  # type: ignore[arg-type]


def unpacked(content: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


async def test_what_is_exported_comes_back_equal(engineer: httpx.AsyncClient, captures: list[Capture]) -> None:
    before = await labels_of(engineer, captures)
    for kind in ("yolo", "coco"):
        answer = await import_of(engineer, kind, await exported(engineer, kind))
        assert answer.status_code == 200, answer.text
        assert answer.json()["changed"] == []
        assert len(answer.json()["unchanged"]) == 3
    assert await labels_of(engineer, captures) == before, "points are not in YOLO's files, and stay"


async def test_an_archive_holds_what_a_label_tool_looks_for(
    engineer: httpx.AsyncClient, captures: list[Capture], tmp_path: Path
) -> None:
    files = unpacked(await exported(engineer, "yolo"))
    for one in captures:
        name = one.capture_id.hex
        assert files[f"images/{name}.jpg"] == (tmp_path / "captures" / one.file).read_bytes()
    assert files[f"labels/{captures[2].capture_id.hex}.txt"] == b"", "nobody is in it, and that is said"
    first, second = files[f"labels/{captures[0].capture_id.hex}.txt"].decode().splitlines()
    assert first == "0 0.09453125 0.29218750 0.12656250 0.41770833"
    assert second.startswith("1 ")
    assert b"0: person" in files["data.yaml"]


async def test_corrected_labels_are_taken_in_the_users_name(
    engineer: httpx.AsyncClient, captures: list[Capture]
) -> None:
    files = unpacked(await exported(engineer, "yolo"))
    name = f"labels/{captures[0].capture_id.hex}.txt"
    corrected = {f"task 7/{name}": files[name].splitlines(keepends=True)[0] + b"1 0.5 0.5 0.1 0.1\n"}
    answer = await import_of(engineer, "yolo", packed(corrected), accept=True)
    assert (answer.status_code, answer.json()["changed"]) == (200, [str(captures[0].capture_id)])
    story = (await engineer.get(f"{PATH}/{captures[0].capture_id}")).json()
    assert [(one["name"], one["source"]) for one in story["labels"]] == [("person", "model"), ("head", "person")]
    assert [one["action"] for one in story["changes"]] == ["accepted", "imported", "accepted"]
    assert story["capture"]["state"] == "accepted"


async def test_labels_that_were_changed_since_are_not_overwritten(
    engineer: httpx.AsyncClient, captures: list[Capture]
) -> None:
    coco = await exported(engineer, "coco")
    url = f"{PATH}/{captures[2].capture_id}"
    saved = await engineer.put(f"{url}/labels", json={"revision": 2, "labels": [POINT]})
    assert saved.status_code == 200
    before = await labels_of(engineer, captures)
    document = json.loads(coco)
    document["annotations"] = []
    answer = await import_of(engineer, "coco", json.dumps(document).encode())
    assert (answer.status_code, "exported at revision 2, it is at 3 by now" in answer.text) == (409, True)
    assert await labels_of(engineer, captures) == before, "nothing of it was taken, also not of the others"


def _named(old: str, new: str) -> Callable[[Files], Files]:
    return lambda files: {name.replace(old, new): content for name, content in files.items()}


def _with(name: str, content: bytes) -> Callable[[Files], Files]:
    return lambda files: files | {name: content}


def _spoilt(line: bytes) -> Callable[[Files], Files]:
    """Every label file gets a bad third line."""
    return lambda files: {
        name: b"\n".join([*content.splitlines()[:2], line]) if name.startswith("labels/") else content
        for name, content in files.items()
    }


SPOILT: list[tuple[Callable[[Files], Files], tuple[str, ...]]] = [
    (_spoilt(b"0 0.5 0.5 2 0.1"), (".txt:3: width 2 is no share", "\\nlabels.zip/labels/")),
    (_spoilt(b"7 0.5 0.5 0.1 0.1"), (".txt:3: class '7' does not exist",)),
    (_spoilt(b"\xff\xfe"), (".txt: is not text",)),
    (_with("labels/party.txt", b""), ("labels.zip/labels/party.txt: 'party' is no capture's id",)),
    (_with(f"labels/{'0' * 32}.txt", b""), ("there is no capture 00000000",)),
    (_with("obj.names", b"head\nperson\n"), ("obj.names: the classes are", "expected ['person', 'head']")),
    (_with("data.yaml", b"names: {0: head, 1: person}"), ("data.yaml: the classes are",)),
    (_with("headroom.json", b"[]"), ("headroom.json: is not as it was exported",)),
    (_with("labels/big.txt", b"0" * 1_000_001), ("is no capture's id",)),
    (_named("labels/", "elsewhere/labels/x"), ("is no capture's id",)),
    (lambda _: {"readme.md": b""}, ("holds no label file",)),
]


async def test_a_bad_archive_is_named_and_leaves_nothing_behind(
    engineer: httpx.AsyncClient, captures: list[Capture]
) -> None:
    files, before = unpacked(await exported(engineer, "yolo")), await labels_of(engineer, captures)
    for spoil, words in SPOILT:
        answer = await import_of(engineer, "yolo", packed(spoil(files)))
        assert answer.status_code == 422, (words, answer.text)
        assert all(word in answer.text for word in words), (words, answer.text)
    answer = await import_of(engineer, "yolo", b"PK not a zip")
    assert (answer.status_code, "is not a zip" in answer.text) == (422, True)
    assert await labels_of(engineer, captures) == before


async def test_a_bad_document_is_named_with_its_line_and_leaves_nothing_behind(
    engineer: httpx.AsyncClient, captures: list[Capture]
) -> None:
    text, before = (await exported(engineer, "coco")).decode(), await labels_of(engineer, captures)
    lines = text.splitlines()
    line = next(place for place, one in enumerate(lines, start=1) if '"bbox"' in one)
    for old, new, words in (
        ('"category_id": 1', '"category_id": 8', f"labels.json:{line}: category_id 8 does not exist"),
        ('"bbox": [10', '"bbox": [1000', f"labels.json:{line}: the box 1000, 20 to 1040.5"),
        ('"width": 320', '"width": 640', "is (640, 240) pixels there, and (320, 240) here"),
        (captures[0].capture_id.hex, "party", "'party.jpg' is no capture's picture"),
        ("{", "[", "labels.json:1: is not JSON"),
    ):
        answer = await import_of(engineer, "coco", text.replace(old, new, 1).encode())
        assert (answer.status_code, words in answer.text) == (422, True), (words, answer.text)
    assert await labels_of(engineer, captures) == before


async def test_an_export_of_nothing_says_so(engineer: httpx.AsyncClient, captures: list[Capture]) -> None:
    assert len(captures) == 3
    answer = await engineer.get(f"{PATH}/export", params={"format": "yolo", "state": "rejected"})
    assert (answer.status_code, "0 captures match" in answer.text) == (422, True)
    assert (await engineer.get(f"{PATH}/export")).status_code == 422
