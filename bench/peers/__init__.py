"""Other engines on the same rules, each in the fastest way its own documentation offers."""
