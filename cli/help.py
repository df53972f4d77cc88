"""``yinbo help``: the same as ``--help``, for fingers that type it so."""

import click


@click.command("help")
@click.argument("command", nargs=-1)
@click.pass_context
def help_(context: click.Context, command: tuple[str, ...]) -> None:
    """Say what a command does."""
    above = context.parent
    assert above is not None
    found: click.Command = above.command
    at = above
    for name in command:
        inner = found.get_command(at, name) if isinstance(found, click.Group) else None
        if inner is None:
            raise click.UsageError(f"No such command {name!r}.", at)
        at = click.Context(inner, info_name=name, parent=at)
        found = inner
    click.echo(found.get_help(at))
