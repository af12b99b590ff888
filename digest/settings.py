"""Every setting, its type and its default; `settings.toml` explains them in the same order.

Sources, strongest first: an argument, the environment (`DIGEST_DELIVERY__SMTP__HOST`), a file
named by `…_file` (secrets), the settings file, the defaults here. An unknown key is an error
that names its path. Read once, in `app.py`, and passed on.
"""

from __future__ import annotations

import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from digest.errors import SettingsError
from digest.states import IDEMPOTENT, SECOND_TRY, ResendRule
from subscribers.addresses import read_domain
from subscribers.links import read_base_url


def _secret(value: SecretStr | None) -> SecretStr | None:
    return value if value and value.get_secret_value() else None


def _address(text: str) -> str:
    """Check that a setting is one mail address alone, or empty; where mail goes is not asked."""
    if text and not _ADDRESS.fullmatch(text):
        raise ValueError("write one mail address and nothing else, such as post@lab.example")
    return text


_ADDRESS = re.compile(r"[^\s@<>,;:\"()]+@[^\s@<>,;:\"()/?#]+")
MailAddress = Annotated[str, AfterValidator(_address)]
Secret = Annotated[SecretStr | None, AfterValidator(_secret)]
Domain = Annotated[str, AfterValidator(read_domain)]
Rate = Annotated[float, Field(ge=0)]


class Section(BaseModel):
    """A table of the settings file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NewsletterSettings(Section):
    """[newsletter]: who sends, and how it looks."""

    name: str = "digest"
    sender: MailAddress = ""  # "" on loopback: digest@localhost
    reply_to: MailAddress = ""
    base_url: Annotated[str, AfterValidator(read_base_url)] = ""
    unsubscribe_mailto: MailAddress = ""
    postal_address: str = ""
    operator: MailAddress = ""  # told by mail when a source is not well
    logo_url: str = ""
    logo_alt: str = ""
    accent: str = "#a3341f"
    tone: Literal["plain", "warm", "terse"] = "plain"
    language: str = "en"
    templates: Path | None = None
    search_url: str = "https://huggingface.co/papers?q={title}"
    quiet_day: Literal["explain", "nothing", "note"] = "explain"
    goodbye: bool = True


class DumpSettings(Section):
    """[dumps]: where papers come from."""

    inbox: str = "inbox"  # below the data folder unless absolute
    max_bytes: int = Field(default=64_000_000, gt=0)
    settle_seconds: float = Field(default=5.0, ge=0)


class SourceSettings(Section):
    """[[sources]]: one place that is asked for papers from time to time."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")
    kind: Literal["url", "folder", "mailbox"]
    url: SecretStr = SecretStr("")  # secret: it may hold a password or a token
    path: Path | None = None  # below the data folder unless absolute
    format: str = ""  # "": recognised from the content
    every_minutes: float = Field(default=60.0, ge=1)
    paused: bool = False  # asked only by `digest fetch NAME`

    @model_validator(mode="after")
    def _has_its_place(self) -> SourceSettings:
        if (self.kind == "url") != bool(self.url.get_secret_value()):
            raise ValueError('kind "url" needs url, and no other kind has one')
        if (self.kind == "url") == (self.path is not None):
            raise ValueError(f'kind "{self.kind}" needs {"url" if self.kind == "url" else "path"}')
        return self


class EnrichmentSettings(Section):
    """[enrichment]: looking up what a page does not print."""

    service: Literal["off", "arxiv", "hugging-face"] = "off"
    url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    per_round: int = Field(default=20, ge=1, le=500)


class EditionSettings(Section):
    """[edition]: what an issue holds."""

    max_papers: int = Field(default=10, ge=1, le=50)
    min_papers: int = Field(default=3, ge=0, le=50)
    trending: int = Field(default=0, ge=0, le=1)
    cards: Literal["summary", "abstract"] = "summary"
    approve: bool = False
    expires_hours: float = Field(default=72.0, gt=0)
    only_to: tuple[str, ...] = ()
    keep_issues_days: int = Field(default=90, ge=1)
    show_updated: bool = False


class RankingSettings(Section):
    """[ranking]: what counts as a match."""

    floor: float = Field(default=0.3, ge=0)
    semantic: Literal["auto", "on", "off"] = "auto"
    model: str = Field(default="all-MiniLM-L6-v2", min_length=1)
    memory: int = Field(default=5000, ge=0)


class ScheduleSettings(Section):
    """[schedule]: when issues go out."""

    hour: int = Field(default=7, ge=0, le=23)
    timezone: str = "UTC"
    stagger_minutes: int = Field(default=20, ge=0, le=58)
    catch_up_hours: float = Field(default=20.0, ge=0)


