"""`symgrad completion`: the script that completes commands and options in a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from symgrad.cli.terminal import print_result


@click.command("completion")
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def command(shell: str) -> None:
    """Print the completion script for SHELL.

    \b
    bash: symgrad completion bash > ~/.local/share/bash-completion/completions/symgrad
    zsh:  symgrad completion zsh > a folder of $fpath, as _symgrad
    fish: symgrad completion fish > ~/.config/fish/completions/symgrad.fish
    """
    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"no completion for {shell}")
    root = click.get_current_context().find_root().command
    # bash's class asks the shell for its version when it is built; the script needs no shell.
    complete = found(root, {}, "symgrad", "_SYMGRAD_COMPLETE")
    print_result(complete.source_template % complete.source_vars())
