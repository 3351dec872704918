# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Faults of sensors and cameras."""

from __future__ import annotations

from ingenuity_nodes.faults.entries_inertial import INERTIAL
from ingenuity_nodes.faults.fault import Fault, outcomes

ALTIMETER = (
    Fault('altimeter_off', '', 0.0, 0.0, 0.0, 'no readings come',
          outcomes('refused land_now land_now degraded'),
          'without it the images have no scale: down before the inertial height has drifted'),
    Fault('altimeter_stuck', '', 0.0, 0.0, 0.0, 'the last reading is repeated',
          outcomes('refused land_now land_now degraded'),
          'half a second of equal readings is impossible with its noise; then as altimeter_off'),
    Fault('altimeter_bias', 'm', -20.0, 20.0, 1.0, 'added to each reading',
          outcomes('refused land_now land_now degraded'),
          'at rest it is seen; in flight it is refused for half a second, then taken for a step '
          'of the ground; images of that scale do not match the inertial sensor'),
    Fault('altimeter_drift', 'm/s', -5.0, 5.0, 0.1, 'readings grow by this each second',
          outcomes('refused degraded degraded landed'),
          'seen before the rotors are up to speed; in flight two metres until the landing, and '
          'images of the wrong scale, as with a bias'),
    Fault('altimeter_noise', 'm', 0.0, 10.0, 0.5, 'spread added to each reading',
          outcomes('refused landed landed landed'),
          'at rest half of the readings are too short to be one and the others too long; in '
          'flight fifty a second average out'),
    Fault('altimeter_delay', 's', 0.02, 2.0, 0.2, 'readings are old by this',
          outcomes('landed landed landed landed'), 'a fifth of a metre in a descent at 1 m/s'),
    Fault('altimeter_dropout', '1', 0.0, 1.0, 0.5, 'fraction of readings that see nothing (+inf)',
          outcomes('landed landed landed landed'), 'twenty-five a second are left; from 0.7 on '
          'half a second without any is a matter of time'),
)
INCLINOMETER = (
    Fault('inclinometer_off', '', 0.0, 0.0, 0.0, 'no reading comes',
          outcomes('landed landed landed landed'),
          'read before take-off only; the accelerometers substitute for it, as on Mars from June '
          '2022'),
    Fault('inclinometer_bias', 'rad', -0.5, 0.5, 0.1, 'added to roll',
          outcomes('refused landed landed landed'),
          'contradicts the accelerometers; in flight it is not read'),
    Fault('inclinometer_noise', 'rad', 0.0, 0.5, 0.1, 'spread added to roll and pitch',
          outcomes('refused landed landed landed'), 'as a bias: it is read once'),
)
NAVCAM = (
    Fault('navcam_off', '', 0.0, 0.0, 0.0, 'no image reaches the computer',
          outcomes('land_now land_now land_now degraded'),
          'dead reckoning is named at once; after five seconds of it the aircraft lands while '
          'its velocity is still good'),
    Fault('navcam_stuck', '', 0.0, 0.0, 0.0, 'the last image is repeated under new times',
          outcomes('land_now land_now land_now degraded'),
          'two equal images are impossible in flight; then as navcam_off'),
    Fault('navcam_bias', 'px', -100.0, 100.0, 1.0, 'all features are shifted to the right by this',
          outcomes('landed landed landed landed'),
          'a fifth of a degree, in base image and image alike: most of it cancels'),
    Fault('navcam_drift', 'px/s', -300.0, 300.0, 12.0, 'tracks drift to the right, as on ground '
          'without corners', outcomes('land_now land_now land_now degraded'),
          'a fifth of a metre per second that the inertial sensor does not feel; twice that in '
          'cruise is found as soon, but the estimate is metres off at landing'),
    Fault('navcam_noise', 'px', 0.0, 50.0, 3.0, 'spread added to each feature',
          outcomes('land_now land_now land_now degraded'),
          '25 times the noise of a track: a tracker that has lost its features'),
    Fault('navcam_delay', 's', 0.002, 2.0, 0.1, 'features come later by this, rightly stamped',
          outcomes('landed landed landed landed'), 'the filter remembers a quarter of a second'),
    Fault('navcam_slip', 's', -0.2, 0.2, 0.0667, 'images are taken later than their stamps; '
          'the usual one is two images', outcomes('land_now land_now land_now degraded'),
          'Flight 6 had one: corrections apply to the wrong instant, and in each turn and change '
          'of speed images and inertial sensor disagree; in a calm descent two of them show'),
    Fault('navcam_dropout', '1', 0.0, 1.0, 0.5, 'fraction of images that are lost',
          outcomes('landed landed landed landed'), 'fifteen images a second are left'),
    Fault('navcam_featureless', '1', 0.0, 1.0, 1.0, 'fraction of features that smooth ground does '
          'not have', outcomes('land_now land_now land_now degraded'), 'as navcam_off'),
)
RTE = (
    Fault('rte_off', '', 0.0, 0.0, 0.0, 'no photo is taken',
          outcomes('landed landed landed landed'), 'the flight does not depend on it'),
    Fault('rte_delay', 's', 0.002, 10.0, 0.5, 'the shutter opens late',
          outcomes('landed landed landed landed'), 'the flight does not depend on it'),
)
SENSORS = (
    *INERTIAL,
    Fault('imu_slip', 's', 0.002, 0.05, 0.0334, 'samples of both inertial sensors are older than '
          'their stamps',
          outcomes('land_now land_now land_now landed'), 'navcam_slip with the opposite sign'),
    *ALTIMETER, *INCLINOMETER, *NAVCAM, *RTE)
