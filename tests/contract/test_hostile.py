"""Whatever one client sends, and however it leaves: the others are served, the log stays clean."""

from collections import defaultdict
from collections.abc import Callable, Mapping

from tests.support import hostile
from tests.support.contract import (
    all_complaints,
    assert_ends_well,
    each_lesson_without_websocket,
    each_on_each_implementation,
    last_line,
    lesson_server,
    promises_of,
    target_of,
)
from tests.support.server import Server
from tests.support.speech import lesson, pair, post

LEGACY_CANNOT = {
    # It decodes headers in one way and encodes them in another: HTTP 500, and a traceback.
    "a handshake with a cookie that is not ASCII": "UnicodeEncodeError: 'latin-1' codec",
}
"""What the deprecated implementation does not hold, with the words by which it fails."""


def failures(
    server: Server, name: str, attacks: Mapping[str, hostile.Attack], converse: Callable[[], None]
) -> dict[str, list[str]]:
    """Make every attack, let others converse after each, and tell what went wrong."""
    target = target_of(server, name)
    wrong: dict[str, list[str]] = defaultdict(list)
    known = 0
    for attack_name, attack in attacks.items():
        try:
            attack(target)
        except (AssertionError, OSError) as error:
            wrong[attack_name].append(str(error))
        try:
            converse()
        except AssertionError as error:
            # Nothing after this tells more: the others are not served any longer.
            wrong[attack_name].append(f"afterwards the others were not served: {error}")
            break
        logged = all_complaints(server.log)
        # What arrives late is found after the next attack; its traceback tells which one it was.
        wrong[attack_name] += [f"the log says {last_line(one)!r}" for one in logged[known:]]
        known = len(logged)
    return {attack_name: found for attack_name, found in wrong.items() if found}


def attacks_by_promise(name: str) -> dict[str, dict[str, hostile.Attack]]:
    """Return what each promise is put to in a lesson or step."""
    refused = dict(hostile.refused(path) for path in lesson(name).refused)
    return {
        "refuses_bad_handshakes": hostile.HANDSHAKES | refused,
        "survives_bad_messages": hostile.MESSAGES,
        "survives_departures": hostile.DEPARTURES,
    }


@each_on_each_implementation(
    "refuses_bad_handshakes", "survives_bad_messages", "survives_departures"
)
def test_hostile_clients_leave_the_others_served_and_the_log_clean(both: tuple[str, str]) -> None:
    name, implementation = both
    promised = promises_of(name)
    attacks = {
        attack_name: attack
        for promise, found in attacks_by_promise(name).items()
        if promise in promised
        for attack_name, attack in found.items()
    }
    excused = {
        attack_name: words
        for attack_name, words in LEGACY_CANNOT.items()
        if implementation == "websockets" and attack_name in attacks
    }
    with lesson_server(name, "--ws", implementation) as server:
        with pair(server, name) as others:
            wrong = failures(server, name, attacks, others.converses)
        for attack_name, words in excused.items():
            assert words in server.log, (
                f"{name}: {implementation} holds {attack_name!r} by now: take it off the list."
            )
        told = [
            f"{attack_name}: {one}"
            for attack_name, found in wrong.items()
            for one in dict.fromkeys(found)
            # Its words and not its name: a traceback may be found only after the next attack.
            if not any(words in one for words in excused.values())
        ]
        assert not told, f"{name} on {implementation}:\n" + "\n".join(told)
        assert_ends_well(server, name, *excused.values())


@each_lesson_without_websocket
def test_hostile_requests_leave_the_others_served_and_the_log_clean(name: str) -> None:
    attacks = hostile.REQUESTS | hostile.HANDSHAKES
    # Where there is no WebSocket, a GET of that address may well be answered.
    del attacks["a plain GET at the WebSocket's address"]
    with lesson_server(name) as server:
        wrong = failures(server, name, attacks, lambda: post(server, name, "still here"))
        told = [f"{attack}: {one}" for attack, found in wrong.items() for one in found]
        assert not told, f"{name}:\n" + "\n".join(told)
        assert_ends_well(server, name)
