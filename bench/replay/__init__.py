"""Whatever trains a stored run again: to check it, to draw it, to film it."""
