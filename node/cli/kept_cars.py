"""Foreign CARs at the command line: kept for the gateway, listed, taken out again. No passphrase, and beside `serve`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from node.cli.session import home_of
from node.errors import BadInput, Words
from storage.car_keeping import drop, keep
from storage.kept_cars import KeptCars

if TYPE_CHECKING:
    import argparse

    from node.cli.output import Output
    from node.home import Home
    from storage.kept_cars import KeptCar


def keep_car(arguments: argparse.Namespace, output: Output) -> None:
    """Keep a CAR, every block verified, and say what of its DAG it has not."""
    car = keep(_home(arguments).cars, arguments.source)
    _tell(car, output)
    if car.missing:
        zh, en = f"它链接到的 {car.missing} 块不在其中;缺块处网关会中断回答", f"{car.missing} block(s) that it links to are not in it; there the gateway breaks its answer off"
        output.note(zh, en)
    if car.passed_over:
        zh, en = f"{car.passed_over} 块的编码或哈希算法此处不识,未核对,也不提供", f"{car.passed_over} block(s) have a codec or hash function that is not read here: not checked and not given out"
        output.note(zh, en)


def list_kept(arguments: argparse.Namespace, output: Output) -> None:
    """List the CARs that are kept."""
    cars = KeptCars(_home(arguments).cars)
    count = 0
    try:
        for car in cars.all():
            _tell(car, output)
            count += 1
    finally:
        cars.close()
    output.record({"summary": {"kept": count}})
    output.say(f"收存 CAR {count} 份", f"{count} CAR(s) kept")


def drop_car(arguments: argparse.Namespace, output: Output) -> None:
    """Take a CAR out; what it alone has the gateway gives no longer."""
    if not re.fullmatch("[0-9a-f]{64}", arguments.drop) or not drop(_home(arguments).cars, arguments.drop):
        mend = Words("zhicang import car --kept 列出所有", "zhicang import car --kept lists them")
        raise BadInput(f"没有收存 {arguments.drop}", f"{arguments.drop} is not kept", mend=mend, field="--drop")
    output.record({"dropped": arguments.drop})
    output.say(f"已取消收存 {arguments.drop}", f"{arguments.drop} is kept no longer")


def _home(arguments: argparse.Namespace) -> Home:
    home = home_of(arguments)
    home.identity()  # no home, no folder in it
    return home


def _tell(car: KeptCar, output: Output) -> None:
    output.record({"kept": car.name, "bytes": car.size, "blocks": car.blocks, "missing": car.missing, "passed_over": car.passed_over, "roots": list(car.roots)})
    roots = " ".join(car.roots)
    output.say(f"{car.name}  {car.blocks} 块  缺 {car.missing} 块  根 {roots}", f"{car.name}  {car.blocks} block(s)  {car.missing} missing  root {roots}")
