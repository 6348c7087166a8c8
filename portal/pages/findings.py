"""What the lint has found of the object on a form, shown where it is mended: at the field."""

from __future__ import annotations

from django import forms

from portal.publish import versions
from portal.publish.findings import Finding


def at_fields(form: forms.Form, path: str) -> tuple[Finding, ...]:
    """Puts each finding of this page at its field, as `finding` of the Field; those without one come back."""
    rest = []
    for finding in versions.findings():
        if path not in (finding.link, *finding.at):
            continue
        if finding.field in form.fields:
            form.fields[finding.field].finding = finding  # type: ignore[attr-defined]
        else:
            rest.append(finding)
    return tuple(rest)
