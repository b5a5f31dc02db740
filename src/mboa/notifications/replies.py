"""What is said back to the person who speaks."""

from mboa.notifications.compose import compose
from mboa.notifications.letter import Letter, Scene


def reply_letter(phrase: str, scene: Scene) -> Letter:
    """The answer ``phrase`` for ``scene.reader``, without a key; raises ``KeyError`` for an unknown phrase.

    The scene must hold what the phrase speaks of: the offer for the provider's answers; the request for everything
    about one; its provider, ``provider_contact`` and ``offers`` for ``status_*``.
    """
    return compose(phrase, scene)
