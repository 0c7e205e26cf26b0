"""What touches the outside. Start reading at `worker/service.py`, which starts the roles, or at `worker/cli/`."""
