"""How an inquiry and its archive are found by verification: papers and manifests bear them."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.models import Archive, Procedure, ProcedureState
from publication.models import Notice
from publication.verification import Finding, Standing, Wanted


def procedure(wanted: Wanted) -> Finding | None:
    """By the procurement number, or by the digest of an archive or of its manifest."""
    if wanted.number:
        number, _v, version = wanted.number.partition("-V")
        row = Procedure.objects.public().select_related("owner").filter(number=number).first()
        if row is None:
            return None
        drawn = row.archives.exclude(drawn_at=None).order_by("-version")
        if version.isdigit():
            drawn = drawn.filter(version=int(version))
        return _finding(row, drawn.first())
    bears = Q(digest=wanted.digest) | Q(manifest_digest=wanted.digest)
    archive = Archive.objects.filter(bears).select_related("procedure__owner").first()
    if archive is not None:
        return _finding(archive.procedure, archive)
    told = Notice.objects.filter(kind="inquiry-result", facts__bundle=wanted.digest).first()
    row = Procedure.objects.filter(code=told.subject_code).first() if told else None
    return _of_bundle(row, wanted.digest) if row else None


def _of_bundle(procedure: Procedure, digest: str) -> Finding:
    assert procedure.awarded_at is not None  # noqa: S101 (it has a result)
    number = procedure.number or ""
    return Finding(
        standing=Standing.IN_FORCE,
        kind=_("draw.json: the facts of a selection, from which anybody computes its result"),
        title=procedure.title,
        number=number,
        digest=digest,
        link=procedure.get_absolute_url(),
        issued_at=procedure.awarded_at,
        issuer=procedure.owner_shown,
        download=("draw.json", reverse("procurement:inquiry-bundle", args=[number])),
    )


def _finding(procedure: Procedure, archive: Archive | None) -> Finding:
    assert procedure.published_at is not None  # noqa: S101 (public)
    ended = procedure.state in (ProcedureState.WITHDRAWN, ProcedureState.FAILED)
    lines = [(_("State"), procedure.get_state_display())]
    if archive is not None:
        lines.append((_("Archive"), f"v{archive.version} · {archive.files}"))
    return Finding(
        standing=Standing.ENDED if ended else Standing.IN_FORCE,
        kind=_("inquiry"),
        title=procedure.title,
        number=procedure.number or "",
        digest=(archive.manifest_digest if archive else None) or procedure.version.digest,
        link=procedure.get_absolute_url(),
        issued_at=procedure.published_at,
        issuer=procedure.owner_shown,
        file_digest=(archive.digest if archive else None) or "",
        file_label=_("SHA-256 of the archive (ZIP)"),
        lines=tuple(lines),
    )
