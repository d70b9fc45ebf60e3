"""Building all pages: incremental, parallel, interruptible. Only ``task_*.py`` knows the build engine."""
