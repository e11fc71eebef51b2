from __future__ import annotations

import io
import struct
import zipfile

import pytest

from tests.helpers.roster_files import Tenants, entries, header, manifest, small, table, zipped
from timeback_desktop.backend.oneroster.files.report import PackageFault

ORGS = {"orgs": small()["orgs"]}


def changed(**files: bytes | None) -> bytes:
    """Return a good package with some files replaced, added or left out."""
    told = {**entries(small()), **{f"{name}.csv": each for name, each in files.items()}}
    return zipped({name: each for name, each in told.items() if each is not None})


def entry(
    name: str,
    content: bytes = b"x",
) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def locked() -> bytes:
    """Return a zip whose only entry says that it is encrypted."""
    packed = bytearray(entry("manifest.csv", manifest({})))
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", packed, packed.index(sign) + place, 1)
    return bytes(packed)


def broken() -> bytes:
    """Return a package with one wrong byte in the middle of its users."""
    packed = bytearray(changed())
    packed[packed.index(b"users.csv") + 60] ^= 0xFF
    return bytes(packed)


def twice() -> bytes:
    """Return a zip with two entries of one name."""
    return zipped({"orgs.csv": b"", "orgs.cs2": b""}).replace(b"orgs.cs2", b"orgs.csv")


def lines(*rows: str) -> bytes:
    return "\r\n".join(rows).encode()


HEAD = ",".join(header("orgs"))
PACKAGES = {
    "no zip": (b"hello", "not a zip file"),
    "nothing": (b"", "not a zip file"),
    "half a zip": (changed()[: len(changed()) // 2], "not a zip file"),
    "a wrong byte": (broken(), "users.csv is damaged"),
    "a bomb": (entry("users.csv", b"0" * (8 << 20)), "unpacks to far more"),
    "many entries": (zipped({f"{n}.csv": b"" for n in range(101)}), "holds 101 files"),
    "a folder": (entry("roster/users.csv"), "lies in a folder"),
    "a way up": (entry("../users.csv"), "lies in a folder"),
    "an absolute name": (entry("/etc/users.csv"), "lies in a folder"),
    "a drive": (entry("C:\\users.csv"), "lies in a folder"),
    "a password": (locked(), "locked with a password"),
    "the same name twice": (twice(), "more than once"),
    "almost the same name": (zipped({"users.csv": b"", "Users.csv": b""}), "more than once"),
    "no manifest": (changed(manifest=None), "has no manifest.csv"),
    "an odd manifest": (changed(manifest=b"a,b\r\n"), "must be: propertyName,value"),
    "another version": (changed(manifest=manifest({}, "2.0")), "OneRoster “2.0”"),
    "no manifest version": (
        changed(manifest=b"propertyName,value\r\noneroster.version,1.2\r\n"),
        "manifest.version,1.0",
    ),
    "an odd mode": (changed(manifest=manifest({"orgs": "full"})), "absent, bulk or delta"),
    "a line twice": (
        changed(manifest=manifest({}) + b"file.orgs,bulk\r\n"),
        "more than once",
    ),
    "an unannounced file": (changed(manifest=manifest({})), "says it is absent"),
    "an announced file": (changed(orgs=None), "is not there"),
    "nothing announced": (zipped({"manifest.csv": manifest({})}), "every file is absent"),
    "a file not taken": (
        zipped({"manifest.csv": manifest({}) + b"file.resultScoreScales,bulk\r\n", "resultScoreScales.csv": b""}),
        "resultScoreScales.csv is not taken",
    ),
    "a file of 1.2 in 1.1": (
        zipped({"manifest.csv": manifest({"roles": "bulk"}, "1.1"), "roles.csv": b""}),
        "not part of OneRoster 1.1",
    ),
    "an empty file": (changed(orgs=b""), "orgs.csv is empty"),
    "a column twice": (changed(orgs=lines(f"{HEAD},name")), "“name” more than once"),
    "a column missing": (changed(orgs=lines("sourcedId,status,dateLastModified,name")), "lacks the column type"),
    "UTF-16": (changed(orgs=HEAD.encode("utf-16")), "lacks the column"),
    "many columns": (changed(orgs=lines(",".join(f"c{n}" for n in range(201)))), "201 columns"),
    "an open quote": (changed(orgs=lines(HEAD, '"o1,,,School,school')), "from line 2 on"),
    "a stray quote": (changed(orgs=lines(HEAD, "d1,,,D,district,,", '"o"1,,,S,school,,')), "from line 3 on"),
    "a huge cell": (changed(orgs=lines(HEAD, "o1,,," + "x" * 200_000)), "too long"),
    "a huge line": (changed(orgs=lines(HEAD, "o1,,,," + ",".join(map(str, range(200_000))))), "line of more than"),
}  # fmt: skip


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_that_cannot_be_trusted_changes_nothing(name, tenants: Tenants):
    content, why = PACKAGES[name]
    with pytest.raises(PackageFault, match=".*" + why):
        tenants.take(content, lenient=True)
    assert not any(tenants.everything().values())


def test_odd_but_harmless_packages_are_read(tenants: Tenants):
    told = entries(ORGS)
    told["orgs.csv"] = b"\xef\xbb\xbf" + told["orgs.csv"].replace(b"\r\n", b"\n") + b"\n\n"
    told |= {"readme.txt": b"?", "__MACOSX/._orgs.csv": b"\0", ".DS_Store": b"\0"}
    report = tenants.take(zipped(told))
    assert report.counts["orgs"].created == 2
    assert report.notices == ["readme.txt is no file of OneRoster and was not read."]


def test_cells_may_hold_lines_and_quotes_and_columns_any_order(tenants: Tenants):
    columns = ["type", "name", "nickname", *header("orgs")[:3], "metadata.color"]
    row = {"sourcedId": "o1", "name": 'The "Old"\r\nSchool', "type": "school", "metadata.color": "red", "nickname": "x"}  # fmt: skip
    told = {**entries(ORGS), "orgs.csv": table(columns, [row])}
    report = tenants.take(zipped(told))
    (org,) = tenants.rows("orgs")
    assert (org["name"], org["metadata"]) == ('The "Old"\r\nSchool', {"color": "red"})
    assert report.notices == ["orgs.csv has a column 'nickname', which was not read."]


def test_a_folder_is_as_good_as_a_zip(tenants: Tenants):
    folder = tenants.folder / "unpacked"
    folder.mkdir()
    for name, content in entries(small()).items():
        (folder / name).write_bytes(content)
    assert tenants.take(folder).counts["users"].created == 4
