"""What a check-up says of the sentence model."""

from __future__ import annotations

import os
from collections.abc import Iterator

from digest.errors import ModelError
from digest.operations.doctor.findings import Check
from digest.ranking import models
from digest.settings import Settings


def check_model(settings: Settings) -> Iterator[Check]:
    """Say which model ranks; name one that is missing, has changed, or was never measured.

    Without the usual model ranking goes on by words. One that was chosen has to be right.
    """
    of = settings.ranking
    if of.semantic == "off":
        yield Check("model", "ok", "none: by words alone, as ranking.semantic says")
        return
    try:
        found = models.state_of_model(models.models_folder(os.environ), of.model)
    except ModelError as problem:
        chosen = of.semantic == "on" or of.model != models.NAME
        less = "" if of.semantic == "on" else "ranking goes on by words alone: "
        yield Check("model", "error" if chosen else "warning", f"{less}{problem}")
    else:
        yield Check("model", "ok", found)
