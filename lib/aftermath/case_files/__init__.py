"""The files of a case: reading them, their schemas, their faults, starting new ones."""
