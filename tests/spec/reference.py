"""Checks the reference of the operations, as the site shows it.

    python tests/spec/reference.py REFERENCE                every check, of the pages in this folder
    python tests/spec/reference.py REFERENCE --self-check   damages copies in memory and expects each to be noticed

REFERENCE is what `mspkit-codegen --reference` wrote. Every operation of tests/reach/operations.json has an entry with the call in
every language, a row in the table that is filtered, and a place in the navigation. Links lead to headings that are there. The
columns that the script filters are those of the table, and its fields those that the page promises.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree

import docs
import site as installed  # noqa: F401 - the standard library's, which a file beside this one hides
