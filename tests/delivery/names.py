"""A DNS server of our own, on loopback: for verifiers that look up DKIM keys by themselves."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


@dataclass
class NameServer:
    """Answers TXT and MX questions from tables, by UDP; every other name does not exist."""

    records: Mapping[str, str]  # name, without a dot at its end → TXT
    exchanges: Mapping[str, str] = field(default_factory=dict)  # name → its MX's host
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> NameServer:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # it has no other end, and yet this wakes the thread
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                question, who = self._socket.recvfrom(4096)
                if not question:
                    return
                self._socket.sendto(self._answer(question), who)
            except OSError:
                return

    def _answer(self, wire: bytes) -> bytes:
        query = dns.message.from_wire(wire)
        [question] = query.question
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA | dns.flags.AA
        if name in self.exchanges and question.rdtype == dns.rdatatype.MX:
            host = f"{self.exchanges[name].rstrip('.')}."
            answer.answer.append(
                dns.rrset.from_text(question.name.to_text(), 60, "IN", "MX", f"10 {host}")
            )
        elif name not in self.records and name not in self.exchanges:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif question.rdtype == dns.rdatatype.TXT and name in self.records:
            answer.answer.append(_txt(question.name.to_text(), self.records[name]))
        return answer.to_wire()


def _txt(name: str, text: str) -> dns.rrset.RRset:
    """Cut a long record into strings of 255 bytes, as a zone file must."""
    parts = [text[at : at + 255] for at in range(0, len(text), 255)]
    return dns.rrset.from_text(name, 60, "IN", "TXT", " ".join(f'"{part}"' for part in parts))
