"""The laboratory: JupyterLab as it is opened here."""
