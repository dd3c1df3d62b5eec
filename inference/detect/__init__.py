"""What is in a picture: people as boxes, by any of several runtimes behind one interface."""

from inference.detect.base import PERSON, Detections, Detector

__all__ = ["PERSON", "Detections", "Detector"]
