# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
One image of the same ground at the same size by VTK and by Mitsuba, to compare costs.

``bench/cameras.py --peers PYTHON`` runs it with an interpreter that has them; neither is needed
otherwise. Both get our heights as a mesh of 0.1 m cells, one sun with shadows, one flat colour:
less than our image holds, which has rocks, robots, haze, a true lens and grains of soil.
"""

from __future__ import annotations

from functools import partial
import sys
import time

import numpy as np

SPOT = (-1.4, 49.5, 5.27)    # of the camera
PITCH = 0.70                 # [rad] below the horizon, looking south
WIDTH_ANGLE = 62.0           # [deg]: neither has our lens


def mesh(path):
    """Read vertices (n, 3) and triangles (m, 3)."""
    with np.load(path) as file:
        x, y, z = file['x'], file['y'], file['z']
    grid_x, grid_y = np.meshgrid(x, y)
    points = np.stack([grid_x, grid_y, z], axis=2).reshape(-1, 3)
    rows, columns = z.shape
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    low = np.stack([corner, corner + 1, corner + columns + 1], axis=1)
    high = np.stack([corner, corner + columns + 1, corner + columns], axis=1)
    return points, np.concatenate([low, high])


def focal_point():
    """Return a point on the camera's axis."""
    return (SPOT[0], SPOT[1] - np.cos(PITCH), SPOT[2] - np.sin(PITCH))


def vtk_image(path, width, height, sun):
    """Draw by VTK, off screen, with a shadow pass; CPU seconds of the second image."""
    import vtk
    from vtk.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray

    points, triangles = mesh(path)
    data, vertices, cells = vtk.vtkPolyData(), vtk.vtkPoints(), vtk.vtkCellArray()
    vertices.SetData(numpy_to_vtk(points.astype(np.float32), deep=True))
    rows = np.column_stack([np.full(len(triangles), 3), triangles]).ravel().astype(np.int64)
    cells.SetCells(len(triangles), numpy_to_vtkIdTypeArray(rows, deep=True))
    data.SetPoints(vertices)
    data.SetPolys(cells)
    mapper, actor, renderer = vtk.vtkPolyDataMapper(), vtk.vtkActor(), vtk.vtkRenderer()
    mapper.SetInputData(data)
    actor.SetMapper(mapper)
    actor.GetProperty().SetColor(0.6, 0.45, 0.32)
    renderer.AddActor(actor)
    light = vtk.vtkLight()
    light.SetPositional(False)
    light.SetPosition(*(100.0 * np.array(sun)))
    renderer.AddLight(light)
    shadows, passes = vtk.vtkShadowMapPass(), vtk.vtkSequencePass()
    order = vtk.vtkRenderPassCollection()
    order.AddItem(shadows.GetShadowMapBakerPass())
    order.AddItem(shadows)
    passes.SetPasses(order)
    camera_pass = vtk.vtkCameraPass()
    camera_pass.SetDelegatePass(passes)
    renderer.SetPass(camera_pass)
    camera = renderer.GetActiveCamera()
    camera.SetPosition(*SPOT)
    camera.SetFocalPoint(*focal_point())
    camera.SetViewUp(0.0, 0.0, 1.0)
    camera.SetViewAngle(WIDTH_ANGLE * height / width)
    window = vtk.vtkRenderWindow()
    window.SetOffScreenRendering(True)
    window.SetSize(width, height)
    window.AddRenderer(renderer)
    renderer.ResetCameraClippingRange()
    window.Render()
    start = time.process_time()
    camera.Azimuth(0.1)
    window.Render()
    return time.process_time() - start, vtk.vtkVersion.GetVTKVersion()


def mitsuba_image(path, width, height, sun, variant):
    """Trace by Mitsuba, 4 samples a pixel, one bounce; CPU seconds of the second image."""
    import mitsuba as mi
    mi.set_variant(variant)
    points, triangles = mesh(path)
    ground = mi.Mesh('ground', len(points), len(triangles))
    parameters = mi.traverse(ground)
    parameters['vertex_positions'] = points.astype(np.float32).ravel()
    parameters['faces'] = triangles.astype(np.uint32).ravel()
    parameters.update()
    file = path + '.ply'
    ground.write_ply(file)
    scene = mi.load_dict({
        'type': 'scene', 'integrator': {'type': 'path', 'max_depth': 2},
        'ground': {'type': 'ply', 'filename': file, 'bsdf': {
            'type': 'diffuse', 'reflectance': {'type': 'rgb', 'value': [0.3, 0.21, 0.14]}}},
        'sun': {'type': 'directional', 'direction': [-float(value) for value in sun],
                'irradiance': 3.0},
        'sky': {'type': 'constant', 'radiance': 0.3},
        'sensor': {
            'type': 'perspective', 'fov': WIDTH_ANGLE,
            'to_world': mi.ScalarTransform4f().look_at(
                list(SPOT), [float(value) for value in focal_point()], [0, 0, 1]),
            'film': {'type': 'hdrfilm', 'width': width, 'height': height}}})
    np.array(mi.render(scene, spp=4, seed=1))
    start = time.process_time()
    np.array(mi.render(scene, spp=4, seed=2))
    return time.process_time() - start, f'{mi.__version__} {mi.variant()}'


def main():
    """Draw by the named peer: name, heights, width, height, sun x, y, z."""
    name, path, width, height, *sun = sys.argv[1:]
    draw = {'vtk': vtk_image,
            # The compiled variant needs an LLVM newer than 16 on the machine, or it aborts.
            'mitsuba_llvm': partial(mitsuba_image, variant='llvm_ad_rgb'),
            'mitsuba_scalar': partial(mitsuba_image, variant='scalar_rgb')}[name]
    try:
        cost, version = draw(path, int(width), int(height), [float(value) for value in sun])
    except ImportError as error:
        print(f'absent {error}')
        return
    print(f'{cost:.4f} {version}')


if __name__ == '__main__':
    main()
