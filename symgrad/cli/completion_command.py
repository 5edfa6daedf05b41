"""`symgrad completion`: the script that completes commands and options in a shell."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, get_completion_class

from symgrad.cli.terminal import print_result

_BASH = r"""%(complete_func)s() {
    local IFS=$'\n' response completion type value i
    local -a words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        if ((i > 0)) && [[ ${COMP_WORDS[i]} == : || ${COMP_WORDS[i - 1]} == : ]]; then
            words[${#words[@]} - 1]+=${COMP_WORDS[i]}
        else
            words+=("${COMP_WORDS[i]}")
        fi
    done
    local current=${words[${#words[@]} - 1]}
    local before=${current%%"${current##*:}"}
    response=$(env COMP_WORDS="${words[*]}" COMP_CWORD=$((${#words[@]} - 1)) \
        %(complete_var)s=bash_complete $1)
    COMPREPLY=()
    for completion in $response; do
        IFS=',' read -r type value <<< "$completion"
        if [[ $type == dir ]]; then
            compopt -o dirnames
        elif [[ $type == file ]]; then
            compopt -o default
        else
            COMPREPLY+=("${value#"$before"}")
        fi
    done
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class _Bash(BashComplete):
    """Completion in bash, which takes words apart at colons, those of `example:NAME` too."""

    source_template = _BASH


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
    if shell == "bash":
        found = _Bash
    root = click.get_current_context().find_root().command
    # bash's class asks the shell for its version when it is built; the script needs no shell.
    complete = found(root, {}, "symgrad", "_SYMGRAD_COMPLETE")
    print_result(complete.source_template % complete.source_vars())
