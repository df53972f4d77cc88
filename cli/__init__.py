"""The command line ``yinbo``. Each command stands in a module of its own and is added to ``main`` here."""

import click

from cli.ledger import ledger
from cli.run import run


@click.group()
def main() -> None:
    """Yinbo runs an expo from the first registration to the last signature."""


main.add_command(ledger)
main.add_command(run)
