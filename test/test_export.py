# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Exported flights, read back without our readers; filters that run again on recorded flights."""

import csv
from types import SimpleNamespace

import cv2
from flights import scenario_of
from ingenuity_nodes.commands.cli import main
from ingenuity_nodes.export.flown_again import fly_again
from ingenuity_nodes.export.formats import FORMATS
from ingenuity_nodes.export.from_bag import read_flight
from ingenuity_nodes.export.ground import write_ground
from ingenuity_nodes.export.options import Options
from ingenuity_nodes.export.refly import IMAGES, RECORDED, refly
from ingenuity_nodes.parameters import ParameterError
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.variants import with_features
from ingenuity_nodes.world.elevation_file import read_elevations
import numpy as np
import pytest
from rosbags.rosbag2 import Reader
from scipy.spatial.transform import Rotation
import yaml

pytestmark = pytest.mark.slow
HOP = [{'segment': 'climb', 'altitude': 2.0, 'speed': 1.0}, {'segment': 'land', 'speed': 1.0}]
EVERY = 12


@pytest.fixture(scope='module')
def flown():
    """Fly a hop by images that are drawn and tracked."""
    return fly_again(with_features(scenario_of(HOP), 'images'), 3)


@pytest.fixture(scope='module')
def bag(flown, tmp_path_factory):
    folder = tmp_path_factory.mktemp('export') / 'bag'
    assert FORMATS['rosbag2'](folder, flown, Options()) == len(flown.exposures) > 60
    return folder


@pytest.fixture(scope='module')
def record(flown, bag):
    return read_flight(bag, scenario=flown.scenario, seed=3)


@pytest.fixture(scope='module')
def exported(record, tmp_path_factory):
    """Write every layout, a few images each."""
    folder = tmp_path_factory.mktemp('layouts')
    for name in ('euroc', 'tum', 'kitti', 'colmap'):
        kind = {'euroc': 'npy', 'tum': 'png'}.get(name, '')
        FORMATS[name](folder / name, record, Options(EVERY, kind))
    return folder


@pytest.fixture(scope='module')
def shots(record):
    return list(Options(EVERY).chosen(record.shots()))


def rows_of(path, separator=','):
    with path.open() as file:
        return [row for row in csv.reader(file, delimiter=separator)
                if row and not row[0].startswith('#')]


def matrix(entry):
    return np.reshape(entry['data'], (entry['rows'], entry['cols']))


def pose(p, q_wxyz):
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = Rotation.from_quat(np.roll(q_wxyz, -1)).as_matrix(), p
    return T


def points_below(shot):
    """Choose points in the map around the foot of the camera."""
    x, y = np.meshgrid(np.linspace(-1.5, 1.5, 9), np.linspace(-1.5, 1.5, 9))
    away = np.stack([x.ravel(), y.ravel(), np.full(81, -shot.exposure.p_MB[2])], axis=1)
    return shot.exposure.p_MB + away * [1.0, 1.0, 1.0]


def seen(record, shot, points):
    """Return our projection, and which points are in the image."""
    uv = record.camera.project_world(points, shot.exposure.p_MB, shot.exposure.q_MB)
    return uv, record.camera.inside(uv)


def euroc_poses(folder):
    """Read the true poses of S by stamp."""
    return {int(row[0]): pose(np.array(row[1:4], float), np.array(row[4:8], float))
            for row in rows_of(folder / 'mav0' / 'state_groundtruth_estimate0' / 'data.csv')}


# The filter once more -----------------------------------------------------------------------


def test_the_own_filter_on_recorded_features_gives_the_same_estimate_to_the_last_bit(record):
    again = refly(record, features=RECORDED)
    assert again.frames == len(record.exposures)
    assert np.array_equal(again.estimate.p_MB, record.estimate.p_MB)
    assert np.array_equal(again.estimate.q_MB, record.estimate.q_MB)


def test_the_own_tracker_on_recorded_images_gives_the_same_estimate_to_the_last_bit(record):
    again = refly(record, features=IMAGES)
    assert np.array_equal(again.estimate.p_MB, record.estimate.p_MB)


class WithoutImages:
    """A filter of somebody else: ours, but blind."""

    def __init__(self, *arguments):
        from ingenuity_nodes.navigation.estimator import Estimator
        self._filter = Estimator(*arguments)
        self.initialise, self.inflate_covariance = (
            self._filter.initialise, self._filter.inflate_covariance)

    initialise = inflate_covariance = None

    def step(self, imu, altimeter, features, at_rest):
        return self._filter.step(imu, altimeter, None, at_rest)


