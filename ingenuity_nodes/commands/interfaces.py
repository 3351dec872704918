# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The command that writes the page of all ROS interfaces."""

from __future__ import annotations

from argparse import Namespace
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
    text = page(survey())
    if options.write:
        (folder / 'interfaces.md').write_text(text)
        print(f'written: {folder / "interfaces.md"}')
    else:
        print(text, end='')
    return 0
