"""`nkcorpus completion SHELL`"""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from nkcorpus.cli.context import Session, pass_session


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@pass_session
def command(session: Session, shell: str) -> int:
    """Print the script that completes nkcorpus' commands and options.

    \b
    bash: nkcorpus completion bash > ~/.local/share/bash-completion/completions/nkcorpus
    zsh:  nkcorpus completion zsh > "${fpath[1]}/_nkcorpus"
    fish: nkcorpus completion fish > ~/.config/fish/completions/nkcorpus.fish
    """
    completion = get_completion_class(shell)
    assert completion is not None
    root = click.get_current_context().find_root().command
    session.env.write(completion(root, {}, "nkcorpus", "_NKCORPUS_COMPLETE").source())
    return 0
