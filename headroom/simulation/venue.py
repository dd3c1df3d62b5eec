"""A simulated venue as a venue file would have it, so that everything that reads one can be fed from the simulator."""

from typing import Final

from domain.venue import VenueConfig
from headroom.simulation.simulator import Simulator

PICTURE: Final = (640, 480)
"""Size of the pictures that there are none of."""


def venue_of(simulator: Simulator, venue_id: str = "simulated") -> VenueConfig:
    """The hall, its cameras and its gates.

    Every gate's line has a camera of its own, as :class:`~headroom.simulation.telling.Telling` says; the zone of the
    picture that a venue must have is the first gate's.
    """
    doors = simulator.plan.doors
    gates = [door.gate for door in doors]
    overhead = [f"{gate.id}-camera" for gate in gates]
    names = [*(camera.id for camera in simulator.cameras.cameras), *overhead]
    across = {"start": (0, PICTURE[1] / 2), "end": (PICTURE[0], PICTURE[1] / 2)}
    everywhere = [(0, 0), (PICTURE[0], 0), PICTURE, (0, PICTURE[1])]
    return VenueConfig.model_validate(
        {
            "version": 1,
            "id": venue_id,
            "name": "Simulated hall",
            "capacity": simulator.scenario.people,
            "cameras": [{"id": name, "name": name, "source": "usb:0", "frame_size": PICTURE} for name in names],
            "zones": [{"id": "threshold", "name": "Threshold", "camera_id": overhead[0], "polygon": everywhere}],
            "lines": [
                {"id": gate.id, "name": gate.id, "camera_id": camera, **across}
                for gate, camera in zip(gates, overhead, strict=True)
            ],
            "gates": [
                {
                    "id": gate.id,
                    "name": gate.id,
                    "lines": [gate.id] if gate.lines else [],
                    "scans_in": gate.scans_in,
                    "scans_out": gate.scans_out,
                }
                for gate in gates
            ],
            "floor": simulator.plan.config.model_dump(),
            "inside_at_start": 0,
        }
    )
