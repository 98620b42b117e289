"""The harness: grid files in, judged reports out."""
