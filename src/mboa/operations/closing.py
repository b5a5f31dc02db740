"""A door that closes without turning anybody away who stands in it.

The kernel welcomes callers on its own account and keeps them in a queue until the process takes them in. Closing the
door breaks off whoever is in that queue. So first nobody new is welcomed, then the queue is taken in, then it closes.
"""

import asyncio
import ctypes
import socket
import struct
import sys

# Of Linux: a filter on a socket, and the program of one instruction that lets no packet through (bpf(2), socket(7)).
_SO_ATTACH_FILTER = 26
_NOTHING_PASSES = struct.pack("HBBI", 0x06, 0, 0, 0)
# Some turns of the event loop: each takes in whoever waits.
_TAKING_IN_SECONDS = 0.05


async def welcome_nobody_new(doors: list[socket.socket]) -> None:
    """From now on a caller hears nothing, tries again after a second and is refused by then: his proxy goes elsewhere.

    Where that cannot be had, nothing is changed.
    """
    if sys.platform != "linux":
        return
    program = ctypes.create_string_buffer(_NOTHING_PASSES, len(_NOTHING_PASSES))
    for door in doors:
        try:
            door.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HP", 1, ctypes.addressof(program)))
        except OSError:
            return
    await asyncio.sleep(_TAKING_IN_SECONDS)
