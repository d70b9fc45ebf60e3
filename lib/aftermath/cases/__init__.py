"""Cases: reading them from their folders, checking them, starting new ones."""
