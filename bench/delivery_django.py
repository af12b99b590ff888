"""django-newsletter's own submission: python delivery_django.py PORT MAILS SAMPLE."""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

port, mails, sample = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])

import django  # noqa: E402
from django.conf import settings  # noqa: E402

folder = tempfile.mkdtemp()
templates = Path(folder) / "templates" / "newsletter" / "message"
templates.mkdir(parents=True)
holes = json.loads((sample / "holes.json").read_text())


def template(name: str) -> str:
    body = (sample / name).read_text()
    for hole, mark in holes.items():
        body = body.replace(
            mark,
            "{{ subscription.name }}" if hole == "name" else "{{ subscription.activation_code }}",
        )
    return body


(templates / "message.html").write_text(template("body.html"))
(templates / "message.txt").write_text(template("body.text"))
(templates / "message_subject.txt").write_text("{{ message.title }} and 9 more papers")
settings.configure(
    SECRET_KEY="x",
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/db"}},
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sites",
        "django.contrib.messages",
        "django.contrib.sessions",
        "sorl.thumbnail",
        "newsletter",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [f"{folder}/templates"],
            "APP_DIRS": True,
        }
    ],
    EMAIL_HOST="127.0.0.1",
    EMAIL_PORT=port,
    SITE_ID=1,
    USE_TZ=True,
    MEDIA_ROOT=folder,
    NEWSLETTER_RICHTEXT_WIDGET=None,
    NEWSLETTER_THUMBNAIL="sorl-thumbnail",
    ROOT_URLCONF="newsletter.urls",
)
django.setup()
from django.core.management import call_command  # noqa: E402

call_command("migrate", verbosity=0)
from django.contrib.sites.models import Site  # noqa: E402
from django.utils import timezone  # noqa: E402
from newsletter.models import Message, Newsletter, Submission, Subscription  # noqa: E402

paper = Newsletter.objects.create(
    title="Papers",
    slug="papers",
    email="papers@digest.example.org",
    sender="Papers",
    send_html=True,
)
paper.site.set(Site.objects.all())
Subscription.objects.bulk_create(
    Subscription(
        name_field=f"Reader {n}",
        email_field=f"reader{n}@list{n % 7}.example.org",
        newsletter=paper,
        subscribed=True,
        activation_code=f"{n:040d}",
    )
    for n in range(mails)
)
message = Message.objects.create(title="Graph", newsletter=paper, slug="m")
submission = Submission.objects.create(
    message=message, newsletter=paper, prepared=True, publish_date=timezone.now()
)
submission.subscriptions.set(Subscription.objects.all())
sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115
cpu, wall = time.process_time(), time.monotonic()
submission.submit()
print(f"took {time.process_time() - cpu} {time.monotonic() - wall}", file=sys.stderr)
