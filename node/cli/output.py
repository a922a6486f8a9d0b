"""What a command says: results on stdout, everything else on stderr, in one language, or as JSON Lines."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from node.cli.progress import Progress, Stream

if TYPE_CHECKING:
    from node.errors import Words

EXIT_OK = 0


class Output:
    """The voice of a command; remembers the worst exit code that was earned."""

    def __init__(self, *, language: str, as_json: bool, stdout: Stream | None = None, stderr: Stream | None = None) -> None:
        self.language = language
        self.as_json = as_json
        self.exit_code = EXIT_OK
        self.stdout: Stream = stdout or sys.stdout
        self.stderr: Stream = stderr or sys.stderr

    def say(self, zh: str, en: str) -> None:
        """Print a result for a person; with --json nothing."""
        if not self.as_json:
            print(_visible(zh if self.language == "zh" else en, lines=True), file=self.stdout, flush=True)

    def note(self, zh: str, en: str) -> None:
        """Print what is no result (a warning, a hint) on stderr."""
        print(_visible(zh if self.language == "zh" else en, lines=True), file=self.stderr, flush=True)

    def record(self, value: dict[str, Any]) -> None:
        """Print one JSON line; without --json nothing. A printed line is an acknowledgement."""
        if self.as_json:
            print(json.dumps(_clean(value), ensure_ascii=False, separators=(",", ":")), file=self.stdout, flush=True)

    def refuse(self, error: BaseException, *, source: str | None = None) -> None:
        """Say that something was refused, and remember its exit code."""
        self.exit_code = max(self.exit_code, getattr(error, "exit_code", 4))
        value = error_to_json(error, self.language)
        if self.as_json:
            self.record({"error": value} | ({"source": source} if source is not None else {}))
            return
        text = error_text(error, self.language)
        self.note(text, text)

    def progress(self, zh: str, en: str, total: int) -> Progress:
        """Make a bar of `total` steps, drawn where a person sees it."""
        return Progress(zh if self.language == "zh" else en, total, stream=self.stderr)

    def fail(self, exit_code: int) -> None:
        """Remember an exit code."""
        self.exit_code = max(self.exit_code, exit_code)


def error_text(error: BaseException, language: str) -> str:
    """Give an error for a person: where, what, and what to do."""
    words: Words | None = getattr(error, "words", None)
    what = words.in_language(language) if words is not None else f"{type(error).__name__}: {error}"
    place = _place(error, language, said=what)
    mend: Words | None = getattr(error, "mend", None)
    advice = "" if mend is None else "\n  → " + mend.in_language(language)
    label = "错误" if language == "zh" else "error"
    return f"{label}: {_visible(place + what)}{advice}"


def error_to_json(error: BaseException, language: str) -> dict[str, Any]:
    """Give an error as {code, message, file, row, field, mend}, and {sheet, column, value} where they are known."""
    words: Words | None = getattr(error, "words", None)
    mend: Words | None = getattr(error, "mend", None)
    return {
        "code": getattr(error, "code", "own-fault"),
        "message": words.in_language(language) if words is not None else f"{type(error).__name__}: {error}",
        "file": getattr(error, "file", None),
        "row": getattr(error, "row", None),
        "field": getattr(error, "field", None),
        "mend": None if mend is None else mend.in_language(language),
    } | {name: known for name in ("sheet", "column", "value") if (known := getattr(error, name, None)) is not None}


def _place(error: BaseException, language: str, *, said: str) -> str:
    """Say where: file, sheet, row, column or field, value; a field that the sentence begins with is not said twice."""
    parts: list[str] = []
    if (file := getattr(error, "file", None)) is not None:
        parts.append(str(file))
    if (sheet := getattr(error, "sheet", None)) is not None:
        parts.append(f"工作表“{sheet}”" if language == "zh" else f"sheet {sheet!r}")
    if (row := getattr(error, "row", None)) is not None:
        parts.append(f"第 {row} 行" if language == "zh" else f"line {row}")
    if (column := getattr(error, "column", None)) is not None:
        parts.append(f"“{column}”列" if language == "zh" else f"column {column!r}")
    elif (field := getattr(error, "field", None)) is not None and not said.startswith((f"字段 {field}", f"field {field}")):
        parts.append(f"字段 {_field_in_chinese(field)}" if language == "zh" else f"field {field}")
    if (value := getattr(error, "value", None)) is not None:
        parts.append(f"值“{value}”" if language == "zh" else f"value {value!r}")
    return (", ".join(parts) + ": ") if parts else ""


def _field_in_chinese(field: str) -> str:
    """Give a field as the heads of a list name it, with its code."""
    from node.importers.description_list import HEADINGS

    return f"{HEADINGS[field]}({field})" if field in HEADINGS else field


def _clean(value: Any) -> Any:
    r"""Write bytes of a file name that are not UTF-8 as text (``\xff``), so that every JSON reader takes the line."""
    if isinstance(value, str):
        return _printable(value)
    if isinstance(value, dict):
        return {name: _clean(item) for name, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, (list, tuple)) else value


def _visible(text: str, *, lines: bool = False) -> str:
    """Write what would steer a terminal or forge a line as escapes; with `lines`, line ends are meant."""
    kept = "\n" if lines else ""
    return "".join(
        letter if letter.isprintable() or letter in kept else letter.encode("unicode_escape").decode()
        for letter in _printable(text)
    )


def _printable(text: str) -> str:
    try:
        return text.encode(errors="surrogateescape").decode(errors="backslashreplace")
    except UnicodeEncodeError:  # a lone surrogate that stands for no byte
        return text.encode(errors="backslashreplace").decode()
