"""What the page of lesson 9 says happens in a browser, done in one."""

from playwright.sync_api import BrowserContext, Page, expect

from tests.support.server import serve


def test_page_counts_people_and_not_tabs(context: BrowserContext) -> None:
    with serve("lessons.09_rooms.main:app") as server:
        one, two = context.new_page(), context.new_page()
        for page in (one, two):
            page.goto(server.url)
            page.get_by_role("button", name="Connect").click()
            expect(page.locator("#people")).to_have_text("Ada")
        expect(one.locator("#log li").filter(has_text="Ada joined")).to_have_count(1)

        two.fill("#user", "Grace")
        two.get_by_role("button", name="Connect").click()
        for page in (one, two):
            expect(page.locator("#people")).to_have_text("Ada, Grace")
        expect(one.locator("#log li").filter(has_text="left")).to_have_count(0)

        two.close()
        expect(one.locator("#log li").first).to_contain_text("Grace left")
        expect(one.locator("#people")).to_have_text("Ada")


def test_page_lets_no_odd_name_leave_it(page: Page) -> None:
    with serve("lessons.09_rooms.main:app") as server:
        page.goto(server.url)
        for field, wrong, right in (("#user", "Ada ", "Grace-2"), ("#room", "Attic", "attic")):
            page.fill(field, wrong)
            page.get_by_role("button", name="Connect").click()
            assert page.locator(f"{field}:invalid").count() == 1
            expect(page.locator("#state")).to_have_text("not connected")
            page.fill(field, right)
        page.get_by_role("button", name="Connect").click()

        expect(page.locator("#people")).to_have_text("Grace-2")


def test_naive_page_shows_who_is_not_there_speaking(context: BrowserContext) -> None:
    with serve("lessons.09_rooms.naive:app") as server:
        first, second, grace = (context.new_page() for _ in range(3))
        for page, user in ((first, "Ada"), (second, "Ada"), (grace, "Grace")):
            page.goto(server.url)
            page.fill("#user", user)
            page.get_by_role("button", name="Connect").click()
            expect(page.locator("#state")).to_have_text("open")
        expect(grace.locator("#people")).to_have_text("Ada, Grace")
        second.close()
        expect(grace.locator("#people")).to_have_text("Grace")
        first.fill("#text", "still here")
        first.keyboard.press("Enter")

        expect(grace.locator("#log li").first).to_contain_text("Ada: still here")
