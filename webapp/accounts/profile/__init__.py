"""What is shown of a person, and changing one's own."""
