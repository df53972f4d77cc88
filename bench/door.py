"""One durable insert: by hand, through the door, as a prepared job."""

from collections.abc import Iterator

from bench.harness import Ground, Outcome, compare, served, spread

NOTE = '{"code": "A-101", "amount": 1120000000000}'


def run(ground: Ground) -> Iterator[Outcome]:
    around = {"YINBO_BENCH_SQLITE": str(ground.folder / "bare.sqlite"), "YINBO_BENCH_POSTGRES": ground.postgres}
    databases = [("sqlite", f"sqlite:///{ground.folder / 'product.sqlite'}", 0.3, 0.7)]
    if ground.postgres:
        databases.append(("postgres", ground.postgres, 0.6, 0.7))
    with served("bench.bare:create_app", ground.folder, **around) as bare:
        for name, address, general, prepared in databases:
            with served("bench.product:create_app", ground.folder, YINBO_DATABASE_URL=address) as product:
                by_hand = ground.load(f"{bare}/{name}", body=NOTE)
                for way, floor in (("door", general), ("job", prepared)):
                    yield compare(
                        f"{name}: insert by {'the general door' if way == 'door' else 'a prepared job'}",
                        product=ground.load(f"{product}/{way}", body=NOTE),
                        bare=by_hand,
                        floor=floor,
                        rounds=ground.rounds,
                    )
                yield spread(
                    f"{name}: 1,000 writers at once, p99 / p50",
                    product=ground.load(f"{product}/door", body=NOTE, connections=1000),
                    ceiling=10,
                    rounds=1,
                )
