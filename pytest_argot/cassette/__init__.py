"""Cassettes: what is in one, how it is read, written, found and searched.

A cassette is a vcrpy version-1 YAML file with a top-level ``argot`` key that vcrpy ignores.
``reader.load`` reads ours and theirs, ``store.save`` writes, ``rejected.reject`` keeps beside one
what must not enter it, ``matching.Shelf`` answers requests from one. The page
docs/cassette-format.md describes the file.
"""
