"""What happens to a story. Start reading at `tasks/pipeline.py`."""
