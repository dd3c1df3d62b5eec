"""``headroom assets``: what there is, and fetching it."""

from rich.console import Console as RichConsole
from rich.table import Table

from domain.errors import AssetUnavailable
from domain.settings import Settings
from headroom.console import Console
from inference.assets import Catalogue, locate, resolve


def show(settings: Settings) -> None:
    """Print every asset, its size and licence, and where it is now."""
    table = Table("asset", "MB", "licence", "where", box=None, pad_edge=False)
    for name, asset in Catalogue.load().assets.items():
        found = locate(name, settings)
        elsewhere = "will be fetched" if asset.fetchable else "only from HEADROOM_ASSETS"
        where = f"{found.origin}: {found.path}" if found else elsewhere
        table.add_row(name, f"{asset.size / 1e6:.1f}", asset.licence, where)
    RichConsole(highlight=False).print(table)


def fetch(settings: Settings, names: list[str]) -> None:
    """Fetch the named assets, or all. One that cannot be had does not keep the others from being fetched.

    Raises:
        BadInput: there is no asset of that name.
        AssetUnavailable: some could not be had.
    """
    console, catalogue = Console(), Catalogue.load()
    for name in names:
        catalogue.find(name)
    failures: list[str] = []
    for name in names or catalogue.assets:
        try:
            with console.downloads() as progress:
                path = resolve(name, settings, progress, catalogue=catalogue)
        except AssetUnavailable as failure:
            failures.append(str(failure))
            continue
        console.say(f"{name}: {path}")
    if failures:
        raise AssetUnavailable("\n".join(failures))
