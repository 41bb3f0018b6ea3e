#!/usr/bin/env bash
# Makes the clips of the seeded catalogue in web/path/to with ffmpeg. They are in git, so only a change of this file
# needs ffmpeg and the font (Debian and Ubuntu: apt install ffmpeg fonts-dejavu-core). One version of ffmpeg makes the
# same bytes each time.
set -euo pipefail
cd "$(dirname "$0")/../web/path/to"

FONT=/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf
LARGEST=102400

# A test picture of a hue of its own with a caption, and a tone of its own.
clip() {
    local name=$1 hue=$2 tone=$3 caption=$4
    local label="fontfile=$FONT:text='$caption':fontcolor=white:fontsize=44:x=(w-tw)/2:y=(h-th)/2"
    ffmpeg -nostdin -loglevel error -y -fflags +bitexact -threads 1 \
        -f lavfi -i "testsrc2=size=480x270:rate=12:duration=5" \
        -f lavfi -i "sine=frequency=$tone:sample_rate=44100:duration=5" \
        -vf "hue=h=$hue:s=0.8,drawbox=y=95:h=80:color=black@0.7:t=fill,drawtext=$label" -af volume=0.3 \
        -c:v libx264 -profile:v baseline -preset veryslow -crf 34 -pix_fmt yuv420p -threads 1 \
        -c:a aac -b:a 32k -ac 1 \
        -map_metadata -1 -flags:v +bitexact -flags:a +bitexact -movflags +faststart "$name.mp4"
    if [ "$(stat -c %s "$name.mp4")" -gt "$LARGEST" ]; then
        echo "error: $name.mp4 has more than $LARGEST bytes" >&2
        exit 1
    fi
}

clip asset123 0 220 '123  It'
clip asset456 210 262 '456  Terminator'
clip lanterns 40 330 'Lanterns'
clip meridian 280 392 'Meridian'
clip slow-train 120 440 'The Slow Train'
clip wild-coast 165 523 'Wild Coast'
