# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""See that a run landed, that its photo arrived, and that nothing was compiled in flight."""

from __future__ import annotations

import json
from pathlib import Path
import sys


def main() -> None:
    """Check the run folder that is named."""
    run = Path(sys.argv[1])
    result = json.loads((run / 'result.json').read_text())
    photo = result['photo']
    logs = sorted((run / 'logs').glob('*.log'))
    late = [log.name for log in logs
            if 'compiled after time began: nothing' not in log.read_text()]
    wrong = [text for text, bad in (
        (f'outcome: {result["outcome"]}', result['outcome'] != 'landed'),
        ('the photo was not received', not photo or not photo['received']),
        ('the photo lacks the rover', not photo or photo['target_px'] is None),
        ('there is no photo.jpg', not (run / 'photo.jpg').is_file()),
        (f'compiled in flight, or did not say: {", ".join(late)}', bool(late) or not logs),
    ) if bad]
    if wrong:
        sys.exit(f'{run}: {"; ".join(wrong)}')
    print(f'{run.name}: landed, photo received, nothing was compiled in flight')


if __name__ == '__main__':
    main()
