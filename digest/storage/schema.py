"""Every table, in one place. Changes to it go through `migrations/`, append-only.

Times are stored as UTC and come back aware (UtcTime). JSON columns hold only what no query
asks for. The SQL runs on any SQLAlchemy engine; dialects differ in `database.py` only.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives out row numbers only for a column declared exactly INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")


class UtcTime(TypeDecorator[datetime]):
    """An aware time; stored in UTC, on SQLite as sortable text without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse a time without a zone: it would be read back as another moment."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back that SQLite does not keep."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


facts = Table(  # single values that outlive a process: the background statistics, host pauses
    "facts",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("value", LargeBinary, nullable=False),
    Column("at", UtcTime, nullable=False),
)

epoch = Table(  # one row: which store this is, and how many turns senders have made
    "epoch",
    metadata,
    Column("store", String(32), primary_key=True),
    Column("number", BigInteger, nullable=False),
)

# --- the archive --------------------------------------------------------------------------

dumps = Table(
    "dumps",
    metadata,
    Column("id", Number, primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),  # where it came from: a path or an address
    Column("format", String(40), nullable=False),
    Column("parser_version", Integer, nullable=False),
    Column("captured_on", Date),  # the day the source states, or the operator said
    Column("read_at", UtcTime, nullable=False),
    Column("papers", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("problems", JSON, nullable=False),  # [{"line", "reason"}]
    Column("archive_only", Boolean, nullable=False, default=False),
)

papers = Table(
    "papers",
    metadata,
    Column("id", Number, primary_key=True),
    Column("title", Text, nullable=False),
    Column("abstract", Text, nullable=False),
    Column("source_title", Text, nullable=False),
    Column("source_abstract", Text, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("author_count", Integer),
    Column("published", Date),
    Column("comments", Integer),
    Column("upvotes", Integer),
    Column("links", JSON, nullable=False),  # [[kind, url]]
    Column("keywords", JSON, nullable=False),
    Column("arxiv_id", String(40)),
    Column("doi", Text),
    Column("position", Integer, nullable=False),
    Column("first_seen", UtcTime, nullable=False),
    Column("provenance", JSON, nullable=False),  # field → format that told it
    # NULL: no edition offered it yet. 0: seeded with --archive-only, never to be offered.
    Column("edition", Integer),
    Column("merged_into", Number, ForeignKey("papers.id")),  # set: this number is an alias
    Column("version", Integer),  # the newest that a source told
    Column("ai_summary", Text),
    Column("ai_summary_model", Text),
    Column("ai_keywords", JSON, nullable=False, server_default="[]"),
    Column("organisations", JSON, nullable=False, server_default="[]"),
    Column("venue", Text),
    Column("comment", Text),
    Column("github_url", Text),
    Column("github_stars", Integer),
    Column("submitter", Text),
    Index(None, "edition"),
)

revisions = Table(  # newer versions that are a reason to show a paper again
    "revisions",
    metadata,
    Column("paper_id", Number, ForeignKey("papers.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("revised_on", Date),
    Column("edition", Integer),  # that offers it; NULL: the next one
    Index(None, "edition"),
)

paper_keys = Table(
    "paper_keys",
    metadata,
    Column("key", String(600), primary_key=True),
    Column("paper_id", Number, ForeignKey("papers.id"), nullable=False),
    Index(None, "paper_id"),
)

title_blocks = Table(  # one-word-deleted titles, hashed: candidates for near-duplicates
    "title_blocks",
    metadata,
    Column("hash", BigInteger, primary_key=True),
    Column("paper_id", Number, ForeignKey("papers.id"), primary_key=True),
)

embeddings = Table(
    "embeddings",
    metadata,
    Column("key", String(64), primary_key=True),  # SHA-256 of model and text
    Column("vector", LargeBinary, nullable=False),
)

fetches = Table(  # one record a fetch of a source: what its health is told from
    "fetches",
    metadata,
    Column("id", Number, primary_key=True),
    Column("source", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("health", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("papers", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("sha256", String(64)),
    Column("etag", Text),
    Column("last_modified", Text),
    Index(None, "source", "at"),
)

# --- editions -----------------------------------------------------------------------------

editions = Table(
    "editions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("label", Date, nullable=False),
    Column("state", String(20), nullable=False),  # see editions.STATES
    Column("opened_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("papers", Integer, nullable=False),
    Column("part", Integer, nullable=False, server_default="1"),  # of those with this label
    UniqueConstraint("label", "part"),
)

# --- the front desk -----------------------------------------------------------------------

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", Number, primary_key=True),
    Column("email", Text, nullable=False),  # as mail is sent to it
    Column("email_key", Text, nullable=False, unique=True),  # as it is compared
    Column("name", Text, nullable=False, default=""),
    Column("keywords", Text, nullable=False),
    Column("state", String(10), nullable=False),  # pending, active, paused, left
    Column("language", String(35), nullable=False, default="en"),
    Column("timezone", String(64)),  # None, here and below: the newsletter's
    Column("hour", Integer),  # 0–23, local
    Column("cadence", String(12), nullable=False, default="daily"),
    Column("weekdays", JSON, nullable=False, default=list),  # Monday is 0
    Column("max_papers", Integer),
    Column("breadth", String(10), nullable=False, server_default="normal"),
    Column("cards", String(10)),  # summary, abstract
    Column("wants_html", Boolean, nullable=False, default=True),
    Column("created_at", UtcTime, nullable=False),
    Column("pending_since", UtcTime),
    Column("confirmed_at", UtcTime),
    Column("paused_until", Date),
    Column("left_at", UtcTime),
    Column("links_valid_from", UtcTime),
    # When the scheduler looks at this reader next, and the period that they had last (due.py).
    Column("next_due_at", UtcTime),
    Column("last_period", String(20)),
    Column("last_edition", Integer, nullable=False, default=0),  # what their last issue ended with
    Index(None, "state", "next_due_at"),
    sqlite_autoincrement=True,  # numbers are never used again: old mails carry them
)

consents = Table(  # what a reader agreed to, when and how: never edited, outlives an erasure
    "consents",
    metadata,
    Column("id", Number, primary_key=True),
    Column("subscriber_id", Number, nullable=False),
    Column("action", String(10), nullable=False),
    Column("before", String(10)),
    Column("after", String(10), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("how", String(20), nullable=False),
    Column("source", String(10), nullable=False),
    Column("address_hash", String(64), nullable=False),
    Column("text_version", String(20), nullable=False),
    Index(None, "subscriber_id"),
)

requests = Table(  # to subscribe: what a letter's link confirms, once; nobody's yet
    "requests",
    metadata,
    Column("id", Number, primary_key=True),
    Column("subscriber_id", ForeignKey("subscribers.id"), nullable=False),
    Column("email", Text, nullable=False),  # where the letter went
    Column("wishes", JSON, nullable=False),  # as the fields of a form
    Column("asked_at", UtcTime, nullable=False),
    Index(None, "subscriber_id"),
    Index(None, "asked_at"),
    sqlite_autoincrement=True,  # numbers are never used again: links carry them
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("email_key", Text, primary_key=True),
    Column("reason", String(20), nullable=False),  # bounce, complaint, unsubscribed, operator
    Column("detail", Text, nullable=False, default=""),
    Column("since", UtcTime, nullable=False),
)

lifted_suppressions = Table(  # what stood there before an address was written to again, its last
    "lifted_suppressions",
    metadata,
    Column("email_key", Text, primary_key=True),
    Column("reason", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("lifted_at", UtcTime, nullable=False),
    Column("lifted_by", String(20), nullable=False),  # operator, reader
    Index(None, "lifted_at"),
)

unknown_addresses = Table(  # that servers refused as such; on two days, and it is suppressed
    "unknown_addresses",
    metadata,
    Column("delivery_id", Number, primary_key=True, autoincrement=False),
    Column("email_key", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index(None, "email_key"),
)

returned_mails = Table(  # bounces and complaints, a row for each address in each, kept once
    "returned_mails",
    metadata,
    Column("key", String(80), primary_key=True),  # SHA-256 of the message, and which address in it
    Column("at", UtcTime, nullable=False),
    Column("delivery_id", Number),  # NULL: no mail of ours can be told from it
    Column("subscriber_id", Number),
    Column("address", Text, nullable=False),  # as the report names it
    Column("kind", String(12), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("status", String(12), nullable=False),  # RFC 3463
    Column("said", Text, nullable=False),  # the server's words
    Column("action", String(10), nullable=False),  # suppress, note, ignore
    Column("why", Text, nullable=False),
    Index(None, "subscriber_id", "at"),
    Index(None, "at"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Number, primary_key=True),
    Column("subscriber_id", Number, ForeignKey("subscribers.id"), nullable=False),
    Column("paper_id", Number, ForeignKey("papers.id"), nullable=False),
    Column("opinion", String(10), nullable=False),  # more, less
    Column("at", UtcTime, nullable=False),
    Column("edition", Integer),  # where they saw it
    UniqueConstraint("subscriber_id", "paper_id"),
)

muted_items = Table(  # keywords that a reader muted, to take back
    "muted_items",
    metadata,
    Column("id", Number, primary_key=True),
    Column("subscriber_id", Number, ForeignKey("subscribers.id"), nullable=False),
    Column("keywords", Text, nullable=False),  # the item, as a profile text
    Column("at", UtcTime, nullable=False),
    Index(None, "subscriber_id"),
    sqlite_autoincrement=True,  # numbers are never used again: pages carry them
)

feed_keys = Table(  # one a reader; another number is another key
    "feed_keys",
    metadata,
    Column("id", Number, primary_key=True),
    Column("subscriber_id", Number, ForeignKey("subscribers.id"), nullable=False, unique=True),
    Column("made_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,  # numbers are never used again: a key that ended stays so
)

library_papers = Table(  # that a reader uploaded: theirs alone, and none of the archive
    "library_papers",
    metadata,
    Column("id", Number, primary_key=True),
    Column("subscriber_id", Number, ForeignKey("subscribers.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("abstract", Text, nullable=False),
    Column("arxiv_id", String(40)),
    Column("doi", Text),
    Column("at", UtcTime, nullable=False),
    Index(None, "subscriber_id"),
)

library_keys = Table(  # what they are known by: see papers.keys_of
    "library_keys",
    metadata,
    Column("subscriber_id", Number, primary_key=True, autoincrement=False),
    Column("key", String(600), primary_key=True),
    Column("library_paper_id", Number, ForeignKey("library_papers.id"), nullable=False),
)

letters = Table(  # mails that answer one reader, until they are sent; then the row goes
    "letters",
    metadata,
    Column("id", Number, primary_key=True),
    Column("fields", JSON, nullable=False),  # the Letter, its time as ISO 8601
    Column("message_id", Text, nullable=False),
    Column("state", String(16), nullable=False),  # planned, sending, deferred, refused
    Column("attempts", Integer, nullable=False, default=0),
    Column("created_at", UtcTime, nullable=False),
    Column("next_attempt_at", UtcTime),
    Column("reply", Text),
)

# --- delivery -----------------------------------------------------------------------------

fragments = Table(  # pieces of mails, a bundle a row, shared by all of an edition
    "fragments",
    metadata,
    Column("id", Number, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),  # zlib of JSON [html, text, html, text, …]
    Column("edition", Integer, nullable=False),  # the last edition that used it: for pruning
)

letterheads = Table(  # what every mail of a newsletter says of its sender: see delivery.message
    "letterheads",
    metadata,
    Column("id", Number, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("body", Text, nullable=False),  # JSON
)

deliveries = Table(  # one reader's issue of one edition, and its sending
    "deliveries",
    metadata,
    Column("id", Number, primary_key=True),
    Column("edition", Integer, ForeignKey("editions.number"), nullable=False),
    Column("subscriber_id", Number, ForeignKey("subscribers.id"), nullable=False),
    Column("period", String(20)),
    Column("state", String(16), nullable=False),  # see digest.states
    Column("owner", String(64)),
    Column("generation", Integer, nullable=False, default=0),  # one more with every claim
    Column("lease_expires_at", UtcTime),
    Column("attempts", Integer, nullable=False, default=0),  # answers that were 4xx
    Column("next_attempt_at", UtcTime),
    Column("reply_code", Integer),  # the server's last answer
    Column("reply", Text),  # its text, or why we did not ask
    Column("message_id", Text),
    Column("papers", LargeBinary),  # packed uint32, in the mail's order; None: not composed yet
    Column("in_ledger", Boolean, nullable=False, default=False),  # so that it enters once
    Column("since", Integer, nullable=False, default=0),  # editions after this one are offered
    Column("changed_at", UtcTime),
    Column("refusals", Integer, nullable=False, server_default="0"),  # that were taken back
    Column("doubts", Integer, nullable=False, server_default="0"),  # sent, and no answer came
    Column("turn", SmallInteger),  # 0 or 1, of its subject's two forms; None: it has only one
    UniqueConstraint("subscriber_id", "edition"),
    UniqueConstraint("subscriber_id", "period"),
    Index(None, "edition", "state"),
    sqlite_autoincrement=True,  # numbers are never used again: bounces name them
)

recipes = Table(  # how to make a delivery's bytes again; pruned long before the delivery
    "recipes",
    metadata,
    Column("delivery_id", Number, primary_key=True, autoincrement=False),
    Column("recipe", LargeBinary, nullable=False),
)

ledger = Table(  # what each reader has been sent, packed: appended, never rewritten
    "ledger",
    metadata,
    Column("subscriber_id", Number, primary_key=True, autoincrement=False),
    Column("papers", LargeBinary, nullable=False),  # packed uint32
)
