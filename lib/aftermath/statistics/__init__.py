"""What takes arrays: estimators, tests and their uncertainty. No case and no archive is known here."""
