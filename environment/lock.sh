#!/bin/sh
# Pins every package that requirements.in and ros.in need, for all supported Pythons: needs uv.
set -eu
cd "$(dirname "$0")"
uv pip compile --quiet --universal --python-version 3.10 --no-python-downloads \
    --no-header --no-annotate --upgrade --output-file requirements.new requirements.in ros.in
sed -i -e "s/ and platform_machine == 'x86_64'//; s/ and sys_platform == 'linux'//" \
    -e "s/ and platform_python_implementation != 'PyPy'//" \
    -e "s/ and python_full_version < '3.15'//; s/ ; python_full_version < '3.15'\$//" requirements.new
mv requirements.new requirements.txt
