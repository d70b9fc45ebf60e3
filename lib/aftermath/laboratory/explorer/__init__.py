"""The explorer: what is asked of cases (``state``), what follows from it (``model``), and the controls over both (``view``)."""
