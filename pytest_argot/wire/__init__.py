"""What travels over HTTP, as bytes and text: codings, event streams, JSON as it is spelled.

Pure functions over the standard library: no models, no YAML, no pytest, no network.
"""
