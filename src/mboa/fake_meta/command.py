"""``mboa fake-meta`` on the command line."""

from typing import Any

import click

from mboa.fake_meta.faults import PROFILES


@click.command("fake-meta")
@click.option("--host", default="127.0.0.1", show_default=True, help="the address it listens on")
@click.option("--port", default=9000, show_default=True, type=click.IntRange(0, 65535), help="0: any free one")
@click.option(
    "--profile", default="calm", show_default=True, type=click.Choice(sorted(PROFILES)), help="how it behaves"
)
@click.option("--seed", default=0, show_default=True, help="of all chance: the same seed, the same weather")
@click.option("--webhook", default="", help="the bot's callback URL; also settable later by POST /webhook")
@click.option("--app-secret", default="", envvar="MBOA_WHATSAPP_APP_SECRET", help="signs the webhooks")
@click.option("--verify-token", default="", help="try Meta's handshake with it at the start")
@click.option("--keep", default=100_000, show_default=True, type=click.IntRange(1), help="requests kept for GET /log")
def fake_meta(**options: Any) -> None:
    """A strict double of Meta's Cloud API to test any WhatsApp bot against.

    Point the bot's API base at http://127.0.0.1:9000/v23.0. GET /log returns what it was sent, POST
    /phones/+237…/messages makes a person write; docs/fake-meta.md lists the rest.

    Example: mboa fake-meta --profile douala --webhook http://127.0.0.1:8000/webhooks/whatsapp --app-secret s3cret
    """
    # Loaded here, so that the other commands start without it.
    from mboa.fake_meta.process import Options, run

    try:
        run(Options(**options), click.echo)
    except OSError as error:
        raise click.ClickException(f"port {options['port']} cannot be used: {error.strerror}") from error
    except KeyboardInterrupt:
        return
