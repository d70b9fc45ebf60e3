"""Pages: templates, what fills them, and the pages made from notebooks."""