class SmtpSettings(Section):
    """[delivery.smtp]: the relay."""

    host: str = "127.0.0.1"
    port: int = Field(default=25, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str = ""
    password: Secret = None
    password_file: Path | None = None
    token_command: str = ""  # prints an access token
    oauth: Literal["", "microsoft", "google"] = ""
    oauth_tenant: str = "organizations"  # Microsoft's: a directory's name or number
    oauth_client_id: str = ""
    oauth_client_secret: Secret = None
    oauth_client_secret_file: Path | None = None
    oauth_refresh_token_file: Path | None = None  # None: in the data folder
    connections: int = Field(default=4, ge=1, le=200)
    pipeline: int = Field(default=25, ge=1, le=100)
    recycle_after: int = Field(default=1000, ge=1)
    timeout_seconds: float = Field(default=60.0, gt=0)
    relay_rewrites: bool = False
    ca_file: Path | None = None


class DkimSettings(Section):
    """[delivery.dkim]: who signs."""

    domain: str = ""  # "" signs nothing
    selector: str = ""
    key_file: Path | None = None
    ed25519_selector: str = ""
    ed25519_key_file: Path | None = None


class PaceSettings(Section):
    """[delivery.pace]: how fast; 0 is no limit."""

    per_second: Rate = 0
    per_domain_per_second: Rate = 0
    per_domain_connections: int = Field(default=0, ge=0)


class DeliverySettings(Section):
    """[delivery]: how mails leave."""

    transport: Literal["mailbox", "smtp"] = "mailbox"
    on_uncertain: Literal["resend", "hold"] = "resend"
    lease_seconds: float = Field(default=600.0, gt=0)
    processes: int = Field(default=0, ge=0)  # 0: one a core
    return_path: MailAddress = ""
    verp: bool = True
    smtp: SmtpSettings = SmtpSettings()
    dkim: DkimSettings = DkimSettings()
    pace: PaceSettings = PaceSettings()

    @property
    def resend(self) -> ResendRule | None:
        """How a mail that may have arrived is sent again; None: it is held."""
        if self.transport == "mailbox":
            return IDEMPOTENT
        return SECOND_TRY if self.on_uncertain == "resend" else None


class InboundSettings(Section):
    """[inbound]: the mail that comes back."""

    mailbox: Path | None = None  # a Maildir or an mbox file, that the mail server fills
    keep_days: int = Field(default=365, ge=180)  # soft bounces count for 180 days


class WebSettings(Section):
    """[web]: the pages."""

    host: str = "127.0.0.1"
    port: int = Field(default=8600, ge=0, le=65535)
    secret_key: Secret = None
    secret_key_file: Path | None = None
    old_secret_keys: tuple[SecretStr, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    refused_domains: tuple[Domain, ...] = ()
    allowed_domains: tuple[Domain, ...] = ()
    subscribing: Literal["open", "invited"] = "open"
    archive: bool = False  # of editions, for everybody
    confirm_days: int = Field(default=7, ge=1, le=30)
    metrics_token: Secret = None
    metrics_token_file: Path | None = None


class StoreSettings(Section):
    """[store]: where everything is kept."""

    url: str = ""  # "": SQLite below the data folder
    epoch_file: Path | None = None  # None: DIR/epoch


class LogSettings(Section):
    """[logs]: what is told."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "text", "json"] = "auto"
    addresses: bool = False


class _Environment(EnvSettingsSource):
    """The environment, without the three variables that are options of the command."""

    def __call__(self) -> dict[str, Any]:
        found = super().__call__()
        for option in ("data", "settings", "models", "shared"):
            found.pop(option, None)
        return found


class Settings(BaseSettings):
    """All of it."""

    model_config = SettingsConfigDict(
        env_prefix="DIGEST_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    newsletter: NewsletterSettings = NewsletterSettings()
    dumps: DumpSettings = DumpSettings()
    sources: tuple[SourceSettings, ...] = ()
    enrichment: EnrichmentSettings = EnrichmentSettings()
    edition: EditionSettings = EditionSettings()
    ranking: RankingSettings = RankingSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    delivery: DeliverySettings = DeliverySettings()
    inbound: InboundSettings = InboundSettings()
    web: WebSettings = WebSettings()
    store: StoreSettings = StoreSettings()
    logs: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file."""
        return (_Environment(settings_cls), init_settings)

    @property
    def expiry(self) -> timedelta:
        """How long an edition may be sent after it was opened."""
        return timedelta(hours=self.edition.expires_hours)


def load_settings(path: Path | None) -> Settings:
    """Read a settings file, the environment over it, and check that they make sense together.

    Raises SettingsError, which names each wrong key by its path.
    """
    try:
        settings = Settings(**(_read_toml(path) if path else {}))
    except ValidationError as error:
        raise SettingsError(_explained(error, path)) from None
    check_together(settings)
    return settings


def check_together(settings: Settings) -> None:
    """Check what one field cannot know of another; raises SettingsError with the way out."""
    smtp = settings.delivery.smtp
    if smtp.username and not (smtp.password or smtp.password_file):
        raise SettingsError(
            "delivery.smtp.username is set without a password: set DIGEST_DELIVERY__SMTP__PASSWORD"
            " or delivery.smtp.password_file"
        )
    if settings.edition.min_papers > settings.edition.max_papers:
        raise SettingsError("edition.min_papers is above edition.max_papers: lower it")
    names = [source.name for source in settings.sources]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SettingsError(f"sources: two are named {twice[0]!r}; rename one")
    dkim = settings.delivery.dkim
    if dkim.domain and not (dkim.selector and dkim.key_file):
        raise SettingsError(
            "delivery.dkim.domain needs delivery.dkim.selector and delivery.dkim.key_file;"
            " `digest dkim keygen` makes a key"
        )


def sender_address(settings: Settings) -> str:
    """Return the From address; on this machine there is one that works."""
    return settings.newsletter.sender or "digest@localhost"


def secret_of(value: SecretStr | None, file: Path | None, *, name: str) -> str | None:
    """Return a secret from its setting or its file; raises SettingsError, never showing it."""
    if value is not None:
        return value.get_secret_value()
    if file is None:
        return None
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingsError(f"{name}: cannot read {file}: {reason}") from None
    if not secret:
        raise SettingsError(f"{name}: {file} is empty")
    return secret


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"cannot read the settings file {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from None


def _explained(error: ValidationError, path: Path | None) -> str:
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        key = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            said = "no such setting; see settings.toml for all of them"
        else:
            said = problem["msg"].removeprefix("Value error, ")
        lines.append(f"{key}: {said}")
    where = f"{path} or the environment" if path else "the environment"
    return f"in {where}: " + "; ".join(lines)
