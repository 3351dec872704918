# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The command line: fly, simulate, check and more; ``ingenuity --help`` lists them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
import math
import os
import sys

from ingenuity_nodes import __version__
from ingenuity_nodes.commands import view_options
from ingenuity_nodes.commands.stress_options import add_stress_options


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its status."""
    for name in ('stdout', 'stderr'):
        if getattr(sys, name) is None:    # closed, as by >&-: nobody reads it
            setattr(sys, name, open(os.devnull, 'w'))
    options = _parser().parse_args(arguments)
    # Imported only now: a command pays for what it needs, and --help answers at once.
    from ingenuity_nodes.commands import flights
    sys.exit(flights.run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='ingenuity', description='Ingenuity, flying on Mars, on your own machine, in ROS 2.',
        epilog="From a checkout, './ingenuity test' runs the linters and all tests.")
    parser.add_argument('--version', action='version', version=f'%(prog)s {__version__}')
    commands = parser.add_subparsers(dest='command', required=True, metavar='COMMAND')
    _add_fly(commands)
    _add_simulate(commands)
    check = commands.add_parser('check', help='check scenario files without running them')
    check.add_argument('scenarios', nargs='*', help='names or paths; none checks all of ours')
    check.add_argument('--plan', action='store_true', help='plan the flights and print go or '
                       'no-go, with each number and its limit; exit status 1 is no-go')
    check.add_argument('--json', action='store_true', help='with --plan: print JSON')
    commands.add_parser('list', help='list the scenarios that come with the package')
    report = commands.add_parser('report', help='write the report of a run anew, or of a bag')
    report.add_argument('folder', help='folder of a run, or a bag, also of ros2 bag record -a')
    report.add_argument('--scenario', default='', help='what was flown, if it is not in the bag')
    _add_photo(commands)
    _add_play(commands)
    view_options.add(commands)
    repair = commands.add_parser(
        'repair', help='repair a bag that is damaged, or whose recorder was killed')
    repair.add_argument('folder', help='run folder or bag folder')
    _add_datasets(commands)
    _add_studies(commands)
    _add_campaigns(commands)
    interfaces = commands.add_parser(
        'interfaces', help='print all topics, services, actions and parameters, as Markdown')
    interfaces.add_argument('--write', action='store_true',
                            help='write docs/interfaces.md of this checkout instead')
    policies = commands.add_parser(
        'policies', help='write the policy of SROS 2: what each node of a scenario may do')
    policies.add_argument('scenario', nargs='?', default='', help='name or path [all kinds]')
    policies.add_argument('--out', metavar='DIR', help='write policy.xml there, not to stdout')
    policies.add_argument('--namespace', default='', help='of the run, as mars')
    faults = commands.add_parser(
        'faults', help='try every fault in every phase of a flight, against what is expected')
    faults.add_argument('faults', nargs='*', metavar='FAULT', help='entries or parts; none: all')
    faults.add_argument('--seed', type=_seed, default=-1, help="seed of all noise [the flight's]")
    _add_crew_options(faults, 'all cores')
    faults.add_argument('--list', action='store_true', help='print the catalogue, fly nothing')
    faults.add_argument('--json', action='store_true', help='print JSON instead of a table')
    _add_stress(commands)
    for name, text in (('trim', 'hover at the published operating points, tilt in wind'),
                       ('margins', 'gain and phase margins of the control loops')):
        table = commands.add_parser(name, help=text)
        table.add_argument('--json', action='store_true', help='print JSON instead of a table')
    return parser


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('scenario', help='name of a scenario, or path of its file')
    parser.add_argument('--seed', type=_seed, default=-1, help="seed of all noise [the file's]")
    parser.add_argument('--features', type=_features, choices=('geometry', 'images'), default='',
                        help="navigate by the ground's own points, or by drawn and tracked "
                             "images [the file's; if that says nothing, fly takes images]")
    parser.add_argument('--software', choices=('flight_1', 'flight_7', 'fixed'), default='',
                        help="age of the flight software [the file's]")
    parser.add_argument('--out', default='', metavar='FOLDER',
                        help='new folder for the results [runs/<scenario>_<time>]')
    _add_allow_code(parser)


def _add_allow_code(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('--allow-code', action='store_true', help='stages that the scenario names '
                        'may come from the current folder, not only from installed packages')


def _add_fly(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    fly = commands.add_parser('fly', help='fly a scenario over live ROS 2 nodes')
    _add_run_options(fly)
    fly.add_argument('--real-time-factor', type=FACTOR, default=-1.0, metavar='X',
                     help="simulated seconds per second, 0 as fast as possible [the file's]")
    fly.add_argument('--no-record', action='store_true', help='leave the recorder out')
    fly.add_argument('--raw-images', action='store_true', help='record navigation images as '
                     'they are, instead of packed without loss: a bag 2.4 times as large')
    fly.add_argument('--verbose', action='store_true', help='show what all processes log')


def _add_simulate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    simulate = commands.add_parser(
        'simulate', help='fly a scenario in one process without ROS, as fast as it goes')
    _add_run_options(simulate)
    simulate.add_argument('--images', '--pictures', action='store_true', dest='images',
                          help='draw the photos, too')
    simulate.add_argument('--json', action='store_true', help='print result.json instead of lines')


def _add_photo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    photo = commands.add_parser(
        'photo', help='draw what a camera would see at one instant, or from any pose',
        description='Draw what a camera sees T seconds after lift-off (flown in the batch), or '
        'from a pose without a flight; with both, from the pose at that instant.')
    photo.add_argument('scenario', help='name of a scenario, or path of its file')
    photo.add_argument('--at', type=SECONDS, metavar='T', help='seconds since lift-off')
    photo.add_argument('--camera', choices=('rte', 'navcam', 'mastcam'), default='rte',
                       help="the mast camera is the rover's and looks at the helicopter [rte]")
    photo.add_argument(
        '--pose', type=_pose, metavar='EAST,NORTH,UP,AZIMUTH[,ROLL,PITCH]',
        help="of the camera's carrier (helicopter or mast head): m east and north of the map "
        'origin, m above the ground; deg clockwise from north, roll right side down, pitch nose '
        'down. The colour camera looks to the right of the helicopter, the mast camera ahead. '
        "Write --pose='-1.3,49,5,84' where the first number is negative")
    photo.add_argument('--utc', type=_utc, metavar='TIME',
                       help="another time than the scenario's, as 2021-04-25T14:35:00Z")
    photo.add_argument('--seed', type=_seed, default=-1, help="seed of all noise [the file's]")
    photo.add_argument('--out', default='', metavar='FILE.jpg',
                       help='where to write it [<scenario>_<camera>_<T>.jpg]')
    _add_allow_code(photo)


def _add_play(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    play = commands.add_parser('play', help='play the bag of a run into a ROS graph')
    play.add_argument('folder', help='run folder or bag folder')
    play.add_argument('--rate', type=RATE, default=1.0, metavar='X',
                      help='recorded seconds per second')


def _add_datasets(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    export = commands.add_parser(
        'export', help="a flight as a data set of other people's tools",
        description='Write images, sensors and truth of a flight. From its bag; a run without one '
        'is flown again, which must give the same trajectory.')
    export.add_argument('run', metavar='RUN', help='folder of a run or of a bag')
    export.add_argument('--format', required=True,
                        choices=('euroc', 'tum', 'kitti', 'colmap', 'rosbag2'))
    export.add_argument('--out', default='', metavar='FOLDER',
                        help='new folder [<run>_<format>]')
    export.add_argument('--every', type=_count, default=1, metavar='N',
                        help='of so many images, take one [1]')
    export.add_argument('--range', choices=('npy', 'png'),
                        help='range images of the truth, too (euroc, tum)')
    export.add_argument('--ground', action='store_true',
                        help='orthophoto and heights of the ground as GeoTIFF, too')
    refly = commands.add_parser(
        'refly', help='run the filter, yours or ours, again on the sensors of a flight',
        description='Run navigation again on what it was handed in a flight, and compare both '
        'estimates with the truth; leaves refly.png and refly.tum.')
    refly.add_argument('run', metavar='RUN', help='folder of a run or of a bag')
    refly.add_argument('--navigation', default='', metavar='MODULE:CLASS',
                       help='another filter [the one that flew]')
    refly.add_argument('--track', action='store_true',
                       help='track the images again, instead of the recorded features')
    refly.add_argument('--json', action='store_true', help='print JSON instead of a table')
    refly.add_argument('--out', default='', metavar='FOLDER', help='for both files [the run]')
    for command in (export, refly):
        command.add_argument('--vehicle', default='', metavar='NAME', help='[the first]')
        command.add_argument('--scenario', default='', metavar='FILE',
                             help='of the run, if it is a file of your own')
        command.add_argument('--features', type=_features, choices=('geometry', 'images'),
                             default='', help='as the run was told')
        command.add_argument('--software', choices=('flight_1', 'flight_7', 'fixed'), default='',
                             help='as the run was told')
        _add_allow_code(command)


def _add_studies(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    validate = _add_validate(commands)
    consistency = commands.add_parser(
        'consistency', help='consistency of the filter (NEES): many flights over many grounds')
    consistency.add_argument('scenario', nargs='?', default='flight_03')
    consistency.add_argument('--flights', type=_count, default=50, metavar='N')
    consistency.add_argument('--first', type=_count, default=1, metavar='SEED',
                             help='seed of the first flight; the others follow [1]')
    consistency.add_argument('--features', type=_features, choices=('geometry', 'images'),
                             default='', help="what to navigate by [the file's, in the batch "
                             'geometry]; images take a minute or more for each flight')
    consistency.add_argument('--shape', choices=('straight', 'corner', 'back'), default='',
                             help='fly this route instead of the plan: 10 m up at 5 m/s, '
                             'straight, with a right angle in the middle, or out and back')
    consistency.add_argument('--length', type=LENGTH, default=100.0, metavar='M',
                             help='of the whole route [100]')
    _add_crew_options(consistency, '1, this process', '--processes')
    for study in (validate, consistency):
        study.add_argument('--json', action='store_true', help='print JSON instead of a table')


def _add_validate(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
) -> argparse.ArgumentParser:
    validate = commands.add_parser(
        'validate', help="our flights beside NASA's",
        description="Flies Ingenuity's 72 flights, or some, and holds them against NASA's record. "
        'Exit status 1: one does not agree.')
    validate.add_argument('flights', nargs='*', metavar='FLIGHT',
                          help='7, 1-10, flight_03 or flight_04_planned; none flies all 72')
    validate.add_argument('--seed', type=_seed, default=-1, help="seed of all noise [the file's]")
    validate.add_argument('--tracks', default='', metavar='PATH',
                          help="NASA's ground tracks: a folder of flight_NN.csv (t_s, north_m, "
                          'east_m), or m20_heli_flight_path.json as served [those at hand]')
    validate.add_argument('--poses', default='', metavar='PATH',
                          help='poses estimated on board, labels of navigation images as CSV: a '
                          'file for one flight, or a folder of flight_NN_nav_labels.csv')
    _add_crew_options(validate, 'all cores', '--processes')
    validate.add_argument('--write', default='', metavar='FILE.md',
                          help='write the page here, too')
    validate.add_argument('--out', default='', metavar='FOLDER',
                          help='new folder for the table [runs/validation_<time>]')
    return validate


def _add_campaigns(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    campaign = commands.add_parser(
        'campaign', help='Monte Carlo: many flights over dispersed air, wind, ground, aircraft',
        description='Fly a campaign, on all cores unless told otherwise. Rows are kept while it '
        'runs; the same command flies what is left after an interruption.')
    campaign.add_argument('file', help='name of a campaign, or path of its file')
    campaign.add_argument('--flights', type=_count, metavar='N', help="how many [the file's]")
    _add_crew_options(campaign, 'all cores')
    campaign.add_argument('--run', type=_count, metavar='N',
                          help='fly this run again, with all products of a flight')
    campaign.add_argument('--images', action='store_true', help='with --run: draw its photos, too')
    campaign.add_argument('--out', default='', metavar='FOLDER',
                          help='folder of the rows [runs/campaign_<name>], or of the run')
    compare = commands.add_parser('compare', help='two runs or two campaigns side by side')
    compare.add_argument('first', metavar='RUN')
    compare.add_argument('second', metavar='RUN')
    for one in (campaign, compare):
        one.add_argument('--json', action='store_true', help='print JSON instead of tables')


def _add_stress(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    stress = commands.add_parser(
        'stress', help='live flights given a hard time: kill, stop, pause, hostile messages, soak',
        description='Kill, stop and pause each process of a short live flight in each phase, and '
        'hold what comes of it against what is expected. Exit status 1: something is not.')
    add_stress_options(stress)


def _add_crew_options(
    parser: argparse.ArgumentParser, usual: str, former: str | None = None,
) -> None:
    parser.add_argument('--workers', *filter(None, [former]), dest='workers', type=_count,
                        metavar='N', help=f'processes of this machine [{usual}]')
    parser.add_argument('--scheduler', default='', metavar='ADDRESS',
                        help='of a dask scheduler, such as tcp://10.0.0.1:8786: its workers '
                        'compute instead')


def _features(text: str) -> str:
    """Take the former name, too, until the next release; to import the sections takes long."""
    return 'images' if text == 'pictures' else text


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"found '{text}', allowed: 1 to 100000")
    return int(text)


def _number(
    low: float, high: float, allowed: str, also: float = math.nan,
) -> Callable[[str], float]:
    """Return a reader of numbers in a range, and of one beside it."""
    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not (low <= value <= high or value == also):
            raise argparse.ArgumentTypeError(f"found '{text}', allowed: {allowed}")
        return value
    return read


SECONDS = _number(0.0, 200.0, '0 to 200 s')
LENGTH = _number(20.0, 1000.0, '20 to 1000 m')
RATE = _number(0.01, 1000.0, '0.01 to 1000')
FACTOR = _number(0.001, 1000.0, '0, or 0.001 to 1000', 0.0)
POSE_LIMITS = ((-5000.0, 5000.0), (-5000.0, 5000.0), (0.05, 1000.0), (-360.0, 360.0),
               (-90.0, 90.0), (-90.0, 90.0))    # m, m, m, deg, deg, deg


def _pose(text: str) -> tuple[float, ...]:
    try:
        values = [float(word) for word in text.split(',')]
    except ValueError:
        values = []
    whole = [*values, 0.0, 0.0] if len(values) == 4 else values
    if len(whole) != 6 or not all(low <= value <= high for value, (low, high)
                                  in zip(whole, POSE_LIMITS, strict=True)):
        raise argparse.ArgumentTypeError(
            f"found '{text}', allowed: EAST,NORTH,UP,AZIMUTH or EAST,NORTH,UP,AZIMUTH,ROLL,PITCH; "
            '-5000 to 5000 m twice, 0.05 to 1000 m, -360 to 360 deg, -90 to 90 deg twice')
    return tuple(whole)


def _utc(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text.replace('Z', '+00:00'))
    except ValueError:
        time = datetime.min
    if time.tzinfo is None:
        raise argparse.ArgumentTypeError(
            f"found '{text}', allowed: a time with zone, as 2021-04-25T14:35:00Z")
    return time.astimezone(timezone.utc)


def _seed(text: str) -> int:
    if not text.isdigit() or int(text) >= 2**63:
        raise argparse.ArgumentTypeError(f"found '{text}', allowed: a whole number from 0")
    return int(text)


if __name__ == '__main__':
    main()
