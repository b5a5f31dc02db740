"""Events become words: who hears what, in his language, with buttons, and with a template twin where it matters."""
