"""Where the door is: private, found by its home, and never made over somebody else's thing."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from node.door.place import LONGEST_PATH, door_of, open_door
from node.errors import Unavailable
from node.home import Home

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


def runtime_of(tmp_path: Path) -> dict[str, str]:
    return {"XDG_RUNTIME_DIR": str(tmp_path)}


def test_it_is_its_owners_alone_and_goes_with_the_server(home: Home, tmp_path: Path) -> None:
    with open_door(home, runtime_of(tmp_path)):
        path = door_of(home)
        assert path is not None
        assert path.parent == tmp_path / "zhicang"
        assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert door_of(home) is None
    assert not path.exists()


def test_what_a_killed_server_left_is_replaced(home: Home, tmp_path: Path) -> None:
    with open_door(home, runtime_of(tmp_path)):
        path = door_of(home)
    assert path is not None
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with open_door(home, runtime_of(tmp_path)), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_a_socket_that_somebody_answers_is_left_alone(home: Home, tmp_path: Path) -> None:
    with open_door(home, runtime_of(tmp_path)):
        path = door_of(home)
        with pytest.raises(Unavailable, match="another process"), open_door(home, runtime_of(tmp_path)):
            pass
        assert path is not None
        assert path.is_socket()


def test_a_file_in_its_place_is_left_alone(home: Home, tmp_path: Path) -> None:
    with open_door(home, runtime_of(tmp_path)):
        path = door_of(home)
    assert path is not None
    path.write_text("mine")
    with pytest.raises(Unavailable, match="something else"), open_door(home, runtime_of(tmp_path)):
        pass
    assert path.read_text() == "mine"


def test_a_folder_that_others_can_enter_is_not_used(home: Home, tmp_path: Path) -> None:
    (tmp_path / "zhicang").mkdir(mode=0o755)
    with open_door(home, runtime_of(tmp_path)):
        path = door_of(home)
        assert path is not None
        assert path.parent != tmp_path / "zhicang"
        assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_path_that_no_socket_can_have_is_said(home: Home, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * LONGEST_PATH)
    deep.mkdir()
    with pytest.raises(Unavailable, match=str(LONGEST_PATH)), open_door(home, runtime_of(deep)):
        pass


def test_the_name_in_a_copied_home_is_not_its_own(home: Home, tmp_path: Path) -> None:
    copy = Home(tmp_path / "copy")
    copy.path.mkdir()
    with open_door(home, runtime_of(tmp_path)):
        copy.socket.write_bytes(home.socket.read_bytes())
        assert door_of(copy) is None
