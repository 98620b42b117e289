"""What is remembered: results in, tidy frames out."""
