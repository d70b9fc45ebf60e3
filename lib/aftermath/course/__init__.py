"""Teaching: lessons that students work through, and the points that they earn."""
