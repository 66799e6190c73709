#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Lacuna authors
# SPDX-License-Identifier: Apache-2.0

# What lacuna-voice works on, into a folder (default build/voice): the weights of Silero VAD (MIT
# licence, wheel silero-vad of PyPI) and the spoken test sounds of ALSA (Debian package alsa-utils),
# as float32 .npy at 16 kHz. Needs python3 and the network; nothing is installed.
set -euo pipefail
out=$(realpath -m "${1:-$(dirname "$0")/../../build/voice}")
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
chmod 755 .

python3 -m pip download --quiet --no-deps silero-vad==6.2.3
apt-get download -qq alsa-utils 2> /dev/null
dpkg-deb --extract alsa-utils_*.deb alsa
python3 - "$out" <<'PY'
import array, glob, os, struct, sys, wave, zipfile

out = sys.argv[1]
wheel = zipfile.ZipFile(glob.glob("silero_vad-*.whl")[0])
with open(os.path.join(out, "silero_vad_16k.safetensors"), "wb") as f:
    f.write(wheel.read("silero_vad/data/silero_vad_16k.safetensors"))
for path in sorted(glob.glob("alsa/usr/share/sounds/alsa/*.wav")):
    w = wave.open(path)
    assert (w.getnchannels(), w.getsampwidth(), w.getframerate()) == (1, 2, 48000), path
    samples = array.array("h", w.readframes(w.getnframes()))
    # 48 kHz to 16 kHz: the mean of three.
    mono = array.array("f", (sum(samples[i:i + 3]) / 3 / 32768 for i in range(0, len(samples) - 2, 3)))
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d,), }" % len(mono)
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    name = os.path.splitext(os.path.basename(path))[0] + ".npy"
    with open(os.path.join(out, name), "wb") as f:
        f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + mono.tobytes())
PY
echo "$out: $(ls "$out" | tr '\n' ' ')"
