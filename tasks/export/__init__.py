"""The record in other people's shapes: JSON Schema, AsyncAPI, ninjs, CloudEvents, schema.org."""
