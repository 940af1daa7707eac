"""Bytes to disk: downloads over HTTP, and the cache of media that many processes share."""
