"""Judging recorded responses against response models, and parsing them.

``judge`` gives the findings of a cassette, ``levels`` weighs them, ``known`` knows which of them
are accepted, ``parse`` gives a response as a typed object. A finding is data; nothing here renders.
"""
