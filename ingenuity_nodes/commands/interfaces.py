# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The commands that write what the nodes have: the page of interfaces, policies for SROS 2."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
import re
import sys

from ingenuity_nodes.commands.narrator import compile_kernels
from ingenuity_nodes.resources import share_directory
from ingenuity_nodes.yaml_files.check import FileError


def interfaces(options: Namespace) -> int:
    """Print the page, or write it into the checkout."""
    try:
        from ingenuity_nodes.nodes.interface_page import page
        from ingenuity_nodes.nodes.survey import survey
    except ImportError as error:
        print(f'interfaces needs ROS 2 with rclpy and ingenuity_interfaces: {error}',
              file=sys.stderr)
        return 2
    folder = share_directory() / 'docs'
    if options.write and not folder.is_dir():
        raise FileError(f"--write: found no folder '{folder}', allowed: in a checkout")
    compile_kernels()
    return _put(page(survey()), folder / 'interfaces.md' if options.write else None)


def policies(options: Namespace) -> int:
    """Print the policy of a scenario's nodes, or write it into a folder."""
    try:
        from ingenuity_nodes.nodes.policies import policy
        from ingenuity_nodes.nodes.survey import survey
    except ImportError as error:
        print(f'policies needs ROS 2 with rclpy and ingenuity_interfaces: {error}',
              file=sys.stderr)
        return 2
    if not re.fullmatch(r'/?([A-Za-z_]\w*(/[A-Za-z_]\w*)*)?/?', options.namespace, re.ASCII):
        raise FileError(f'--namespace: found {options.namespace[:80]!r}, allowed: letters, digits '
                        'and _, parts separated by /, as mars')
    compile_kernels()
    return _put(policy(survey(options.scenario), options.namespace),
                Path(options.out, 'policy.xml') if options.out else None)


def _put(text: str, path: Path | None) -> int:
    """Write a text into a file, its folder is made; or print it."""
    if path is None:
        print(text, end='')
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    print(f'written: {path}')
    return 0
