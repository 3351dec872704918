# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Faults of servos, motors, battery and radio."""

from __future__ import annotations

from ingenuity_nodes.faults.fault import Fault, outcomes, ROTORS, SERVOS

SERVO = (
    Fault('servo_stuck', '', 0.0, 0.0, 0.0, 'one servo keeps its position (unpowered, jammed)',
          outcomes('refused landed landed landed'),
          'blades that do not follow are seen at take-off; in flight the five others keep two '
          'thirds of one rotor and all of the other, and the integrals trim the rest', SERVOS),
    Fault('servo_bias', 'rad', -0.3, 0.3, 0.035, 'one servo is offset by this',
          outcomes('landed landed landed landed'),
          '0.7 deg of collective, 1.3 deg of cyclic on one rotor: the integrals take it', SERVOS),
    Fault('servo_drift', 'rad/s', -1.0, 1.0, 0.02, 'one servo drifts by this each second',
          outcomes('refused landed landed landed'),
          '11 deg when the blades are first asked to move: seen; in flight both rotors answer '
          'with a third of it as cyclic, within range even at the stop of the servo', SERVOS),
    Fault('servo_noise', 'rad', 0.0, 0.3, 0.02, 'spread of one servo at each step',
          outcomes('landed landed landed landed'), 'its own lag averages it', SERVOS),
    Fault('servo_delay', 's', 0.002, 1.0, 0.05, 'one servo receives its commands late',
          outcomes('refused landed landed landed'), 'seen as blades that do not follow when the '
          'collective goes up; in flight a sixth of the loop lags, the rest does not', SERVOS),
    Fault('servo_dropout', '1', 0.0, 1.0, 0.5, 'fraction of commands that one servo misses',
          outcomes('landed landed landed landed'), 'a mean delay of one step', SERVOS),
)
MOTOR = (
    Fault('motor_off', '', 0.0, 0.0, 0.0, 'one motor gives no torque',
          outcomes('refused lost lost lost'),
          'the rotor does not come up to speed; in flight half of the lift goes and the yaw '
          'balance with it', ROTORS),
    Fault('motor_weak', '1', 0.0, 1.0, 0.4, 'fraction of its greatest torque that one motor lacks',
          outcomes('landed landed landed landed'),
          'hover needs 0.35 N m of the 0.78 N m left', ROTORS),
    Fault('motor_bias', '1', -0.2, 0.2, 0.05, 'one speed sensor reads high by this fraction',
          outcomes('landed landed landed landed'),
          'one rotor 5 % slow: 10 % of its lift, which collective gives back', ROTORS),
    Fault('motor_dropout', '1', 0.0, 1.0, 0.2, 'fraction of 20 ms slots in which one motor is off',
          outcomes('landed landed landed landed'), 'the governor fills in a fifth', ROTORS),
)
BATTERY = (
    Fault('battery_off', '', 0.0, 0.0, 0.0, 'the bus is dead',
          outcomes('refused lost lost lost'), 'nothing turns any more'),
    Fault('battery_bias', '1', -1.0, 1.0, -0.7, 'the gauge is offset by this',
          outcomes('refused land_now land_now landed'),
          'too little to take off, and below the reserve in flight, as far as the computer knows'),
    Fault('battery_drift', 'W', 0.0, 2000.0, 300.0, 'leaks this power',
          outcomes('landed landed landed landed'), '3 Wh of 43 until the landing'),
    Fault('battery_dropout', '1', 0.0, 1.0, 0.2, 'fraction of 20 ms slots with an open contact; '
          'the computer runs on its capacitors', outcomes('landed landed landed landed'),
          'as motor_dropout on both rotors'),
)
_NO_LINK = 'the aircraft flies alone; only the downlink of the photo is at stake'
RADIO = (
    Fault('radio_off', '', 0.0, 0.0, 0.0, 'no frame is sent or received',
          outcomes('landed landed landed landed'), _NO_LINK),
    Fault('radio_noise', '1', 0.0, 1.0, 0.1, 'fraction of frames with a wrong bit',
          outcomes('landed landed landed landed'), _NO_LINK),
    Fault('radio_delay', 's', 0.01, 10.0, 0.5, 'frames arrive late by this',
          outcomes('landed landed landed landed'), _NO_LINK),
    Fault('radio_dropout', '1', 0.0, 1.0, 0.2, 'fraction of frames that are lost',
          outcomes('landed landed landed landed'), _NO_LINK),
)
ACTUATORS = (*SERVO, *MOTOR, *BATTERY, *RADIO)
