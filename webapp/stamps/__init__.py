"""Stamps: somebody held a file with this digest, proved like a post and without showing the file."""
