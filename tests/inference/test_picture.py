import cv2
import numpy as np

from inference.picture import LONGEST_SIDE, blurred_jpeg


def noise(height: int, width: int) -> np.ndarray:
    coarse = np.random.default_rng(3).integers(0, 255, (height // 4, width // 4, 3), np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST)


def decoded(jpeg: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).astype(float)


def test_people_are_hidden_and_the_rest_is_shown() -> None:
    picture = noise(480, 640)
    before = picture.copy()
    shown = decoded(blurred_jpeg(picture, np.array([[200.0, 100, 280, 300]])))
    inside, outside = shown[120:280, 210:270], shown[120:280, 400:460]
    assert np.corrcoef(inside.ravel(), picture[120:280, 210:270].ravel())[0, 1] < 0.4
    assert np.corrcoef(outside.ravel(), picture[120:280, 400:460].ravel())[0, 1] > 0.9
    assert np.array_equal(picture, before), "the picture that is counted is not touched"


def test_boxes_beyond_the_border_are_cut() -> None:
    boxes = np.array([[-50.0, -50, 20, 20], [630, 470, 900, 900], [700, 500, 800, 600]])
    assert decoded(blurred_jpeg(noise(480, 640), boxes)).shape == (480, 640, 3)


def test_a_large_picture_is_sent_small_with_its_boxes_in_place() -> None:
    shown = decoded(blurred_jpeg(noise(1080, 1920), np.array([[960.0, 0, 1920, 1080]])))
    assert max(shown.shape) == LONGEST_SIDE
    left, right = shown[:, : shown.shape[1] // 4], shown[:, 3 * shown.shape[1] // 4 :]
    assert np.abs(np.diff(right, axis=0)).mean() < np.abs(np.diff(left, axis=0)).mean() / 4
