"""What people make of a post: like it, pass it on, answer it; and the lists of that."""
