"""Reading the knowledge files: strict text, the closed grammar, and the library they make together."""
