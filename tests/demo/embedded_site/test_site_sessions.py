"""Script keys, logins, session tokens, and whatever is wrong with them."""

from __future__ import annotations

import json
import urllib.request

import pytest
from shotgun_api3.shotgun import AuthenticationFault, Fault, Shotgun

from .conftest import Studio


@pytest.mark.parametrize(
    "wrong",
    [
        {"script_name": "demo", "api_key": "wrong-secret"},
        {"script_name": "nobody", "api_key": "demo"},
        {"login": "artist", "password": "wrong-secret"},
        {"login": "nobody", "password": "demo"},
        {"session_token": "0123456789abcdef"},
    ],
)
def test_wrong_credentials(studio: Studio, wrong: dict[str, str]) -> None:
    sg = studio.site.connect(**wrong)
    with pytest.raises(AuthenticationFault) as raised:
        sg.find_one("Shot", [])
    assert "wrong-secret" not in str(raised.value)
    assert "0123456789abcdef" not in str(raised.value)


def test_login(studio: Studio) -> None:
    sg = studio.site.connect(login="artist", password="demo")
    made = sg.create("Tag", {"name": "by a person"}, return_fields=["created_by"])
    assert made["created_by"]["type"] == "HumanUser"
    person = studio.sg.authenticate_human_user("artist", "demo")
    assert person["login"] == "artist"


def test_a_disabled_person_cannot_log_in(fresh: Studio) -> None:
    fresh.sg.update("HumanUser", fresh.people[1]["id"], {"sg_status_list": "dis"})
    with pytest.raises(AuthenticationFault):
        fresh.site.connect(login="bo", password="demo").find_one("Shot", [])


def test_session_tokens(studio: Studio) -> None:
    token = studio.site.connect(login="ada", password="demo").get_session_token()
    sg = studio.site.connect(session_token=token)
    assert sg.find_one("Shot", []) is not None
    made = sg.create("Tag", {"name": "by token"}, return_fields=["created_by"])
    assert made["created_by"]["name"] == "Ada Noël"
    assert studio.site.sessions.valid(token)
    studio.site.expire_sessions()
    assert not studio.site.sessions.valid(token)
    with pytest.raises(AuthenticationFault, match="Session has expired"):
        sg.find_one("Shot", [])


def test_a_token_expires_by_itself(fresh: Studio) -> None:
    token = fresh.site.connect().get_session_token()
    fresh.site.sessions.lifetime = -1.0
    again = fresh.site.connect().get_session_token()
    assert fresh.site.sessions.valid(token), "issued while tokens lived longer"
    assert not fresh.site.sessions.valid(again)


def test_sudo(studio: Studio) -> None:
    sg = studio.site.connect(script_name="demo", api_key="demo", sudo_as_login="bo")
    made = sg.create("Tag", {"name": "by sudo"}, return_fields=["created_by"])
    assert made["created_by"]["name"] == "Bo Li"
    nobody = studio.site.connect(script_name="demo", api_key="demo", sudo_as_login="nobody")
    with pytest.raises(AuthenticationFault):
        nobody.find_one("Shot", [])


def test_info_needs_no_authentication(studio: Studio) -> None:
    sg = Shotgun(studio.site.url, script_name="x", api_key="y")
    info = sg.info()
    assert info["version"] == [8, 72, 0]
    assert info["s3_uploads_enabled"] is False
    assert sg.server_caps.version == (8, 72, 0)


def test_requests_that_are_not_calls(studio: Studio) -> None:
    auth = {"script_name": "demo", "script_key": "demo"}
    unfit = json.dumps({"method_name": "read", "params": [auth, ["Shot"]]}).encode()

    def post(body: bytes) -> dict[str, object]:
        request = urllib.request.Request(studio.site.url + "/api3/json", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as response:
            answer: dict[str, object] = json.load(response)
        return answer

    unknown = b'{"method_name": "frobnicate", "params": []}'
    for body in (b"not json", b"[]", b"{}", unknown, b'{"method_name": 5}', unfit):
        assert post(body)["exception"] is True
    assert post(b'{"method_name": "read", "params": []}')["error_code"] == 102
    with pytest.raises(Fault, match="doesn't exist"):
        studio.sg._call_rpc("frobnicate", {})


def test_the_key_is_nowhere(studio: Studio) -> None:
    studio.sg.find_one("Shot", [])
    assert "script_key" not in repr(studio.site.calls.requests("/api3"))
    assert "script_key" not in repr(studio.site)
