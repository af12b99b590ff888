"""What is shipped to run digest is accepted by the programs that it is for."""

from __future__ import annotations

import quopri
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from digest.operations.readers_pages import readers_site
from digest.settings import NewsletterSettings, Settings, WebSettings
from tests.delivery.mta import Certificate
from tests.installation import LEXICAL, Installation, mails, paper
from tests.subscribers.web.browser import served

DEPLOY = Path(__file__).parents[2] / "deploy"
NAME = "papers.lab.example"


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("no systemd-analyze")
    units = []
    for path in sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")]):
        text = path.read_text().replace("/opt/digest/.venv/bin/digest", "/bin/true")
        units.append(tmp_path / path.name)
        units[-1].write_text(text)
    assert len(units) == 3
    done = subprocess.run(
        [verify, "verify", "--man=no", *map(str, units)],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if "digest" in line]
    assert done.returncode == 0 and ours == [], done.stderr


def test_the_server_is_well_shut_in(tmp_path: Path) -> None:
    """By systemd's own measure: 0 is the best, 10 the worst."""
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("no systemd-analyze")
    done = subprocess.run(
        [verify, "security", "--offline=true", "--threshold=25", str(DEPLOY / "digest.service")],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-600:]


@contextmanager
def nginx(tmp_path: Path, site: str, port: int) -> Iterator[httpx.Client]:
    """Run the site's server behind TLS on a free port of ours."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("no nginx: apt-get install nginx-light")
    certificate = Certificate.make(tmp_path, NAME)
    site = re.sub(r"listen \[::\]:\d+( ssl)?;\n", "", site)
    site = site.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    site = site.replace("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;")
    site = re.sub(r"(ssl_certificate) .*;", rf"\1 {certificate.file};", site, count=1)
    site = re.sub(r"(ssl_certificate_key) .*;", rf"\1 {certificate.key};", site)
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    conf = tmp_path / "nginx.conf"
    conf.write_text(
        f"daemon off;\nuser root;\npid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\n"
        f"events {{}}\nhttp {{\n{temporary}{site}}}\n"
    )
    command = [program, "-c", str(conf), "-p", str(tmp_path)]
    tested = subprocess.run([*command, "-t"], check=False, capture_output=True, text=True)
    assert tested.returncode == 0, tested.stderr
    running = subprocess.Popen(command)
    try:
        end = time.monotonic() + 60
        while running.poll() is None and time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
        yield httpx.Client(verify=False, headers={"Host": NAME}, timeout=60)
    finally:
        running.terminate()
        running.wait(60)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.mark.parametrize("path", ["", "/papers"])
def test_the_pages_work_behind_the_nginx_site(tmp_path: Path, path: str) -> None:
    settings = Settings(
        ranking=LEXICAL,
        newsletter=NewsletterSettings(base_url=f"https://{NAME}{path}"),
        web=WebSettings(trusted_proxies=("127.0.0.1",)),
    )
    place = Installation(tmp_path / "data", settings)
    place.ingest(*[paper(f"{word} robots") for word in ("Walking", "Swimming", "Flying")])
    site = (DEPLOY / "nginx.conf").read_text()
    port = free_port()
    with served(readers_site(place.app)) as behind:
        site = site.replace("http://127.0.0.1:8600", behind)
        site = site.replace("location / {", f"location {path}/ {{")
        with nginx(tmp_path, site, port) as client:
            here = f"https://127.0.0.1:{port}{path}"
            page = client.get(f"{here}/")
            assert page.status_code == 200 and "Subscribe" in page.text
            for address in set(re.findall(r'(?:href|src|action)="(/[^"]*)"', page.text)):
                assert address.startswith(f"{path}/"), address
                reached = client.get(f"https://127.0.0.1:{port}{address}")
                assert reached.status_code in (200, 405), address  # some only take forms
            assert all("Secure" in one for one in page.headers.get_list("set-cookie"))
            hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
            fields = hidden | {"email": "ada@example.org", "keywords": "robots"}
            asked = client.post(f"{here}/subscribe", data=fields, follow_redirects=False)
            assert asked.status_code in (200, 303), asked.text[:300]
            for probe in ("livez", "readyz"):
                assert client.get(f"{here}/{probe}").json() == {"status": "ok"}
    place.app.letter_queue.flush(place.now)
    (letter,) = mails(place.data, "ada@example.org")
    assert f"https://{NAME}{path}/confirm".encode() in quopri.decodestring(letter)
    place.app.close()


def test_the_compose_file_names_what_the_containerfile_builds() -> None:
    compose = (DEPLOY / "compose.yaml").read_text()
    container = (DEPLOY / "Containerfile").read_text()
    assert "dockerfile: deploy/Containerfile" in compose and "read_only: true" in compose
    assert "USER 10001" in container and "HEALTHCHECK" in container
    for variable in re.findall(r"\bDIGEST_(\w+)=", container) + re.findall(
        r"\bDIGEST_(\w+):(?! *\?)", compose
    ):
        section, _, key = variable.lower().partition("__")
        if key:
            assert key in type(getattr(Settings(), section)).model_fields, variable
