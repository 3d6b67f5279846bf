"""The failure of a definition that may not be published: it carries every finding, not only the first."""

from __future__ import annotations

from forms_dsl.diagnostics import Diagnostic
from forms_dsl.source import pointer_text
from runtime.failures import Fault, Invalid
from runtime.publish.codes import REFUSED


class Refused(Invalid):
    """The definition has errors; nothing was changed and the running app goes on."""

    code = REFUSED.id

    def __init__(self, app: str, diagnostics: tuple[Diagnostic, ...]) -> None:
        errors = tuple(found for found in diagnostics if found.severity == "error")
        faults = tuple(
            Fault(
                found.code,
                {"zh": found.message_in("zh"), "en": found.message_in("en")},
                pointer=pointer_text(("files", found.span.file)),
            )
            for found in errors
        )
        message = {
            "zh": f"应用 {app} 的定义有 {len(errors)} 处错误，未发布，原版本继续使用。",
            "en": f"The definition of {app} has {len(errors)} error(s). Nothing was published and the app runs on as before.",
        }
        super().__init__(message, faults=faults)
        self.diagnostics = diagnostics
