"""docker-compose.yml as its tests read it: variables replaced by their defaults."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
TEXT = ROOT.joinpath("docker-compose.yml").read_text("utf-8")
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
COMPOSE = yaml.safe_load(VARIABLE.sub(lambda match: match[2] or "", TEXT))
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"].startswith("wirebeat")}
ROLES = {name: service for name, service in OURS.items() if "profiles" not in service}
