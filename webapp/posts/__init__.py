"""Posts, their versions and who may read them."""
