"""What dbt does again for every node and every layer, and need not: it is done once.

dbt is made for one command a process. Here a process builds five layers of one manifest that nobody changes meanwhile, so
its graph, its macros and the code of its templates stay the same; and nobody hears any of its thousands of events but
that a node has finished. What is replaced does the same, of the version of dbt that is locked. See decision 0028.
"""

from __future__ import annotations

import marshal
import sys
from collections.abc import Mapping
from pathlib import Path
from types import CodeType
from typing import Any

# The only event that `DbtProject.build` listens to.
HEARD = frozenset({"NodeFinished"})

_codes: dict[tuple[str, str], CodeType] = {}
_graphs: dict[bool, tuple[Any, Any]] = {}
_is_thrifty: list[bool] = []


def be_thrifty() -> None:
    """From now on dbt is thrifty in this process."""
    if _is_thrifty:
        return
    _is_thrifty.append(True)
    _link_once()
    _compile_once()
    _make_macros_quickly()
    _make_events_when_heard()
    _name_the_caller_quickly()
    _keep_no_statements()


def keep_templates(manifest: Any, path: Path) -> None:
    """Write down the code of all templates that a run may need, so that it need not make it."""
    from dbt_common.clients.jinja import get_environment

    be_thrifty()
    environment = get_environment()
    sources = {macro.macro_sql for macro in manifest.macros.values()}
    sources |= {
        node.raw_code
        for node in manifest.nodes.values()
        if getattr(node, "language", "sql") == "sql" and node.raw_code
    }
    for source in sources:
        environment.compile(source)
    kept = {key: code for key, code in _codes.items() if key[1] in sources}
    path.write_bytes(marshal.dumps(kept))


def take_templates(path: Path) -> None:
    """Take what was written down; without it templates are made as they are needed."""
    be_thrifty()
    try:
        _codes.update(marshal.loads(path.read_bytes()))
    except (OSError, ValueError, EOFError, TypeError):
        return


def _replace(owner: type, name: str, other: Any) -> None:
    setattr(owner, name, other)


def _link_once() -> None:
    """The graph of a manifest is linked, and looked through for circles, once for all layers."""
    from dbt.compilation import Compiler
    from dbt.graph import Graph

    link = Compiler.compile

    def compile(self: Any, manifest: Any, write: bool = True, add_test_edges: bool = False) -> Any:
        known = _graphs.get(add_test_edges)
        if known is None or known[0] is not manifest:
            known = manifest, link(self, manifest, write, add_test_edges).graph
            _graphs[add_test_edges] = known
        else:
            self.initialize()
        return Graph(known[1])

    _replace(Compiler, "compile", compile)


def _compile_once() -> None:
    """A template is made into code once: the same text always gives the same."""
    from dbt_common.clients.jinja import MacroFuzzEnvironment

    make = MacroFuzzEnvironment.compile

    def compile(self: Any, source: Any, *arguments: Any, **options: Any) -> Any:
        if arguments or options or not isinstance(source, str):
            return make(self, source, *arguments, **options)
        key = type(self).__name__, source
        code = _codes.get(key)
        if code is None:
            code = _codes[key] = make(self, source)
        return code

    _replace(MacroFuzzEnvironment, "compile", compile)


