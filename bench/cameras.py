# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
What images cost: CPU seconds (all threads), set-up, memory, one process per camera.

``python bench/cameras.py`` prints a table; ``--cold`` starts with an empty cache of maps, in a
folder of its own. Software rendering uses one core, so other load on the machine matters little.
``--peers PYTHON`` lets VTK and Mitsuba render 1 MP of the same ground in the same run, by an
interpreter that has them (``python -m venv peers; peers/bin/pip install vtk mitsuba numpy``).
"""

from __future__ import annotations

import argparse
import math
import os
from pathlib import Path
import resource
import subprocess
import sys
import tempfile
import time

import checkout    # noqa: F401

BUDGETS = {   # what each line may cost
    'navcam at 5 m': (0.025, 's'), 'photo 13 MP': (15.0, 's'), 'preview 1 MP': (1.0, 's'),
    'set-up, nothing cached': (10.0, 's'), 'set-up, maps cached': (2.0, 's'),
    'memory': (1200.0, 'MB')}


def line(name: str, cost: float) -> None:
    """Print one figure beside its budget."""
    budget, unit = BUDGETS.get(name, (math.nan, 's'))
    ratio = '' if math.isnan(budget) else f'   budget {budget:g}, {cost / budget:.2f} of it'
    print(f'  {name:<24} {cost:9.3f} {unit}{ratio}', flush=True)


def measured(camera: str) -> None:
    """Measure one camera in this process."""
    import numpy as np

    from ingenuity_nodes.cameras.model import navcam, rte
    from ingenuity_nodes.rendering.renderer import Renderer
    from ingenuity_nodes.cameras.response import encode_jpeg
    from ingenuity_nodes.rendering.scene import Body, Scene, SceneConfig
    from ingenuity_nodes.frames import quaternion_from_rpy, yaw_from_azimuth
    from ingenuity_nodes.signals import Exposure

    def shot(height: float) -> Exposure:
        q_MB = quaternion_from_rpy(math.radians(-4.0), 0.0, yaw_from_azimuth(84.0))
        return Exposure(0, camera, np.array([-1.4, 49.5, height]), q_MB, np.zeros(3), np.zeros(3))

    rover = Body('rover', np.array([63.01, -6.56, 0.95]), quaternion_from_rpy(0.0, 0.0, 0.08))
    models = {'navcam': navcam(), 'rte': rte(), 'preview': rte().scaled(0.28)}
    start = time.process_time()
    renderer = Renderer(Scene(SceneConfig()), models[camera])
    renderer.prepare(shot(5.266))
    line('set-up, nothing cached' if '--cold' in sys.argv else 'set-up, maps cached',
         time.process_time() - start)
    for height in (1.0, 5.0, 10.0, 20.0) if camera == 'navcam' else (5.0,):
        exposure = shot(height + 0.266)
        bodies = [rover, Body('helicopter', exposure.p_MB, exposure.q_MB)]
        if camera == 'navcam':
            renderer.draw(exposure, bodies)
        costs = []
        for _ in range(10 if camera == 'navcam' else 1):
            start = time.process_time()
            image = renderer.draw(exposure, bodies)
            costs.append(time.process_time() - start)
        name = {'rte': 'photo 13 MP', 'preview': 'preview 1 MP'}.get(camera,
                                                                     f'navcam at {height:g} m')
        line(name, min(costs))
    if camera == 'rte':
        print(f'  {"file":<24} {len(encode_jpeg(image)) / 1e6:9.3f} MB')
    line('memory', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0)


def peers(python: str) -> None:
    """Let VTK and Mitsuba draw our ground; both get a mesh without rocks, robots and haze."""
    import numpy as np

    from ingenuity_nodes.rendering.scene import Scene, SceneConfig

    scene = Scene(SceneConfig())
    x, y = np.arange(-52.0, 50.0, 0.1), np.arange(-30.0, 52.0, 0.1)
    with tempfile.TemporaryDirectory() as folder:
        file = f'{folder}/heights.npz'
        np.savez(file, x=x, y=y, z=scene.terrain.heights(*np.meshgrid(x, y)))
        sun = [str(float(value)) for value in scene.sun.direction_M]
        for name in ('vtk', 'mitsuba_llvm', 'mitsuba_scalar'):
            command = [python, str(Path(__file__).with_name('peers_cameras.py')), name, file,
                       '1178', '874', *sun]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            words = done.stdout.split()
            if done.returncode or words[0] == 'absent':
                why = ' '.join(words[1:]) or f'it ended with {done.returncode}'
                print(f'  {name:<24} not measured: {why}')
            else:
                line(f'{name} 1 MP, bare ground', float(words[0]))
                print(f'  {"":<24} {" ".join(words[1:])}')


def main() -> None:
    """Measure each camera in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--cold', action='store_true')
    parser.add_argument('--camera', choices=('navcam', 'rte', 'preview'))
    parser.add_argument('--peers', metavar='PYTHON', help='interpreter that has vtk and mitsuba')
    given = parser.parse_args()
    if given.camera:
        measured(given.camera)
        return
    import ingenuity_nodes    # sets numba's folder: compiled code is reused, maps are not
    assert ingenuity_nodes.__version__
    with tempfile.TemporaryDirectory() as empty:
        cache = {'XDG_CACHE_HOME': empty} if given.cold else {}
        for camera in ('navcam', 'rte', 'preview'):
            print(camera, flush=True)
            command = [sys.executable, __file__, '--camera', camera, *(['--cold'] * given.cold)]
            subprocess.run(command, check=True, env=os.environ | cache)
    if given.peers:
        print('peers', flush=True)
        peers(given.peers)
    else:
        print('peers: not measured, use --peers PYTHON for VTK and Mitsuba')


if __name__ == '__main__':
    main()
