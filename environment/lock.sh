#!/bin/sh
# Pins every package that requirements.in, ros.in, campaign.in and view.in need, for all supported
# Pythons: needs uv. What several files have is of one version in all.
set -eu
cd "$(dirname "$0")"
pin() {
    uv pip compile --quiet --universal --python-version 3.10 --no-python-downloads \
        --no-header --no-annotate --upgrade --output-file locked.new "$@"
    sed -i -e "s/ and platform_machine == 'x86_64'//; s/ and sys_platform == 'linux'//" \
        -e "s/ and platform_python_implementation != 'PyPy'//" \
        -e "s/ and python_full_version < '3.15'//; s/ ; python_full_version < '3.15'\$//" locked.new
}

pin requirements.in ros.in
mv locked.new requirements.txt
pin campaign.in -c requirements.txt
mv locked.new campaign.txt
pin view.in -c requirements.txt -c campaign.txt
mv locked.new view.txt