def test_a_filter_without_images_is_farther_from_the_truth(record):
    blind = refly(record, f'{__name__}:WithoutImages')
    assert blind.before.figures() == refly(record).after.figures()
    assert blind.after.figures()['position_max_m'] > blind.before.figures()['position_max_m']


def test_a_filter_that_lacks_a_method_is_refused(record):
    with pytest.raises(ParameterError, match='lacks initialise'):
        refly(record, 'types:SimpleNamespace')
    assert SimpleNamespace


def test_refly_prints_and_draws_both_errors(bag, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(['refly', str(bag), '--out', str(tmp_path / 'out')])
    assert ended.value.code == 0
    assert 'largest difference between both: 0 m' in capsys.readouterr().out
    assert cv2.imread(str(tmp_path / 'out' / 'refly.png')).shape[1] > 1000


def test_a_bag_without_the_inputs_of_navigation_says_so(tmp_path):
    from ingenuity_nodes.recording.bag.writer import BagQos, BagWriter, TYPES
    kind = 'std_msgs/msg/String'
    with BagWriter(tmp_path / 'bag') as writer:
        writer.write('/a', kind, BagQos(), 0, bytes(
            TYPES.serialize_cdr(TYPES.types[kind](data='a'), kind)))
    with pytest.raises(RecordingError, match='navigation/inputs there'):
        read_flight(tmp_path / 'bag')


def test_another_flight_than_the_recorded_one_is_not_taken_for_it(flown):
    with pytest.raises(RecordingError, match='flown again it is another flight'):
        fly_again(scenario_of(HOP[1:] and HOP), 4, sha256='0' * 64)


def test_rosbags_alone_reads_the_exported_bag(bag, record):
    with Reader(bag) as reader:
        counts = {connection.topic: connection.msgcount for connection in reader.connections}
    assert counts['/ingenuity/navcam/image_raw'] == len(record.exposures)
    assert counts['/ingenuity/imu'] == counts['/ingenuity/imu_2'] == len(record.rows)


# Data sets ------------------------------------------------------------------------------------


def test_images_are_the_same_byte_for_byte_in_all_layouts(exported, shots):
    files = [
        [exported / 'euroc' / 'mav0' / 'cam0' / 'data' / row[1]
         for row in rows_of(exported / 'euroc' / 'mav0' / 'cam0' / 'data.csv')],
        [exported / 'tum' / row[1] for row in rows_of(exported / 'tum' / 'rgb.txt', ' ')],
        sorted((exported / 'kitti' / 'sequences' / '00' / 'image_0').iterdir()),
        sorted((exported / 'colmap' / 'images').iterdir(), key=lambda path: int(path.stem))]
    for paths in files:
        assert len(paths) == len(shots) > 5
        for path, shot in zip(paths, shots, strict=True):
            image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
            assert image.dtype == np.uint8
            assert np.array_equal(image, shot.grey)


def test_euroc_poses_and_extrinsics_lead_back_to_the_true_body(exported, record, shots):
    truth = euroc_poses(exported / 'euroc')
    sensors = exported / 'euroc' / 'mav0'
    T_SC = matrix(yaml.safe_load((sensors / 'cam0' / 'sensor.yaml').read_text())['T_BS'])
    for shot in shots:
        T_MC = truth[shot.exposure.t_ns] @ T_SC
        p_MC = record.camera.pose(shot.exposure.p_MB, shot.exposure.q_MB)[1]
        assert np.abs(T_MC[:3, 3] - p_MC).max() < 1e-6
    # Both sensors are where the parameters have them, seen from one another.
    T_S2 = matrix(yaml.safe_load((sensors / 'imu1' / 'sensor.yaml').read_text())['T_BS'])
    p = record.parameters
    assert np.allclose(T_S2[:3, 3], np.array(p.imu_2.position) - p.imu.position, atol=1e-12)


def test_jpl_s_model_of_the_export_projects_known_points_as_the_images_are_drawn(
        exported, record, shots):
    truth = euroc_poses(exported / 'euroc')
    model = yaml.safe_load((exported / 'euroc' / 'cahvore.yaml').read_text())
    C, A, H, V, axis = (np.array(model[name]) for name in 'CAHVO')
    r0, r1, r2 = model['R']
    for shot in shots:
        points = points_below(shot)
        T = truth[shot.exposure.t_ns]
        p = (points - T[:3, 3]) @ T[:3, :3] - C
        along = p @ axis
        across = p - along[:, None] * axis
        length = np.linalg.norm(across, axis=1)
        chi = np.tan(model['linearity'] * np.arctan2(length, along)) / model['linearity']
        bent = (1.0 + r0) * chi + r1 * chi ** 3 + r2 * chi ** 5
        q = axis + across * (bent / length)[:, None]
        uv = np.stack([(q @ H) / (q @ A), (q @ V) / (q @ A)], axis=1)
        ours, inside = seen(record, shot, points)
        assert inside.sum() > 20
        assert np.abs(uv - ours)[inside].max() < 1e-3


def test_opencv_projects_known_points_as_well_as_the_stated_residual(exported, record, shots):
    truth = euroc_poses(exported / 'euroc')
    about = yaml.safe_load((exported / 'euroc' / 'mav0' / 'cam0' / 'sensor.yaml').read_text())
    fx, fy, cx, cy = about['intrinsics']
    K = np.array([[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]])
    D = np.array(about['distortion_coefficients'])
    chain = yaml.safe_load((exported / 'euroc' / 'camchain.yaml').read_text())['cam0']
    assert np.allclose(np.linalg.inv(chain['T_cam_imu']), matrix(about['T_BS']))
    for shot in shots:
        points = points_below(shot)
        T_FM = np.linalg.inv(truth[shot.exposure.t_ns] @ matrix(about['T_BS']))
        rvec = Rotation.from_matrix(T_FM[:3, :3]).as_rotvec()
        ours, inside = seen(record, shot, points)
        uv, _ = cv2.fisheye.projectPoints(
            points[inside].reshape(-1, 1, 3), rvec, T_FM[:3, 3].copy(), K, D)
        error = np.linalg.norm(uv.reshape(-1, 2) - ours[inside], axis=1)
        assert error.max() < 1.05 * about['fit_residual_worst_px']


def test_colmap_s_model_projects_known_points_within_a_tenth_of_a_pixel(
        exported, record, shots):
    folder = exported / 'colmap' / 'sparse' / '0'
    _, model, width, height, *numbers = rows_of(folder / 'cameras.txt', ' ')[0]
    assert (model, int(width), int(height)) == ('THIN_PRISM_FISHEYE', 640, 480)
    fx, fy, cx, cy, k1, k2, p1, p2, k3, k4, sx1, sy1 = map(float, numbers)
    errors = []
    for row, shot in zip(rows_of(folder / 'images.txt', ' '), shots, strict=True):
        T_FM = pose(np.array(row[5:8], float), np.array(row[1:5], float))
        points = points_below(shot)
        x, y, z = T_FM[:3, :3] @ points.T + T_FM[:3, 3:]
        r = np.hypot(x, y)
        u, v = np.arctan2(r, z) * x / r, np.arctan2(r, z) * y / r
        s = u * u + v * v
        radial = s * (k1 + s * (k2 + s * (k3 + s * k4)))
        du = u * radial + 2 * p1 * u * v + p2 * (s + 2 * u * u) + sx1 * s
        dv = v * radial + 2 * p2 * u * v + p1 * (s + 2 * v * v) + sy1 * s
        uv = np.stack([fx * (u + du) + cx - 0.5, fy * (v + dv) + cy - 0.5], axis=1)
        ours, inside = seen(record, shot, points)
        errors.append(np.linalg.norm(uv - ours, axis=1)[inside])
    assert np.concatenate(errors).max() < 0.1


def test_kitti_s_poses_are_those_of_the_camera_from_its_first_image(exported, record, shots):
    poses = [np.vstack([np.reshape(np.array(row, float), (3, 4)), [0.0, 0.0, 0.0, 1.0]])
             for row in rows_of(exported / 'kitti' / 'poses' / '00.txt', ' ')]
    times = [float(row[0]) for row in rows_of(
        exported / 'kitti' / 'sequences' / '00' / 'times.txt', ' ')]
    assert times == [shot.exposure.t_ns / 1e9 for shot in shots]
    first = record.camera.pose(shots[0].exposure.p_MB, shots[0].exposure.q_MB)[1]
    for T, shot in zip(poses, shots, strict=True):
        p = record.camera.pose(shot.exposure.p_MB, shot.exposure.q_MB)[1]
        assert abs(np.linalg.norm(T[:3, 3]) - np.linalg.norm(p - first)) < 1e-6
    # The camera looks down, so climbing is motion against its axis.
    assert poses[2][2, 3] < 0.0


def test_stamps_are_instants_of_measurement(exported, record):
    rows = np.array(rows_of(exported / 'euroc' / 'mav0' / 'imu0' / 'data.csv'), float)
    both, at, of = np.intersect1d(rows[:, 0].astype(np.int64), record.truth.t_ns,
                                  return_indices=True)[0:3]
    rate = np.gradient(record.truth.w_MB_B, record.truth.t_ns / 1e9, axis=0)[of]
    miss = rows[at, 1:4] - record.truth.w_MB_B[of]
    miss -= miss.mean(axis=0)
    lag = (miss * rate).sum() / (rate ** 2).sum()    # how much later the samples are [s]
    assert len(both) > 1000
    assert abs(lag) < record.parameters.imu.delay / 4.0


def test_ranges_along_the_rays_end_on_the_ground(exported, record, shots):
    terrain = environment_of(record.scenario, 3).terrain
    u, v = np.meshgrid(np.arange(200, 440, 40), np.arange(150, 330, 30))
    for shot in shots[2:4]:
        ranges = np.load(
            exported / 'euroc' / 'mav0' / 'range0' / 'data' / f'{shot.exposure.t_ns}.npy')
        rays = record.camera.unproject(np.stack([u.ravel(), v.ravel()], axis=1).astype(float))
        R_MC, p_MC = record.camera.pose(shot.exposure.p_MB, shot.exposure.q_MB)
        points = p_MC + rays @ R_MC.T * ranges[v.ravel(), u.ravel()][:, None].astype(float)
        above = points[:, 2] - [terrain.height(x, y) for x, y in points[:, :2]]
        assert np.median(np.abs(above)) < 0.01    # [m]; some pixels see rocks or a leg


def test_the_sun_in_the_camera_is_the_sun_in_the_sky(exported, record, shots):
    row = rows_of(exported / 'euroc' / 'mav0' / 'sun0' / 'data.csv')[3]
    R_MC, _ = record.camera.pose(shots[3].exposure.p_MB, shots[3].exposure.q_MB)
    up = (R_MC @ np.array(row[3:6], float))[2]
    assert np.degrees(np.arcsin(up)) == pytest.approx(float(row[1]))


def test_evo_reads_all_trajectories(exported, record):
    files = pytest.importorskip('evo.tools.file_interface')
    count = len(record.truth.t_ns)
    for path in [*sorted(exported.glob('*/trajectories/*.tum')),
                 exported / 'tum' / 'groundtruth.txt']:
        trajectory = files.read_tum_trajectory_file(str(path))
        assert trajectory.check()[0]
        assert trajectory.num_poses >= count
    truth = exported / 'euroc' / 'mav0' / 'state_groundtruth_estimate0' / 'data.csv'
    assert files.read_euroc_csv_trajectory(str(truth)).check()[0]
    for path in sorted((exported / 'kitti' / 'poses').iterdir()):
        assert files.read_kitti_poses_file(str(path)).check()[0]


def test_pycolmap_reads_the_model(exported, shots):
    pycolmap = pytest.importorskip('pycolmap')
    model = pycolmap.Reconstruction(str(exported / 'colmap' / 'sparse' / '0'))
    assert model.num_reg_images() == len(shots)


def test_an_export_does_not_write_into_a_folder_that_holds_something(bag, tmp_path, capsys):
    (tmp_path / 'mine').write_text('')
    with pytest.raises(SystemExit) as ended:
        main(['export', str(bag), '--format', 'tum', '--out', str(tmp_path)])
    assert ended.value.code == 2
    assert 'allowed: a new or an empty folder' in capsys.readouterr().err


def test_exported_heights_are_the_ground_and_the_orthophoto_has_its_cells(record, tmp_path):
    rasterio = pytest.importorskip('rasterio')
    write_ground(tmp_path, record)
    here = record.scenario.world
    grid, west, south, cell = read_elevations(
        tmp_path / 'dem.tif', here.latitude, here.longitude, 8.0)
    x, y = np.meshgrid(west + np.arange(grid.shape[1]) * cell,
                       south + np.arange(grid.shape[0]) * cell)
    terrain = environment_of(record.scenario, 3).terrain
    assert np.abs(terrain.heights(x, y) - grid).max() < 0.005    # [m]
    with (rasterio.open(tmp_path / 'dem.tif') as dem,
          rasterio.open(tmp_path / 'ortho.tif') as ortho):
        assert (dem.shape, dem.transform, dem.crs) == (ortho.shape, ortho.transform, ortho.crs)
        red, _, blue = ortho.read().astype(float)
    assert red.mean() > 1.3 * blue.mean()
    assert red.std() > 1.0    # it shows something
