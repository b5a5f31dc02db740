"""Guessing is slow, and nobody is locked out for ever by somebody else's guesses."""

import asyncio
from datetime import timedelta

from mboa.storage.admin import throttle
from mboa.storage.store import Store
from tests.admin.accounts.people import AWA, browser, engage, log_in, signed_in
from tests.city import City
from tests.engines import HandClock

EBONGUE = "10.9.9.9"


async def guess(city: City, times: int, ip: str = EBONGUE, email: str = AWA) -> list[int]:
    async with browser(city, ip) as ebongue:
        return [(await log_in(ebongue, email, "mot de passe")).status_code for _ in range(times)]


async def test_after_five_guesses_one_must_wait(city: City) -> None:
    await engage(city)
    assert await guess(city, 7) == [401] * 6 + [429]
    async with browser(city, EBONGUE) as ebongue:
        answer = await log_in(ebongue)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert "role=alert" in answer.text
        city.clock.advance(1)
        assert (await log_in(ebongue)).status_code == 303


def test_the_wait_doubles_and_has_an_end() -> None:
    waits = [throttle.wait_after(n).total_seconds() for n in range(13)]
    assert waits == [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


async def test_names_that_nobody_has_are_as_slow(city: City) -> None:
    assert await guess(city, 7, email="nobody@mboa.test") == [401] * 6 + [429]


async def test_an_address_that_tries_many_names_is_slowed_down(store: Store) -> None:
    waits = [await store.write(throttle.attempt, "password", f"p{n}@mboa.test", EBONGUE) for n in range(22)]
    assert [bool(wait) for wait in waits] == [False] * 21 + [True]
    assert not await store.write(throttle.attempt, "password", "p1@mboa.test", "10.1.1.1")


async def test_a_stranger_locks_awa_out_neither_of_her_session_nor_of_her_own_address(city: City) -> None:
    await engage(city)
    async with signed_in(city, "10.0.0.1") as awa:
        for _ in range(30):
            await city.mboa.office.store.write(throttle.attempt, "password", AWA, EBONGUE)
            city.clock.advance(600)
        assert await guess(city, 1) == [429]
        assert (await awa.get("/admin/account")).status_code == 200
        assert (await log_in(awa)).status_code == 303
        async with browser(city, "10.0.0.7") as on_the_road:
            assert (await log_in(on_the_road)).status_code == 429
            city.clock.advance(900)
            assert (await log_in(on_the_road)).status_code == 303


async def test_many_tries_at_once_are_counted_one_by_one(store: Store) -> None:
    tries = [store.write(throttle.attempt, "password", AWA, EBONGUE) for _ in range(12)]
    waits = await asyncio.gather(*tries)
    assert sum(not wait for wait in waits) == throttle.FREE_TRIES + 1


async def test_a_day_without_failures_forgets_them(store: Store, clock: HandClock) -> None:
    for _ in range(9):
        await store.write(throttle.attempt, "password", AWA, EBONGUE)
    clock.advance((throttle.FORGOTTEN_AFTER + timedelta(seconds=1)).total_seconds())
    free = [await store.write(throttle.attempt, "password", AWA, EBONGUE) for _ in range(throttle.FREE_TRIES)]
    assert not any(free)


async def test_a_right_password_takes_its_own_try_back_and_no_more(store: Store) -> None:
    for _ in range(throttle.FREE_TRIES_OF_ADDRESS):
        await store.write(throttle.attempt, "password", AWA, EBONGUE)
        await store.write(throttle.succeeded, "password", AWA, EBONGUE)
    for n in range(throttle.FREE_TRIES_OF_ADDRESS):
        assert not await store.write(throttle.attempt, "password", f"p{n}@mboa.test", EBONGUE)
    await store.write(throttle.attempt, "password", AWA, EBONGUE)
    await store.write(throttle.succeeded, "password", AWA, EBONGUE)
    assert not await store.write(throttle.attempt, "password", "last@mboa.test", EBONGUE)
    assert await store.write(throttle.attempt, "password", "one-more@mboa.test", EBONGUE)
