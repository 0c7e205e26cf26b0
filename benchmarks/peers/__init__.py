"""Other extraction libraries on the same pages: each in an environment of its own, none of their code in this one.

`requirements/*.in` names a library and its version, `*.txt` everything that it needs, with hashes. To renew one:

    uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-header \\
        goose3.in --output-file goose3.txt

An environment is made when it is first needed, below ~/.cache/wirebeat/peers, by the pip of the Python that runs this.
"""
