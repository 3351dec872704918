# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Faults of the inertial sensors.

``gyro`` and ``accelerometer`` are those of the first sensor, by which the aircraft flies,
``gyro2`` and ``accelerometer2`` those of its spare, ``gyros`` and ``accelerometers`` of both at
once.
"""

from __future__ import annotations

from ingenuity_nodes.faults.fault import AXES, Fault, outcomes

Size = tuple[str, float, float, float]
NONE: Size = ('', 0.0, 0.0, 0.0)
FINE = 'landed landed landed landed'
TAKEN_OVER = 'refused degraded degraded degraded'
ONE_AXIS = ('bias', 'drift')


def _of_all(kind: str, size: Size, meaning: str, *ends: tuple[str, str]) -> list[Fault]:
    """Write one kind for both sensors in turn and together: outcomes and why, for each."""
    chip, _, what = kind.partition('_')
    return [
        Fault(f'{chip}{which}_{what}', *size, meaning, outcomes(end), why,
              AXES if what in ONE_AXIS else ('',))
        for which, (end, why) in zip(('', '2', 's'), ends, strict=True)]


GYRO = (
    *_of_all('gyro_off', NONE, 'all rates read zero, as from a chip without power',
             (TAKEN_OVER, 'the checks miss its noise; in flight its spare takes over in 0.1 s, '
              'before the aircraft tips'),
             (TAKEN_OVER, 'without a spare there is no take-off; in flight its loss is named'),
             ('refused lost lost lost', 'nothing else measures the rate, and stiff blades tip the '
              'aircraft within a second or two')),
    *_of_all('gyro_stuck', NONE, 'the last rates are repeated',
             (TAKEN_OVER, 'as gyro_off'), (TAKEN_OVER, 'as gyro2_off'),
             ('refused lost lost lost', 'as gyros_off')),
    *_of_all('gyro_bias', ('rad/s', -0.5, 0.5, 0.009), 'added to the rate about one axis; the '
             'usual one is two and a half times what calibration leaves',
             ('landed degraded degraded degraded', 'learned at rest; in flight the other sensor '
              'disagrees, and the images show which one is right'),
             ('landed degraded degraded degraded', 'the same; images do not contradict the '
              'sensor in use, so after two seconds the spare is excluded'),
             ('landed land_now land_now degraded', 'both agree; images and inertial sensor do '
              'not. The whole 3 deg/s of the data sheet are refused at rest, and in flight end in '
              'a slide')),
    *_of_all('gyro_drift', ('rad/s^2', -0.1, 0.1, 0.0007), 'the rate about one axis grows by this '
             'each second',
             ('degraded degraded degraded landed', 'after seven seconds it is the third of a '
              'degree per second by which two sensors may not differ; a landing is over before'),
             ('degraded degraded degraded landed', 'the same'),
             ('land_now land_now degraded landed', 'as a bias of both, once there is enough of '
              'it: from the cruise on that is in the descent. At 0.0015 it is on the way, too')),
    *_of_all('gyro_noise', ('rad/s', 0.0, 1.0, 0.1), 'spread added to each sample',
             (TAKEN_OVER, 'forty times the noise of the chip: far noisier than the other'),
             (TAKEN_OVER, 'the same'),
             ('refused land_now land_now degraded', 'at rest nothing else is so noisy; in flight '
              'one is excluded, as they differ, and the images reveal the other, sooner or '
              'later')),
    *_of_all('gyro_delay', ('s', 0.002, 0.2, 0.004), 'samples are old by this',
             (FINE, 'the rate loop is stable as long as phase margin over crossover is not '
              'used up'), (FINE, 'two sensors differ by that much turning at times, not for long'),
             (FINE, 'as gyro_delay')),
    *_of_all('gyro_dropout', ('1', 0.0, 1.0, 0.5), 'fraction of samples that are lost; the last '
             'is held', *3 * ((FINE, 'a mean delay of one sample'),)),
)
ACCELEROMETER = (
    *_of_all('accelerometer_off', NONE, 'all axes read zero, as from a chip without power',
             (TAKEN_OVER, 'the checks miss gravity; in flight the spare takes over within 0.1 s'),
             (TAKEN_OVER, 'without a spare there is no take-off; in flight its loss is named'),
             ('refused land_now land_now degraded', 'the computer sees that the noise is gone, '
              'takes hover thrust instead and lets images and altimeter do the rest')),
    *_of_all('accelerometer_stuck', NONE, 'the last readings are repeated',
             (TAKEN_OVER, 'as accelerometer_off'), (TAKEN_OVER, 'as accelerometer2_off'),
             ('refused land_now land_now degraded', 'as accelerometers_off')),
    *_of_all('accelerometer_bias', ('m/s^2', -5.0, 5.0, 0.05), 'added to one axis; the usual one '
             'is 2.5 times what calibration leaves',
             (FINE, 'the images hold the velocity. The whole 40 mg of the data sheet contradict '
              'the inclinometer by 6 deg'), (FINE, 'a third of what two sensors may differ'),
             (FINE, 'as accelerometer_bias')),
    *_of_all('accelerometer_drift', ('m/s^3', -1.0, 1.0, 0.02), 'one axis grows by this each '
             'second',
             ('refused degraded degraded landed', 'it contradicts the inclinometer before the '
              'rotors are up to speed; in flight it is too much after eight seconds. The images '
              'hold the velocity, so they do not contradict it, and the spare is excluded'),
             ('refused degraded degraded landed', 'the same, with the correct one excluded'),
             ('refused landed landed landed', 'both agree, and the images hold the velocity '
              'until the landing')),
    *_of_all('accelerometer_noise', ('m/s^2', 0.0, 20.0, 0.1), 'spread added to each sample',
             (FINE, 'two and a half times the noise of the chip: in flight the images average '
              'it'), (FINE, 'the same, and it is not in use'), (FINE, 'as accelerometer_noise')),
    *_of_all('accelerometer_delay', ('s', 0.002, 0.5, 0.05), 'samples are old by this',
             (FINE, 'velocity is late by a twentieth of a second in manoeuvres of seconds'),
             (FINE, 'two sensors differ by that much push at times, not for long'),
             (FINE, 'as accelerometer_delay')),
    *_of_all('accelerometer_dropout', ('1', 0.0, 1.0, 0.5), 'fraction of samples that are lost; '
             'the last is held', *3 * ((FINE, 'a mean delay of one sample'),)),
)
INERTIAL = (*GYRO, *ACCELEROMETER)
