"""In and out of other programs: references, codebooks, codings."""
