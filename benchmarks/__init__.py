"""How fast the service is, beside what it could be: one module a scenario, all of them with `python -m benchmarks`.

A scenario is a module `benchmarks.<name>` (or a package with a `__main__`) with

    def run(options: Options) -> Result: ...

    if __name__ == "__main__":
        alone(run)

all four from benchmarks.frame. `options.number("feeds", full=200, quick=20)` is a size that `--set feeds=50` overrides.
`options.quick` asks for at most five seconds; a scenario that can say nothing in that time raises `Skipped`.
`options.pages` is a folder of real HTML or None. A `Row` is one figure: `ratio` is against what was measured in the
same run, `target` and `aim` are for the ratio where there is one, else for the value. `Skipped("why")` ends a scenario
that cannot run here; it is said in the table. Texts go to stderr: stdout is the table's.

Each scenario runs in a process of its own. Its name and its line in the table stand in benchmarks.scenarios.

Beside them stand what several share (frame, report, machine; lanes and loops; papers and running) and programs that say
themselves how they are run: gateway, hostile, and quality_articles, quality_feeds and quality_topics, whose scores the
scenario quality reports.
"""
