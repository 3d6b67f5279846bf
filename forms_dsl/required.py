"""The other apps that an app requires: found by name, loaded with what they require themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from forms_dsl.app_header import HEADER_FILES, read_header
from forms_dsl.load import load_app
from forms_dsl.model import App
from forms_dsl.org import BUILT_IN
from forms_dsl.source import path_within_app

#: The texts of the app of a name, or None where there is none.
FindApp = Callable[[str], Mapping[str, str] | None]


def required_names(files: Mapping[str, str]) -> tuple[str, ...]:
    """The names under `requires.apps` of an app's file, as far as they can be read, without the built-in ones; an overlay
    also requires what its base does.
    """
    names: dict[str, None] = {}
    for path in files:
        if path_within_app(path) not in HEADER_FILES:
            continue
        here: object = read_header({path_within_app(path): files[path]})
        for key in ("requires", "apps"):
            here = here.get(key) if isinstance(here, dict) else None
        names.update(dict.fromkeys(str(name) for name in here if str(name) not in BUILT_IN) if isinstance(here, dict) else {})
    return tuple(names)


def load_required(files: Mapping[str, str], find: FindApp) -> dict[str, App]:
    """The apps that these texts require and that are whole; of apps that require each other in a circle, none is."""
    return _required(files, find, {}, ())


def _required(files: Mapping[str, str], find: FindApp, done: dict[str, App | None], around: tuple[str, ...]) -> dict[str, App]:
    found = {}
    for name in required_names(files):
        if name not in done and name not in around:
            texts = find(name)
            others = _required(texts, find, done, (*around, name)) if texts is not None else {}
            loaded = load_app(texts, others=others).app if texts is not None else None
            done[name] = loaded if loaded is not None and loaded.name == name else None
        app = done.get(name)
        if app is not None:
            found[name] = app
    return found


def first_of(*finders: FindApp) -> FindApp:
    """A finder that asks several, in their order."""

    def find(name: str) -> Mapping[str, str] | None:
        return next((texts for finder in finders if (texts := finder(name)) is not None), None)

    return find
