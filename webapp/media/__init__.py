"""Images and videos that people upload: what is kept of them, and who may see them."""
