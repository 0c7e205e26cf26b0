"""The service against a plain loop over the same pages, in one run: what queue, ledger, HTTP and server cost."""
