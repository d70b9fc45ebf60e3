"""What coverage was about: vectors of our abstracts, topics found in them, and their shares."""
