# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Images without a flight: from a pose, by any camera; and what is refused."""

from __future__ import annotations

import subprocess
import sys

import cv2
import pytest

BAD_INPUT = 2


def photo(folder, *arguments):
    """Run ``ingenuity photo`` in a folder."""
    return subprocess.run([sys.executable, '-m', 'ingenuity_nodes.commands.cli', 'photo',
                           *arguments],
                          cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize('arguments, words', [
    (['flight_03'], 'found neither --at nor --pose, allowed: one of them, or both'),
    (['flight_03', '--pose=1,2,3'], "found '1,2,3', allowed: EAST,NORTH,UP,AZIMUTH or"),
    (['flight_03', '--pose=1,2,nan,4'], "found '1,2,nan,4', allowed:"),
    (['flight_03', '--pose=1,2,-3,4'], '0.05 to 1000 m'),
    (['flight_03', '--at', '-3'], "found '-3', allowed: 0 to 200 s"),
    (['flight_03', '--at', '3', '--utc', 'noon'], "found 'noon', allowed: a time with zone"),
    (['flight_03', '--at', '3', '--camera', 'hazcam'], "invalid choice: 'hazcam'"),
    (['flight_03', '--at', '3', '--out', 'no/a.jpg'], 'no/a.jpg: is a folder, or its folder'),
    (['flight_73', '--at', '3'], "unknown scenario 'flight_73'"),
])
def test_bad_input_is_told_and_nothing_is_written(tmp_path, arguments, words):
    result = photo(tmp_path, *arguments)
    assert (result.returncode, 'Traceback' in result.stderr) == (BAD_INPUT, False)
    assert words in result.stderr.replace('\n', ' ')
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_mast_camera_draws_without_a_flight(tmp_path):
    result = photo(tmp_path, 'flight_03', '--camera', 'mastcam', '--pose', '63,-6.5,2.1,300')
    assert result.stdout.strip() == 'flight_03_mastcam_posed.jpg', result.stderr
    image = cv2.imread(str(tmp_path / 'flight_03_mastcam_posed.jpg'))
    assert image.shape == (1200, 1608, 3)
    # Butterscotch sky above, darker ground below.
    sky, ground = image[:200].mean(axis=(0, 1)), image[-200:].mean(axis=(0, 1))
    assert sky[2] > sky[1] > sky[0] and sky.mean() > ground.mean()
