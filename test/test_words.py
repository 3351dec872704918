# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Code, docs and messages use the words of the field, which a stranger can search for."""

from collections.abc import Iterator
import io
from pathlib import Path
import re
import tokenize

import pytest

ROOT = Path(__file__).parents[1]
# What we once wrote, as a pattern of whole words, and what the field says.
EVERYWHERE = {
    'pictures?': 'image',
    'honest(y|ly)?': 'consistent, consistency (NEES, NIS)',
    'doubt(s|ed|ing)?': 'consider parameter, uncertainty, covariance inflation',
    'machinery': 'actuators and power train',
    'stones?': 'rock',
    'strews?|strewn': 'scatter',
    'hears?|heard|heed(s|ed)?': 'receive, subscribe to, take',
    'shares?': 'fraction, ratio',
    'landmarks?': 'feature',
    'wander(s|ed|ing)?': 'drift, random walk, Gauss-Markov process',
    'creep(s|ing)?': 'drift (of the height)',
    'rebased?|rebases': 'set the reference image',
    'slant': 'tangent basis, range along the bearing',
    'swing(s|ing)?|swung': 'oscillation, oscillate',
    'troubles?': 'anomaly, failure',
    'belied?|belies|strain(s|ed)?': 'inconsistent; NIS',
    'artist|studio': 'offline camera; render process',
    'stand_in|stand-in': 'substitute',
}
# Words of everyday English that are no names: of functions, variables, arguments, keys.
IN_NAMES = {
    'say|says|said|tell|tells|told': 'report, message, publish',
    'ways?': 'distance travelled, path length',
    'places?': 'position',
    'stays?': 'hover',
    'walks?': 'propagate, replay (random_walk is a word of the field)',
    'looks?': 'update, monitor',
    'story|cast': 'photo metadata; robots in view',
    'calm|rough': 'baseline, sample variance',
    'apart': 'residual difference, separation',
}
FIRST_OF_DOCSTRING = {'say|tell|hear|name whether': 'Return, Report, Publish, Receive'}
TEXTS = ('*.py', '*.md', '*.rst', '*.yaml', '*.glsl', '*.frag', '*.vert', '*.xml', '*.rviz')
# Files that must name what is retired: this one, the history, and where a former name is read.
EXEMPT = {'test/test_words.py', 'CHANGELOG.rst', 'LICENSE'}
ALLOWED = re.compile(
    r"FindPackageShare|random[_ ]walk\w*|share/|'share'|package_share\w*|share_directory|"
    r"FORMER\w*|former='\w+'|'former': '\w+'|"
    r"'pictures'|--pictures|walk_packages|os\.walk|ast\.walk|ray[_ ]cast\w*|goodFeaturesToTrack|"
    # Recorded keys, and functions of others: typing, io, Mitsuba.
    r"target_visible_share|swing_period_s|'landmarks'|'honest'|"
    r'import (Any, )?cast\b|\bcast\(|(def |file\.)tell\(|\)\.look_at\(|'
    r'(column|row)_shares=|\blook_target=|'    # Rerun's layout
    r'\bcan_cast\b|\blower_cast\b|'
    r"\bplace: str = ''|\bself\.place\b")    # a scenario's key: of a fault


def texts() -> Iterator[Path]:
    for folder in ('ingenuity_nodes', 'test', 'bench', 'examples', 'docs', 'config', 'launch',
                   'environment'):
        for pattern in TEXTS:
            yield from sorted((ROOT / folder).rglob(pattern))
    yield from (path for pattern in TEXTS for path in sorted(ROOT.glob(pattern)))


def split(name: str) -> list[str]:
    """Take the words out of snake_case, CamelCase and CAPITALS."""
    return [word.lower() for part in name.split('_')
            for word in re.findall(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+', part)]


def found_in(path: Path) -> Iterator[tuple[int, str, str]]:
    """Yield line, word and what to write instead."""
    text = ALLOWED.sub(lambda match: re.sub(r'\w', '_', match[0]), path.read_text('utf-8'))
    everywhere = {re.compile(pattern): word for pattern, word in EVERYWHERE.items()}
    names = {re.compile(pattern): word for pattern, word in IN_NAMES.items()}
    for number, line in enumerate(text.splitlines(), 1):
        for word in (part for name in re.findall(r'[A-Za-z_-]+', line) for part in split(name)):
            for pattern, better in everywhere.items():
                if pattern.fullmatch(word):
                    yield number, word, better
    if path.suffix != '.py':
        return
    previous = tokenize.INDENT
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        # The names of tests are sentences.
        if token.type == tokenize.NAME and not token.string.startswith('test_'):
            for word in split(token.string):
                for pattern, better in names.items():
                    if pattern.fullmatch(word):
                        yield token.start[0], token.string, better
        if token.type == tokenize.STRING and previous in (tokenize.INDENT, tokenize.NEWLINE):
            first = re.match(r'[\'"r]+\s*(say|tell|hear)\b', token.string, re.IGNORECASE)
            if first:
                yield token.start[0], first[1], FIRST_OF_DOCSTRING['say|tell|hear|name whether']
        if token.type not in (tokenize.NL, tokenize.COMMENT):
            previous = token.type


@pytest.mark.parametrize('path', [
    path for path in texts() if str(path.relative_to(ROOT)) not in EXEMPT],
    ids=lambda path: str(path.relative_to(ROOT)))
def test_the_words_are_those_of_the_field(path):
    found = [f'{path.relative_to(ROOT)}:{line}: {word} -> {better}'
             for line, word, better in found_in(path)]
    assert not found, '\n' + '\n'.join(found)
