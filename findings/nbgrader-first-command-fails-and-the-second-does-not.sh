#!/usr/bin/env bash
# nbgrader 0.9.6 with alembic 1.20.1: started by its full path, the first command fails, and the same command again goes through.
#
# nbgrader marks a new database by running the program `alembic`, which it looks for on the PATH. Where the environment is not activated
# (.venv/bin/nbgrader, a service, a scheduled task) it is not found. By then the database has been made: the first
# generate_assignment ends with status 1 and says of the assignment that there was an error processing it, with a traceback that ends in
# FileNotFoundError 'alembic'. The second finds a database and works, on one that was never marked, so that a later
# `nbgrader db upgrade`, now with the program on the PATH, starts from the oldest version and fails.
#
# Seen:
#   first: status 1, No such file or directory: 'alembic'
#   second: status 0, release one.ipynb, tables alembic_version: 0
#   upgrade: status 1
#
# Ends with an error if that changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "nbgrader==0.9.6" "alembic==1.20.1"
mkdir -p "$folder/course/source/first"
cat > "$folder/course/source/first/one.ipynb" <<'JSON'
{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "essay",
   "metadata": {"nbgrader": {"grade": true, "grade_id": "essay", "locked": false, "points": 1, "schema_version": 3, "solution": true, "task": false}},
   "source": "An answer."
  }
 ],
 "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
 "nbformat": 4,
 "nbformat_minor": 5
}
JSON
generate() {
  status=0
  (cd "$folder/course" && PATH=/usr/bin:/bin "$folder/env/bin/nbgrader" generate_assignment first > "$folder/$1.log" 2>&1) || status=$?
}
generate first
echo "first: status $status, $(grep -o "No such file or directory: 'alembic'" "$folder/first.log" | tail -1)"
[ "$status" = 1 ]
generate second
marked="$("$folder/env/bin/python" -c "import sqlite3; print(sqlite3.connect('$folder/course/gradebook.db').execute(\"select count(*) from sqlite_master where name = 'alembic_version'\").fetchone()[0])")"
echo "second: status $status, release $(ls "$folder/course/release/first"), tables alembic_version: $marked"
[ "$status" = 0 ] && [ "$marked" = 0 ]
status=0
(cd "$folder/course" && PATH="$folder/env/bin:$PATH" nbgrader db upgrade > "$folder/upgrade.log" 2>&1) || status=$?
echo "upgrade: status $status"
[ "$status" != 0 ]
