"""Content: files named by what is in them, kept here, pinned on an IPFS node, and served under ``/ipfs``."""
