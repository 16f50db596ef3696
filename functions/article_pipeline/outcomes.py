"""What stands in the output bucket for one object, and how something else is put in its place.

An outcome is a clean article with its report, or else a rejection. S3 writes one object at a time, and meanwhile
another invocation can be at work on another version of the same source. So each object is written only in the place of
what was seen there before the source was read, and who was overtaken starts again: nothing that was made from an older
version is ever written over something newer.

Articles and rejections lie in places of their own, so S3 cannot refuse the one where the other stands. Instead, whoever
has written one looks for the other. Of two that write at the same time one is the last to have written, at least, and
that one sees what the other wrote, for S3 shows what was written from then on.
"""

from __future__ import annotations

from dataclasses import dataclass

from .keys import clean_key, page_key, rejected_key, report_key
from .metadata import rules_version_of, source_version
from .model import CleanOutput, ObjectVersion, OutputObject, Result, StoredObject
from .objects import ObjectStore, Overtaken, Upload


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands in the output bucket for the object `key`; None for what does not, or was not looked for.

    `is_hoped` where only a rejection was looked for, in the hope that nothing else stands there.
    """

    key: str
    clean: StoredObject | None
    report: StoredObject | None
    rejection: StoredObject | None
    page: StoredObject | None = None
    is_hoped: bool = False

    def is_empty(self) -> bool:
        """Whether nothing stands there at all."""
        return not (self.clean or self.report or self.rejection or self.is_hoped)

    def is_whole(self) -> bool:
        """Whether it is one outcome with nothing missing and nothing beside it."""
        if self.is_hoped:
            return False
        if self.clean:
            return bool(self.report) and self.has_report_of_its_article() and not self.rejection
        return bool(self.rejection) and not self.report

    def is_outcome_of(self, version: ObjectVersion) -> bool:
        """Whether it is one whole outcome, of that version of the source."""
        made = self.clean or self.rejection
        return self.is_whole() and made is not None and source_version(made) == version

    def has_parts_of(self, version: ObjectVersion) -> bool:
        """Whether a clean article of that version stands there, or the report on it, whole or not."""
        return any(part and source_version(part) == version for part in (self.clean, self.report))

    def has_report_of_its_article(self) -> bool:
        """Whether article and report, if both are there, were made of the same version by the same rules.

        It is so as far as they tell. Rules change while functions are at work, and each can have its own for a while.
        """
        outputs = [output for output in (self.clean, self.report) if output]
        versions = {source_version(output) for output in outputs}
        rules = {rules_version_of(output) for output in outputs}
        return len(versions - {None}) <= 1 and len(rules - {None}) <= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedOutput:
    """A clean packed file that is on its way, the report on it, and the page that shows it, if there is to be one."""

    article: Upload
    report: Upload
    page: Upload | None = None


class Outcomes:
    """The outcomes in an output bucket. What writes raises `Overtaken` when another invocation wrote meanwhile."""

    def __init__(self, store: ObjectStore, bucket: str, *, with_pages: bool = False) -> None:
        """The outcomes in a bucket, with pages beside their reports, if the owner wants them."""
        self._store = store
        self._bucket = bucket
        self._with_pages = with_pages

    def hope_for_none(self, key: str) -> Standing:
        """What stands there now for an object that is most likely new. It takes one request, and `look` three.

        A clean article and its report are not looked for: S3 refuses to write them where they stand already, and who
        wanted to was overtaken, and looks. A rejection is: it is to be gone before anybody can see the article.
        """
        rejection = self._store.look(self._bucket, rejected_key(key))
        return Standing(key=key, clean=None, report=None, rejection=rejection, is_hoped=True)

    def look(self, key: str) -> Standing:
        """What stands there now for an object."""
        look = self._store.look
        return Standing(
            key=key,
            clean=look(self._bucket, clean_key(key)),
            report=look(self._bucket, report_key(key)),
            rejection=look(self._bucket, rejected_key(key)),
            page=look(self._bucket, page_key(key)) if self._with_pages else None,
        )

    def put(
        self, standing: Standing, result: Result[CleanOutput] | Result[PackedOutput] | Result[OutputObject]
    ) -> bool:
        """Makes a clean article or a rejection the outcome. Whoever sees it finds nothing of the other kind beside it.

        A report is there before its article is. A rejection goes only where no article is seen, and one by chance makes
        way for an article of the same version, also for one that is still being written: that raises `Overtaken`, too.

        Returns whether all is as it should be now. Otherwise there is something of the other kind, or there was: S3
        removes whatever stands there, and that can have been newer than what was seen.
        """
        if not isinstance(result.output, OutputObject):
            return self._put_article(standing, result.output)
        if standing.is_hoped and (result.is_by_chance or self._store.look(self._bucket, clean_key(standing.key))):
            raise Overtaken
        if result.is_by_chance and standing.has_parts_of(result.version):
            self._remove(standing.rejection, rejected_key(standing.key))
            raise Overtaken
        return self._put_rejection(standing, result.output)

    def _put_article(self, standing: Standing, output: CleanOutput | PackedOutput) -> bool:
        self._store.write(self._bucket, output.report, replaces=standing.report)
        if output.page:
            self._store.write(self._bucket, output.page, replaces=standing.page)
        self._remove(standing.rejection, rejected_key(standing.key))
        self._store.write(self._bucket, output.article, replaces=standing.clean)
        return not (standing.rejection or self._store.look(self._bucket, rejected_key(standing.key)))

    def _put_rejection(self, standing: Standing, rejection: OutputObject) -> bool:
        # The article goes first, as nobody is to see it without its report.
        self._remove(standing.clean, clean_key(standing.key))
        self._remove(standing.page, page_key(standing.key))
        self._remove(standing.report, report_key(standing.key))
        self._store.write(self._bucket, rejection, replaces=standing.rejection)
        if standing.clean or standing.report:
            return False
        return not any(self._store.look(self._bucket, name(standing.key)) for name in (clean_key, report_key))

    def settle(self, key: str, rejection: OutputObject) -> bool:
        """Makes one outcome of what stands there for a source that is gone. Returns whether there was anything to do.

        A clean article that stands there stays. Where there is nothing, `rejection` says why.
        """
        # What was seen before the source was found gone will not do: its outcome can have been finished in between.
        standing = self.look(key)
        if standing.clean:
            stray = None if standing.has_report_of_its_article() else standing.report
            self._remove(stray, report_key(key))
            self._remove(stray and standing.page, page_key(key))
            self._remove(standing.rejection, rejected_key(key))
            return bool(stray or standing.rejection)
        self._remove(standing.report, report_key(key))
        self._remove(standing.page, page_key(key))
        if not standing.rejection:
            self._store.write(self._bucket, rejection, replaces=None)
        return bool(standing.report) or not standing.rejection

    def _remove(self, standing: StoredObject | None, key: str) -> None:
        if standing:
            self._store.remove(self._bucket, key)
