"""Archives of posts: read from raw exports, described by a manifest, turned into what may be shared."""
