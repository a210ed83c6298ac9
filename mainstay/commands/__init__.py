"""How does the clock, or an operator, reach us? The `mainstay` command."""
