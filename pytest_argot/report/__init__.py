"""Findings in words: for a failing test, for a session's end, for people and for machines.

Nothing here judges; everything is given as data and comes out as text.
"""
