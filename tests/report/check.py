"""The page of `weir replay --report` in a browser: works, is reachable by keyboard and reader, and cannot be broken into.

Needs Chromium; without one it says so and passes. Pictures for the eye go to target/report/.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import browser

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCENARIO = ROOT / "events/scenario"
PICTURES = ROOT / "target/report"
HOSTILE = "</script></template><img src=x onerror=window.hit=1><script>window.hit=1</script>\"'\u202e\u2028"

# What a page must hold whatever is on it: captions, labels, names of pictures, unique ids, nothing foreign.
SOUND = """(() => {
  const all = (what) => [...document.querySelectorAll(what)];
  const ids = all("[id]").map((it) => it.id);
  return {
    hit: window.hit === undefined,
    foreign: all("img, iframe, object, embed, link, video, audio").length === 0,
    scripts: document.scripts.length === 2,
    captions: all("table").every((it) => it.caption && it.caption.textContent.trim()),
    labels: all("input, select").every((it) => it.labels.length > 0),
    buttons: all("button").every((it) => it.textContent.trim()),
    headers: all("th").every((it) => it.scope),
    pictures: all("svg").every((it) => it.getAttribute("role") === "img" &&
      it.getAttribute("aria-labelledby").split(" ").every((id) => document.getElementById(id).textContent)),
    numbers: all("svg *").every((it) => [...it.attributes].every((at) => !/NaN|Infinity|undefined/.test(at.value))),
    ids: new Set(ids).size === ids.length,
  };
})()"""

failures = []


def hold(what, is_so, found=""):
    if not is_so:
        failures.append(f"{what} {found}")


def sound(page, where):
    for what, is_so in page.ask(SOUND).items():
        hold(f"{where}: {what}", is_so)
    hold(f"{where}: complaints", not page.complaints(), page.complaints()[:3])


def weir(*arguments):
    done = subprocess.run([ROOT / "target/debug/weir", *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(f"weir {arguments}: {done.stderr.decode()[-500:]}")


def hostile(folder):
    """The scenario, whose instances carry tags of an attacker."""
    intel = folder / "intel"
    intel.mkdir()
    for file in (SCENARIO / "intel").iterdir():
        (intel / file.name).write_bytes(file.read_bytes())
    inventory = json.loads((intel / "inventory.json").read_text())
    for reservation in inventory["Reservations"]:
        for instance in reservation["Instances"]:
            instance["Tags"] = [{"Key": "Name", "Value": HOSTILE}]
    (intel / "inventory.json").write_text(json.dumps(inventory))
    page = folder / "hostile.html"
    weir("replay", "--report", page, "--intel", intel, SCENARIO / "flow-logs")
    return page


def thousand(folder):
    """A thousand instances that scan, after an hour in which nobody does."""
    head = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status instance-id tcp-flags"
    lines = [head]
    for minute in range(0, 80, 5):
        start = 1_780_272_000 + minute * 60
        for host in range(1000):
            who = f"5 123456789012 eni-{host:017x} 10.1.{host // 250}.{host % 250 + 1}"
            tail = f"{start} {start + 59} ACCEPT OK i-{host:017x} 2"
            lines.append(f"{who} 198.51.100.7 40000 443 6 9 {900 + host * 7} {tail}")
            if minute == 60:
                lines += [f"{who} 203.0.113.{n} 50000 22 6 1 60 {tail}" for n in range(1, 41)]
    log = folder / "thousand.log"
    log.write_text("\n".join(lines) + "\n")
    page = folder / "thousand.html"
    weir("replay", "--report", page, log)
    return page


def works(page, file):
    """Opens, sorts, filters, by mouse and by keyboard."""
    page.open(file)
    count = page.ask("document.querySelectorAll('#rows > tr').length")
    hold("rows", count >= 20, count)
    hold("no story before one is opened", page.ask("document.querySelectorAll('article').length") == 0)
    page.shot(PICTURES / "light.png")

    page.ask("document.querySelector('.open').focus()")
    page.key("Enter", 13)
    hold("Enter opens", page.ask("document.querySelector('.open').getAttribute('aria-expanded')") == "true")
    hold("what is opened is what is named", page.ask(
        "document.getElementById(document.querySelector('.open').getAttribute('aria-controls')).querySelectorAll('svg').length") >= 1)
    page.key("Enter", 13)
    hold("Enter closes", page.ask("document.querySelector('tr.detail').hidden"))

    page.ask("document.querySelectorAll('.open').forEach((it) => it.click())")
    page.ask("document.querySelectorAll('details').forEach((it) => { it.open = true; })")
    page.ask("new Promise((done) => setTimeout(done, 200))")
    hold("every story opens", page.ask("document.querySelectorAll('article').length") == count)
    hold("a tag is text", page.ask("document.querySelector('article').textContent.includes('</script></template><img')"))
    hold("a tag turns no line", not page.ask("/[\\u202e\\u2028]/.test(document.body.textContent)"))
    sound(page, "all open")

    page.ask("document.querySelector('#list th[data-key=egress] button').click()")
    hold("sorted by egress", page.ask(
        "(() => { const data = JSON.parse(document.getElementById('data').textContent);"
        " const rows = [...document.querySelectorAll('#rows > tr:not(.detail)')].map((it) => data[it.id.slice(1)].egress);"
        " return rows.every((it, at) => at === 0 || rows[at - 1] >= it); })()"))
    hold("the order is told", page.ask("document.querySelector('#list th[data-key=egress]').getAttribute('aria-sort')") == "descending")

    page.ask("(() => { const text = document.getElementById('text'); text.value = 'SCANS the'; text.dispatchEvent(new Event('input')); })()")
    shown = page.ask("[...document.querySelectorAll('#rows > tr:not(.detail):not([hidden])')].map((it) => it.textContent)")
    hold("filtered", 0 < len(shown) < count and all("scans the" in it for it in shown), shown[:2])
    hold("the count is told", page.ask("document.getElementById('shown').textContent") == f"{len(shown)} of {count} shown")

    # The policy lets nothing run that is not the page's own.
    page.ask("document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.hit = 2' }))")
    hold("a foreign script is refused", page.ask("window.hit === undefined"))


def looks(page, file):
    """Dark, narrow and on paper."""
    for name, size, how in (
        ("dark", (1280, 1700), {"dark": True}), ("narrow", (390, 1700), {}), ("print", (794, 1700), {"media": "print"}),
        ("narrow-list", (390, 1200), {}),
    ):
        page.open(file, *size, **how)
        if name != "narrow-list":
            page.ask("document.querySelectorAll('.open')[2].click()")
            page.ask("document.querySelectorAll('.open')[2].scrollIntoView({ behavior: 'instant' })")
        wide = page.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        hold(f"{name}: nothing is wider than the window", wide <= 0, wide)
        sound(page, name)
        page.shot(PICTURES / f"{name}.png")


def scales(page, file):
    page.open(file)
    count = page.ask("document.querySelectorAll('#rows > tr').length")
    hold("a thousand rows", count == 1000, count)
    hold("and no more than rows", page.ask("document.querySelectorAll('*').length") < 20_000, page.ask("document.querySelectorAll('*').length"))
    page.ask("document.querySelectorAll('.open')[500].click()")
    hold("one story", page.ask("document.querySelectorAll('article').length") == 1)
    sound(page, "thousand")
    page.shot(PICTURES / "thousand.png")


def main():
    path = browser.find()
    if not path:
        print("skipped: no Chromium is installed (or named by CHROMIUM)")
        return
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browser.Page(path) as page:
        folder = pathlib.Path(folder)
        file = hostile(folder)
        works(page, file)
        looks(page, file)
        scales(page, thousand(folder))
    if failures:
        sys.exit("the report page fails:\n  " + "\n  ".join(failures))
    print(f"the report page holds; pictures are in {PICTURES.relative_to(ROOT)}/")


main()
