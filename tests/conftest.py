"""Nothing here yet but what every test shares."""
