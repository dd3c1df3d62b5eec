"""Every error Headroom raises on purpose.

    HeadroomError
    ├── BadInput            a person can mend it: names the thing, the value and what would be right
    │   ├── BadSettings     the environment
    │   ├── BadVenue        a venue file
    │   ├── BadGeometry     a polygon, a line or a homography
    │   ├── BadCalibration  where a camera looks cannot be what was said
    │   ├── BadSource       footage that cannot be what it claims to be
    │   └── BadDataset      labelled pictures that contradict themselves, or are not what they were
    ├── ModelDiffers        an exported model does not answer as the weights it was made from
    ├── AssetUnavailable    no source of a file could be reached, or its hash was wrong
    ├── CameraLost          a camera's connection ended or never came; it will be tried again
    ├── Unavailable         a server Headroom needs does not answer; it will be tried again
    └── AlreadyRunning      another Headroom owns the data folder or the port

The command line prints a ``BadInput`` as one line and exits with status 2.
"""


class HeadroomError(Exception):
    """The root: everything below is expected, explained, and never needs a traceback."""


class BadInput(HeadroomError, ValueError):
    """Something a person wrote cannot be right; the message says what would be.

    It is a ``ValueError`` too, so that pydantic reports it with the field's place in a file.
    """


class BadSettings(BadInput):
    """A setting in the environment is unknown or cannot be read."""


class BadVenue(BadInput):
    """A venue file is not a venue."""


class BadGeometry(BadInput):
    """A shape that has no inside, no direction or no inverse."""


class BadCalibration(BadInput):
    """What was said of where a camera looks is contradictory, or does not fix it."""


class BadSource(BadInput):
    """A camera source that cannot be parsed, or a file that is not the footage it claims to be."""


class BadDataset(BadInput):
    """Labels or pictures that cannot be trained on; the message has a line for each problem, with file and line."""


class ModelDiffers(HeadroomError):
    """An exported model does not answer as the weights it was made from; the message has the difference."""


class AssetUnavailable(HeadroomError):
    """No source of an asset answered with the right bytes; the message lists what was tried."""


class CameraLost(HeadroomError):
    """A camera's connection ended, was refused, or hung."""


class Unavailable(HeadroomError):
    """A server that Headroom needs (database, Redis) does not answer."""


class AlreadyRunning(HeadroomError):
    """The data folder or the port belongs to another process."""
