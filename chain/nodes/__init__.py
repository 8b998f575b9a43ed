"""Several nodes of one chain behind one client: who is healthy, who is asked, who is left alone."""
