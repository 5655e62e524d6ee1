"""The open cassette: what a test asks, what it is answered, what is kept."""
