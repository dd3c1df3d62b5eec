"""Frames of the demo footage as JPEG files, for `npm run fake`: `python dev/frames.py FOLDER` (needs HEADROOM_ASSETS)."""

import os
import sys
from pathlib import Path

import cv2

footage = Path(os.environ["HEADROOM_ASSETS"]) / "videos" / "vtest.avi"
folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
capture = cv2.VideoCapture(str(footage), cv2.CAP_FFMPEG)
index = 0
while (frame := capture.read())[0]:
    cv2.imwrite(str(folder / f"{index:05d}.jpg"), frame[1])
    index += 1
sys.stdout.write(f"{index} frames of {footage.name} in {folder}\n")
