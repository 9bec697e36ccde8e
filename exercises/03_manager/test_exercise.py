"""Who the chat of exercise 3 says is online, and when: `make check E=03`."""

from random import sample
from time import monotonic

from practice import App, Client

STARTER_SAYS = (
    "has opened a second window and is still one person, but the list says"
)

NAMES = ("Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gita", "Hugo", "Ines", "Jan")


def people(count: int) -> list[str]:
    """Return some names, in alphabetical order."""
    return sorted(sample(NAMES, count))


def online(*names: str) -> str:
    """Return the list that says that these people are online."""
    return f"Online: {', '.join(names)}"


def next_list(client: Client, before: str, otherwise: str) -> str:
    """Return the next list that says something else than the one before."""
    while (text := client.hears(otherwise)) == before:
        pass
    return text


def test_names_who_is_online(app: App) -> None:
    """The list names everybody who is online, in alphabetical order."""
    ada, ben = people(2)
    with app.connect(f"/ws/{ben}") as window:
        text = window.hears(f"{ben} connects, and reads no list.")
        assert text == online(ben), f"{ben} is alone, and reads {text!r}."
        with app.connect(f"/ws/{ada}"):
            text = next_list(
                window, online(ben), f"{ada} connects, and {ben} reads no new list."
            )
            assert text == online(ada, ben), (
                f"{ada} connects after {ben}, and {ben} reads {text!r};"
                f" {online(ada, ben)!r} is right."
            )


def test_names_each_person_once(app: App) -> None:
    """A person with two windows is named once."""
    ada, ben = people(2)
    with (
        app.connect(f"/ws/{ben}") as window,
        app.connect(f"/ws/{ada}"),
        app.connect(f"/ws/{ada}") as second,
    ):
        second.send("Hello.")
        for text in window.hears_until(f"{ada} says: Hello."):
            assert text.count(ada) < 2, f"{ada} {STARTER_SAYS} {text!r}."


def test_is_silent_when_a_second_window_opens(app: App) -> None:
    """When a person opens a second window, nobody reads a new list."""
    ada, ben = people(2)
    with app.connect(f"/ws/{ben}") as window, app.connect(f"/ws/{ada}"):
        window.hears_until(online(ada, ben))
        with app.connect(f"/ws/{ada}") as second:
            second.send("Hello.")
            heard = window.hears_until(f"{ada} says: Hello.")
        assert not heard, (
            f"{ada} opens a second window, so the list stays the same, but {ben}"
            f" reads {heard[0]!r} again."
        )


def test_is_silent_when_one_of_two_windows_closes(app: App) -> None:
    """While a person has one window open, that person is online."""
    ada, ben = people(2)
    with app.connect(f"/ws/{ben}") as window, app.connect(f"/ws/{ada}") as first:
        window.hears_until(online(ada, ben))
        with app.connect(f"/ws/{ada}") as second:
            second.send("I have two windows.")
            window.hears_until(f"{ada} says: I have two windows.")
            second.close()
        # Two messages: the server may notice the closed window after the first.
        heard = []
        for text in ("I have one window.", "I am still here."):
            first.send(text)
            heard += window.hears_until(f"{ada} says: {text}")
        assert not heard, (
            f"{ada} closes one of two windows, and is still online, but {ben} reads"
            f" {heard[0]!r}."
        )


def test_announces_once_though_many_windows_open_together(app: App) -> None:
    """When a person opens four windows at once, the list is sent once."""
    *others, ben = people(4)
    with app.connect(f"/ws/{ben}") as window:
        window.hears_until(online(ben))
        for name in others:
            app.all_at_once([f"/ws/{name}"] * 4)
            with app.connect(f"/ws/{name}") as last:
                last.send("Hello.")
                heard = window.hears_until(f"{name} says: Hello.")
            assert len(heard) == 1, (
                f"{name} opens four windows at the same moment, so the list changes"
                f" once, but {ben} reads {heard}."
            )


def test_sends_to_every_window(app: App) -> None:
    """Every window reads every message, also the second one of a person."""
    ada, ben = people(2)
    with app.connect(f"/ws/{ben}") as window:
        windows = [app.open(f"/ws/{ada}") for _ in range(3)]
        window.hears_until(online(ada, ben))
        for number, each in enumerate(windows, 1):
            try:
                # A window that has its answer is surely known to the manager.
                each.send("Here.")
                each.hears_until("You wrote: Here.")
                window.send(f"Hello {number}.")
                for other in windows[:number]:
                    other.hears_until(f"{ben} says: Hello {number}.")
            except AssertionError as fault:
                raise AssertionError(
                    f"{ada} has three windows, and each should read all messages."
                    f" {fault}"
                ) from None


def test_nobody_waits_for_windows_that_do_not_read(app: App) -> None:
    """A window that does not read delays nobody, and is dropped after a while."""
    ada, ben, cleo = people(3)
    for _ in range(4):
        app.open_unread(f"/ws/{cleo}")
    delays = 0.0
    with app.connect(f"/ws/{ben}") as window, app.connect(f"/ws/{ada}") as speaker:
        # More than the network holds for a window that does not read.
        for number in range(100):
            text = f"{number} {'x' * 65_536}"
            speaker.send(text)
            try:
                speaker.hears_until(f"You wrote: {text}")
                answered = monotonic()
                window.hears_until(f"{ada} says: {text}")
            except AssertionError:
                raise AssertionError(
                    f"{cleo} has four windows that do not read, and after {number}"
                    " messages of 64 KiB nobody else gets any more."
                ) from None
            waited = monotonic() - answered
            # A slow computer may need a moment for a message, and not for many.
            delays += waited if waited > 0.5 else 0.0
            assert delays < 2, (
                f"{cleo} has four windows that do not read, and {ben} has to wait"
                f" for what {ada} says: {delays:.1f} s in all."
            )


def test_announces_when_the_last_window_has_gone(app: App) -> None:
    """A person leaves the list with the last window, also when it vanishes."""
    ada, ben = people(2)
    with app.connect(f"/ws/{ben}") as window:
        for how in ("closes the only window", "vanishes without a close frame"):
            with app.connect(f"/ws/{ada}") as only:
                window.hears_until(online(ada, ben))
                if how.startswith("vanishes"):
                    only.vanish()
            text = next_list(
                window,
                online(ada, ben),
                f"{ada} {how}, and {ben} reads no list.",
            )
            assert text == online(ben), f"{ada} {how}, and {ben} reads {text!r}."


def test_survives_people_who_vanish(app: App) -> None:
    """When many vanish while somebody speaks, the log has no error."""
    ben, last = people(2)
    guests = [app.open(f"/ws/Guest{number}") for number in range(20)]
    with app.connect(f"/ws/{ben}") as window:
        try:
            # Faster than the server answers, so that it is always broadcasting.
            for number in range(200):
                window.send(f"Message {number}.")
                if number % 10 == 9:
                    guests.pop().vanish()
            for number in range(200):
                window.hears_until(f"You wrote: Message {number}.")
        except AssertionError as fault:
            raise AssertionError(
                f"Twenty people vanish while {ben} speaks. {fault}"
            ) from None
        with app.connect(f"/ws/{last}") as other:
            other.hears_until(online(ben, last))
    app.stays_calm(f"Twenty people vanished while {ben} was speaking")
