"""Other people's programs, each in a folder of its own: Postfix, Dovecot, SpamAssassin, Mail::DKIM.

A test that needs one which is not installed is skipped with that reason.
"""

from __future__ import annotations

import io
import os
import pwd
import select
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from tests.delivery.names import NameServer

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
myhostname = relay.example.org
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
default_transport = {to}
smtp_tls_security_level = none
smtp_host_lookup = native
disable_dns_lookups = yes
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
alias_maps =
local_recipient_maps =
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


@contextmanager
def postfix(to: str) -> Iterator[int]:
    """Run a Postfix that passes everything to one transport; give the port it listens on."""
    folder = _workplace("postfix", by_root=True)
    for name in ("etc", "queue", "data"):
        (folder / name).mkdir()
    shutil.chown(folder / "data", "postfix")
    port = _free_port()
    (folder / "etc" / "main.cf").write_text(MAIN.format(folder=folder, to=to))
    (folder / "etc" / "master.cf").write_text(MASTER.format(port=port))
    command = ["postfix", "-c", str(folder / "etc")]
    started = subprocess.run(
        [*command, "start"], check=False, capture_output=True, text=True, timeout=120
    )
    try:
        if started.returncode != 0:
            pytest.skip(f"postfix cannot start here: {started.stderr[-300:]}")
        yield port  # `start` returns when it listens
    finally:
        subprocess.run([*command, "stop"], check=False, capture_output=True, timeout=120)
        shutil.rmtree(folder, ignore_errors=True)


DOVECOT = """\
protocols = lmtp
base_dir = {folder}/run
log_path = /dev/stderr
listen = 127.0.0.1
ssl = no
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u allow_all_users=yes
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {port}
  }}
}}
"""


@dataclass(frozen=True)
class Mailboxes:
    """A running Dovecot."""

    port: int  # of LMTP
    folder: Path
    log: IO[bytes]

    def wait_for(self, mails: int, seconds: float) -> None:
        """Return once so many mails are stored."""
        for _ in range(mails):
            self.wait_until_it_says(b"saved mail to", seconds)

    def wait_until_it_says(self, what: bytes, seconds: float) -> None:
        """Read its log up to a line."""
        while select.select([self.log], [], [], seconds)[0]:
            line = self.log.readline()
            if what in line:
                return
            if not line:
                break
        pytest.fail(f"dovecot did not say {what.decode()!r}")

    def mail(self, address: str) -> bytes:
        """Return the one mail of an address."""
        [found] = (self.folder / "mail" / address / "new").glob("*")
        return found.read_bytes()


@contextmanager
def dovecot() -> Iterator[Mailboxes]:
    """Run a Dovecot that takes mail for every address, by LMTP."""
    folder = _workplace("dovecot", by_root=True)
    (folder / "mail").mkdir()
    shutil.chown(folder / "mail", "nobody", "nogroup")
    user, port = pwd.getpwnam("nobody"), _free_port()
    config = folder / "dovecot.conf"
    config.write_text(DOVECOT.format(folder=folder, port=port, user=user.pw_uid, group=user.pw_gid))
    running = subprocess.Popen(["dovecot", "-F", "-c", str(config)], stderr=subprocess.PIPE)
    try:
        assert running.stderr is not None
        boxes = Mailboxes(port, folder, io.FileIO(running.stderr.fileno(), closefd=False))
        boxes.wait_until_it_says(b"starting up", 20)  # it listens by then
        yield boxes
    finally:
        running.terminate()
        running.communicate(timeout=120)
        shutil.rmtree(folder, ignore_errors=True)


_SCORE = r"""
use strict; use warnings; use Mail::SpamAssassin;
my $filter = Mail::SpamAssassin->new({
  local_tests_only => 1, dont_copy_prefs => 1, userprefs_filename => "/dev/null",
  home_dir_for_helpers => $ARGV[0]});
for my $file (@ARGV[1 .. $#ARGV]) {
  open my $in, "<:raw", $file or die $!;
  my $status = $filter->check($filter->parse([<$in>]));
  printf "%.1f\t%s\n", $status->get_score, $status->get_names_of_tests_hit;
}
"""


def spam_scores(mails: Sequence[bytes], folder: Path) -> list[tuple[float, set[str]]]:
    """Return what SpamAssassin says of mails without asking the network: score and rules."""
    lines = _perl(_SCORE, "Mail::SpamAssassin", [str(folder), *_kept(mails, folder)])
    scored = [line.split("\t") for line in lines]
    return [(float(score), set(rules.split(","))) for score, rules in scored]


_VERIFY = r"""
use strict; use warnings; use Mail::DKIM::Verifier; use Mail::DKIM::DNS; use Net::DNS;
Mail::DKIM::DNS::resolver(Net::DNS::Resolver->new(
  nameservers => ["127.0.0.1"], port => shift, udp_timeout => 5, searchlist => []));
for my $file (@ARGV) {
  open my $in, "<:raw", $file or die $!;
  my $mail = join("", <$in>);
  $mail =~ s/\r?\n/\r\n/g;
  my $verifier = Mail::DKIM::Verifier->new;
  $verifier->PRINT($mail);
  $verifier->CLOSE;
  print join(" ", map { $_->algorithm . "=" . $_->result } $verifier->signatures), "\n";
}
"""


def dkim_results(
    mails: Sequence[bytes], records: Mapping[str, str], algorithm: str = "rsa-sha256"
) -> list[dict[str, str]]:
    """Return what Perl's Mail::DKIM says of each mail's signatures of one algorithm.

    It finds the keys by DNS, on loopback. Debian's knows no Ed25519.
    """
    with tempfile.TemporaryDirectory() as place, NameServer(records) as names:
        given = [str(names.port), *_kept(mails, Path(place))]
        lines = _perl(_VERIFY, "Mail::DKIM", given)
    told = [dict(each.split("=") for each in line.split()) for line in lines]
    return [{algorithm: results[algorithm]} for results in told]


def _perl(program: str, module: str, given: Sequence[str]) -> list[str]:
    perl = shutil.which("perl")
    if not perl:
        pytest.skip("perl is not installed")
    probe = [perl, f"-M{module}", "-e1"]
    if subprocess.run(probe, check=False, capture_output=True).returncode:
        pytest.skip(f"Perl's {module} is not installed")
    run = subprocess.run(
        [perl, "-e", program, *given], check=True, capture_output=True, text=True, timeout=120
    )
    return run.stdout.splitlines()


def _kept(mails: Sequence[bytes], folder: Path) -> list[str]:
    paths = [folder / f"{number}.eml" for number in range(len(mails))]
    for path, mail in zip(paths, mails, strict=True):
        path.write_bytes(mail)
    return [str(path) for path in paths]


def _workplace(program: str, *, by_root: bool) -> Path:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    if by_root and os.geteuid() != 0:
        pytest.skip(f"{program} is started by root only")
    # Its daemons run as another user, who cannot pass pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix=f"{program}-"))
    folder.chmod(0o755)
    return folder


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
