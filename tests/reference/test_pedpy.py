"""Density, speed and flow of a measured crowd at a bottleneck, beside PedPy's answers."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its dependencies' deprecations at import
    import pedpy

from domain.geometry import Line, Polygon
from inference.zones.crossings import LineCounter
from inference.zones.density import classic_density
from inference.zones.flow import LineFlow, flow_between
from inference.zones.membership import ZoneIndex
from inference.zones.motion import FloorMotion, mean_by_zone, speeds
from inference.zones.voronoi import voronoi_cells, voronoi_density

Frames = dict[int, tuple[NDArray[np.int64], NDArray[np.float64]]]
FPS = 25.0
ROOM = [(3.0, 7.5), (-3.0, 7.5), (-3.0, -2.1), (3.0, -2.1)]
"""Convex, around every head: in a floor with corners PedPy drops parts of a cell that its owner cannot see."""
AREA = [(-1.20005, 0.50005), (-1.20005, 1.70005), (1.20005, 1.70005), (1.20005, 0.50005)]
"""Positions have four decimals: nobody stands on the border, which is in for PedPy and half in for us."""
LINE = [(-0.4, 0.0), (0.4, 0.0)]


@pytest.fixture(scope="module")
def heads(assets: Path) -> pedpy.TrajectoryData:
    path = assets / "datasets/juelich_bottleneck/040_c_56_h-.txt"
    columns = ["id", "frame", "x", "y", "z"]
    table = pd.read_csv(path, sep=r"\s+", comment="#", names=columns)[columns[:4]]
    return pedpy.TrajectoryData(data=table, frame_rate=FPS)


@pytest.fixture(scope="module")
def frames(heads: pedpy.TrajectoryData) -> Frames:
    return {
        int(frame): (rows.id.to_numpy(np.int64), rows[["x", "y"]].to_numpy(np.float64))
        for frame, rows in heads.data.groupby("frame")
    }


@pytest.fixture(scope="module")
def area() -> pedpy.MeasurementArea:
    return pedpy.MeasurementArea(AREA)


def test_classic_density_is_the_same_in_every_frame(
    heads: pedpy.TrajectoryData, frames: Frames, area: pedpy.MeasurementArea
) -> None:
    theirs = pedpy.compute_classic_density(traj_data=heads, measurement_area=area)
    theirs = theirs.set_index("frame").density
    index = ZoneIndex([Polygon(AREA)])
    for frame, (_, xy) in frames.items():
        people = [index.standing(xy).inside.sum()]
        ours = classic_density(people, areas_m2=index.areas_m2)[0]
        assert ours == pytest.approx(theirs[frame], abs=1e-9), frame
    assert theirs.max() > 3, "the crowd is dense"


@pytest.mark.parametrize("cut_off_m", [None, 0.8])
def test_voronoi_density_is_the_same(
    heads: pedpy.TrajectoryData, frames: Frames, area: pedpy.MeasurementArea, cut_off_m: float | None
) -> None:
    chosen = sorted(frames)[::50]
    some = pedpy.TrajectoryData(data=heads.data[heads.data.frame.isin(chosen)], frame_rate=FPS)
    cut_off = None if cut_off_m is None else pedpy.Cutoff(radius=cut_off_m, quad_segments=3)
    cells = pedpy.compute_individual_voronoi_polygons(
        traj_data=some, walkable_area=pedpy.WalkableArea(ROOM), cut_off=cut_off
    )
    theirs = pedpy.compute_voronoi_density(individual_voronoi_data=cells, measurement_area=area)[0]
    theirs = theirs.set_index("frame").density
    own = cells.set_index(["frame", "id"]).density
    for frame in chosen:
        ids, xy = frames[frame]
        ours = voronoi_cells(xy, walkable=Polygon(ROOM), cut_off_m=cut_off_m, segments=12)
        assert ours.density_per_m2 == pytest.approx(own[frame][ids].to_numpy(), rel=1e-6)
        assert voronoi_density(ours, zone=Polygon(AREA)) == pytest.approx(theirs[frame], rel=1e-6, abs=1e-9)
    assert theirs.max() > 3, "the crowd is dense"


def test_speeds_are_the_same_half_a_window_earlier(
    heads: pedpy.TrajectoryData, frames: Frames, area: pedpy.MeasurementArea
) -> None:
    step = 10
    theirs = pedpy.compute_individual_speed(traj_data=heads, frame_step=step, compute_velocity=True)
    everywhere = pedpy.compute_individual_speed(
        traj_data=heads, frame_step=step, speed_calculation=pedpy.SpeedCalculation.BORDER_SINGLE_SIDED
    )
    means = pedpy.compute_mean_speed_per_frame(traj_data=heads, individual_speed=everywhere, measurement_area=area)
    means = means.set_index("frame").speed
    own = theirs.set_index(["frame", "id"]).sort_index()
    motion, index, compared = FloorMotion(window_s=2 * step / FPS), ZoneIndex([Polygon(AREA)]), 0
    for frame, (ids, xy) in frames.items():
        velocity = motion.update(ids, xy, frame / FPS)
        middle = frame - step
        if middle - step < min(frames):
            continue
        both = np.isin(ids, own.loc[middle].index) & ~np.isnan(velocity[:, 0])
        expected = own.loc[middle].loc[ids[both]]
        assert velocity[both] == pytest.approx(expected[["v_x", "v_y"]].to_numpy(), abs=1e-9)
        ids_then, xy_then = frames[middle]
        now = pd.Series(speeds(velocity), ids).reindex(ids_then).to_numpy()
        standing = index.standing(xy_then)
        ours = mean_by_zone(now[standing.person[standing.inside]], standing.zone[standing.inside], zones=1)[0]
        inside = ids_then[standing.person[standing.inside]]
        if len(inside) and set(inside) <= set(ids[both]):
            assert ours == pytest.approx(means[middle], abs=1e-9)
            compared += 1
    assert compared > 1000


def test_flow_through_the_door_is_the_same(heads: pedpy.TrajectoryData) -> None:
    passed, crossed = pedpy.compute_n_t(traj_data=heads, measurement_line=pedpy.MeasurementLine(LINE))
    still = pd.DataFrame({"id": crossed.id, "frame": crossed.frame, "speed": 0.0})
    theirs = pedpy.compute_flow(
        nt=passed, crossing_frames=crossed, individual_speed=still, delta_frame=100, frame_rate=FPS
    ).flow.to_numpy()
    ours = flow_between(crossed.frame.to_numpy() / FPS, interval_s=100 / FPS)
    # PedPy counts the person who opens the first interval as one who passed within it.
    assert ours[1 : len(theirs)] == pytest.approx(theirs[1:], rel=1e-9)
    assert 0 < ours[0] < theirs[0]
    assert len(theirs) > 5


def test_people_a_minute_are_what_pedpy_counts(heads: pedpy.TrajectoryData, frames: Frames) -> None:
    passed, crossed = pedpy.compute_n_t(traj_data=heads, measurement_line=pedpy.MeasurementLine(LINE))
    counter = LineCounter([Line(*LINE)], forget_s=1.0)
    flow = LineFlow([0.8], window_s=30)
    for frame, (ids, xy) in frames.items():
        at_s = frame / FPS
        flow.update(counter.update(ids, xy, np.full(len(ids), 0.5), at_s), at_s)
        if frame and frame % 750 == 0:
            theirs = 2 * crossed.frame.between(frame - 750, frame - 1).sum()
            # 5 cm past the line is a few frames later than on it: at most two people are told half a minute later.
            assert flow.rates(at_s).out_per_min + flow.rates(at_s).in_per_min == pytest.approx(theirs, abs=4.01)
    assert passed.cumulative_pedestrians.max() > 60