def _make_macros_quickly() -> None:
    """Every node gets its own objects of all macros, twice: made in one go, and looked up in one place."""
    from dbt.clients.jinja import MacroGenerator
    from dbt.context.macros import GLOBAL_PROJECT_NAME, MacroNamespace, MacroNamespaceBuilder

    class Flat(MacroNamespace):  # type: ignore[misc]
        def __init__(self, globals: Any, locals: Any, internal: Any, packages: Any) -> None:
            super().__init__(globals, locals, internal, packages)
            # The one that dbt would find first stands last.
            own = {GLOBAL_PROJECT_NAME: internal}
            self._flat = {**internal, **own, **packages, **globals, **locals}

        def _keys(self) -> Any:
            return self._flat.keys()

        def keys(self) -> Any:
            return self._flat.keys()

        def __getitem__(self, key: str) -> Any:
            return self._flat[key]

    def build_namespace(self: Any, macros: Mapping[str, Mapping[str, Any]], context: Any) -> Any:
        node, stack = self.node, self.thread_ctx
        made = {
            package: {
                macro.name: MacroGenerator(macro, context, node, stack) for macro in named.values()
            }
            for package, named in macros.items()
        }
        internal: dict[str, Any] = {}
        for package in reversed(self.internal_package_names_order):
            internal.update(made.get(package, {}))
        packages = {
            package: named
            for package, named in made.items()
            if package not in self.internal_package_names
        }
        local = packages.get(self.search_package, {})
        is_own = self.search_package == self.root_package
        root = {} if is_own else packages.get(self.root_package, {})
        return Flat(root, local, internal, packages)

    def generate(self: Any, macro: Any, context: Any = None, node: Any = None, stack: Any = None) -> None:  # fmt: skip
        self.macro, self.context, self.node, self.stack = macro, context, node, stack

    _replace(MacroGenerator, "__init__", generate)
    _replace(MacroNamespaceBuilder, "build_namespace", build_namespace)


def _make_events_when_heard() -> None:
    """An event is filled when somebody looks at it, and handed on when somebody hears it."""
    from dbt_common.events.base_types import BaseEvent
    from dbt_common.events.event_manager import EventManager

    fill, fire = BaseEvent.__init__, EventManager.fire_event

    def begin(self: Any, *arguments: Any, **values: Any) -> None:
        self.__dict__["given"] = arguments, values

    def message_of(self: Any) -> Any:
        held = self.__dict__
        if "filled" not in held:
            arguments, values = held.pop("given")
            fill(self, *arguments, **values)
        return held["filled"]

    def hold(self: Any, message: Any) -> None:
        self.__dict__["filled"] = message

    def write(self: Any, key: str, value: Any) -> None:
        if key == "pb_msg":
            hold(self, value)
        else:
            setattr(self.pb_msg, key, value)

    def read(self: Any, key: str) -> Any:
        return getattr(message_of(self), key)

    def hand_on(self: Any, e: Any, *arguments: Any, **options: Any) -> None:
        is_plain = not (arguments[2:] or options.get("force_warn_or_error_handling"))
        is_quiet = not self.loggers and not self.require_warn_or_error_handling
        if is_plain and is_quiet and type(e).__name__ not in HEARD:
            return
        fire(self, e, *arguments, **options)

    _replace(BaseEvent, "__init__", begin)
    _replace(BaseEvent, "__setattr__", write)
    _replace(BaseEvent, "__getattr__", read)
    _replace(BaseEvent, "pb_msg", property(message_of, hold))
    _replace(EventManager, "fire_event", hand_on)


def _name_the_caller_quickly() -> None:
    """A flag of an adapter is named after the module that asks, which dbt finds by reading the source of every caller.

    It looks at all modules for that, for every layer, and so imports those that were put off.
    """
    from dbt_common import behavior_flags

    def default_source() -> str:
        frame = sys._getframe(1)
        while frame.f_back and frame.f_globals["__name__"] == behavior_flags.__name__:
            frame = frame.f_back
        return str(frame.f_globals["__name__"])

    _replace(behavior_flags.BehaviorFlagRendered, "_default_source", staticmethod(default_source))


def _keep_no_statements() -> None:
    """What a node sends is written to a file each (`run/`), which nobody reads; what it compiles to is written all the same."""
    from dbt.contracts.graph.nodes import ParsedNode

    write = ParsedNode.write_node

    def write_node(self: Any, project_root: str, path: str, code: str) -> None:
        if path != self.build_path:
            write(self, project_root, path, code)

    _replace(ParsedNode, "write_node", write_node)
