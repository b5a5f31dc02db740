"""A durable PostgreSQL of this folder's own: it is stopped and started under load."""

from collections.abc import Iterator
from itertools import count

import pytest

from mboa.storage.migrate import migrate
from tests.database_faults.town import settle_providers
from tests.engines import Database
from tests.postgres_cluster import Cluster, create_database, own_cluster

_serial = count(1)


@pytest.fixture(scope="package")
def durable_cluster(cluster: Cluster) -> Iterator[Cluster]:
    """A cluster that flushes its WAL, as a real one does. (The session's says whether PostgreSQL is to be had.)"""
    with own_cluster(durable=True) as own:
        migrate("postgresql", create_database(own, "mboa_template"))
        yield own


@pytest.fixture(scope="module")
def durable_database(durable_cluster: Cluster) -> Database:
    """A fresh database there, with providers."""
    url = create_database(durable_cluster, f"mboa_{next(_serial)}", "mboa_template")
    return settle_providers(Database("postgresql", url))
