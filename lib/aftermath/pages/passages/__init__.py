"""The finished passages of a case page: each a function from a case or a result to safe HTML."""
