"""What a report says, one section in each file."""
