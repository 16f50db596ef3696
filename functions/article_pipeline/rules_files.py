"""Rules of sites, live: files in a bucket of their own, each for the articles in the folder of its name.

The owner puts `rules.json` there for all articles, and `herald/2025/rules.json` for those whose keys begin with
`herald/2025/`. Of several the one in the deepest folder counts alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from article_cleanup import InvalidRules, read_rules, rules_version

from .model import ListedObject, SourceObject
from .objects import ObjectStore
from .settings import Settings
from .telemetry import Telemetry

FILE_NAME = "rules.json"
LOOK_AGAIN_SECONDS = 30
# A thousand entries and more. To check as many takes a second or two, which one article has to wait for.
_MAX_BYTES = 256 << 10
# So often an owner may fail in a row, and the last good version is still found.
_MAX_OLDER_VERSIONS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """Why the current version of a file cannot be used, and which older one is used instead, if there is any."""

    version_id: str | None
    problems: tuple[str, ...]
    in_force: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """What came of a file as it was listed. `settings` are those with its rules; None if it never had good ones."""

    listed: ListedObject
    settings: Settings | None
    refusal: _Refusal | None = None


class RulesFiles:
    """The settings for each object, with the rules that are in force for it.

    The bucket is listed at most twice a minute, and a file is read when the first article needs it. A
    broken one is refused: the last good version stays in force. That is found among the bucket's old versions, so that
    a function that has just started knows it as well.
    """

    def __init__(
        self, store: ObjectStore, settings: Settings, telemetry: Telemetry, *, clock: Callable[[], float] = time.time
    ) -> None:
        """`settings` are those where no file is for an object. `clock` tells seconds, and goes on between events.

        The time of day does so; Python's other clocks may stand still while Lambda has a function frozen.
        """
        self._store = store
        self._settings = settings
        self._telemetry = telemetry
        self._clock = clock
        self._looked_at: float | None = None
        self._listed: dict[str, ListedObject] = {}
        self._loaded: dict[str, _Loaded] = {}
        self._told: set[str] = set()
        self._misnamed: set[str] = set()

    def settings_for(self, key: str) -> Settings:
        """The settings for an object of the input bucket. Raises whatever `botocore` raises, and is as before then."""
        if not self._settings.rules_bucket:
            return self._settings
        self._look(self._settings.rules_bucket)
        for folder in _folders(key):
            listed = self._listed.get(folder + FILE_NAME)
            settings = listed and self._in_force(self._settings.rules_bucket, listed)
            if settings:
                return settings
        return self._settings

    def _look(self, bucket: str) -> None:
        now = self._clock()
        if self._looked_at is None or not 0 <= now - self._looked_at < LOOK_AGAIN_SECONDS:
            self._listed = {listed.key: listed for listed in self._store.list_objects(bucket)}
            self._tell_misnamed(bucket)
            self._loaded = {key: loaded for key, loaded in self._loaded.items() if key in self._listed}
            self._told.clear()
            self._looked_at = now

    def _tell_misnamed(self, bucket: str) -> None:
        """Tells once of each file that is for no article, for want of the right name. Folders are no files."""
        misnamed = {key for key in self._listed if not f"/{key}".endswith((f"/{FILE_NAME}", "/"))}
        if new := sorted(misnamed - self._misnamed):
            self._telemetry.rules_misnamed(bucket, new, name=FILE_NAME)
        self._misnamed = misnamed

    def _in_force(self, bucket: str, listed: ListedObject) -> Settings | None:
        loaded = self._loaded.get(listed.key)
        if loaded is None or loaded.listed != listed:
            loaded = self._loaded[listed.key] = self._load(bucket, listed)
        # Told again at each look, and not only at the first: the alarm is to last as long as what it tells of.
        if loaded.refusal and listed.key not in self._told:
            self._told.add(listed.key)
            refusal = loaded.refusal
            self._telemetry.rules_refused(
                bucket, listed.key, refusal.version_id, problems=refusal.problems, in_force=refusal.in_force
            )
        return loaded.settings

    def _load(self, bucket: str, listed: ListedObject) -> _Loaded:
        current = self._read(bucket, listed.key)
        if current is None:
            return _Loaded(listed=listed, settings=None)
        try:
            return _Loaded(listed=listed, settings=self._with_rules_of(current))
        except InvalidRules as error:
            version_id, problems = current.version.version_id, error.problems
        in_force, settings = self._last_good(bucket, listed.key, version_id)
        return _Loaded(
            listed=listed,
            settings=settings,
            refusal=_Refusal(version_id=version_id, problems=problems, in_force=in_force),
        )

    def _last_good(self, bucket: str, key: str, than: str | None) -> tuple[str | None, Settings | None]:
        """The latest good version of a file before a broken one, and the settings with it."""
        for version_id in self._store.older_versions(bucket, key, than=than, at_most=_MAX_OLDER_VERSIONS):
            source = self._read(bucket, key, version_id)
            try:
                if source:
                    return version_id, self._with_rules_of(source)
            except InvalidRules:
                continue
        return None, None

    def _read(self, bucket: str, key: str, version_id: str | None = None) -> SourceObject | None:
        return self._store.read(bucket, key, max_bytes=_MAX_BYTES, version_id=version_id)

    def _with_rules_of(self, source: SourceObject) -> Settings:
        if source.archived:
            raise InvalidRules(["It lies in an archive. Upload it again, in a storage class that can be read."])
        if source.body is None:
            raise InvalidRules([f"It has {source.size:,} bytes, and may have {_MAX_BYTES:,}. Split it by folders."])
        settings = self._settings
        settings = replace(settings, cleanup=replace(settings.cleanup, site_rules=read_rules(source.body)))
        self._telemetry.rules_loaded(
            source.bucket, source.key, source.version.version_id, rules_version=rules_version(settings.cleanup)
        )
        return settings


def _folders(key: str) -> Iterator[str]:
    """The folders that an object lies in, the deepest first. The last is that of all: nothing."""
    end = len(key)
    while (end := key.rfind("/", 0, end)) >= 0:
        yield key[: end + 1]
    yield ""
