"""The command line. A command is imported when it is asked for, so that `wirebeat tail` does not pay for spaCy."""

from __future__ import annotations

import sys
from importlib import import_module
from io import TextIOWrapper

#: command → module, one line of help; the module has it by that name, or as `app`. docs and tests read it.
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("worker.cli.run", "the service: polls, fetches, reads, publishes; with an embedded server if none is set"),
    "demo": ("worker.cli.demo", "see it work on a small news site of its own, no network needed"),
    "worker": ("worker.cli.role", "one role: poll, fetch, gather (both) or enrich"),
    "beat": ("worker.cli.role", "the clock; any number may run"),
    "web": ("worker.cli.web", "the gateway and live page"),
    "check": ("worker.cli.check", "settings, feeds, topics, server, model: one line each"),
    "enrich": ("worker.cli.enrich", "a file of pages → a file of records"),
    "explain": ("worker.cli.explain", "every stage of one article with its evidence; publishes nothing"),
    "why-not": ("worker.cli.explain", "why an article did not get a topic"),
    "tail": ("worker.cli.stream", "follow a stream"),
    "replay": ("worker.cli.stream", "copy records of a time to another stream"),
    "export": ("worker.cli.stream", "records as JSON Lines, CSV or Parquet"),
    "stats": ("worker.cli.stats", "the account: every entry seen and what became of it"),
    "top": ("worker.cli.top", "health, work, ends, roles, feeds and the newest records, live"),
    "dead": ("worker.cli.dead", "entries that could not become records: list, show, retry, drop"),
    "feeds": ("worker.cli.feeds", "the feed list: list, add, remove, import, export, check, status, parse, poll"),
    "topics": ("worker.cli.topics", "topic rules: check, eval, fit, new, diff, retag"),
    "bench": ("worker.cli.bench", "the whole service against a plain loop over the same pages"),
    "schema": ("worker.cli.schema", "JSON Schema of a record"),
    "version": ("worker.cli.stats", "what runs here"),
}

EXIT_NO_SERVER = 69
EXIT_BAD_CONFIG = 78
EXIT_ALREADY_RUNNING = 3
EXIT_INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> None:
    arguments = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        # a letter that the terminal does not have is shown as a question mark
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(_help())  # noqa: T201  (help is what was asked for)
        sys.exit(0)
    name = "version" if arguments[0] in ("-V", "--version") else arguments[0]
    if name not in COMMANDS:
        sys.stderr.write(f"wirebeat: no command {name!r}; `wirebeat --help` lists them\n")
        sys.exit(2)
    try:
        _run(name, arguments[1:])
    except KeyboardInterrupt:  # while the command was still being imported: it has begun nothing
        sys.exit(EXIT_INTERRUPTED)


def _run(name: str, arguments: list[str]) -> None:
    import typer

    module = import_module(COMMANDS[name][0])
    app = command = getattr(module, name.replace("-", "_"), None) or module.app
    if not isinstance(command, typer.Typer):
        app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        app.command(name)(command)
    from worker.cli.failure import plainly

    with plainly():
        app(arguments, prog_name=f"wirebeat {name}")


def _help() -> str:
    width = max(map(len, COMMANDS))
    rows = "\n".join(f"  {name:<{width}}  {text}" for name, (_, text) in COMMANDS.items())
    more = "`wirebeat COMMAND --help` says more. Data goes to stdout, the rest to stderr."
    return f"usage: wirebeat COMMAND [...]\n\n{rows}\n\n{more}"
