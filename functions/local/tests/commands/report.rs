//! `weir replay --report`; how it looks and works in a browser is `tests/report/check.py`'s matter.

use serde_json::Value;

use super::run::{folder, text, weir};
use super::scan::log;

#[test]
fn the_page_holds_every_incident_with_its_numbers_and_asks_nothing_of_a_network() {
    let folder = folder(&[("a.log", &log())]);
    let [input, page] = ["a.log", "page.html"].map(|name| folder.path().join(name));

    let run = weir(&["replay", "--report", text(&page), text(&input)], "");

    assert_eq!(run.status, 0, "{}", run.err);
    let html = std::fs::read_to_string(page).unwrap();
    assert!(!html.contains("{{") && html.ends_with("</html>\n"), "a place of the template is left");
    for part in [" src=", " href=\"http", "@import", "url(", " on", "style="] {
        let tags = html.split('<').filter(|tag| tag.split('>').next().unwrap().contains(part));
        let tags: Vec<&str> =
            tags.filter(|tag| !tag.starts_with("script") && !tag.starts_with("style")).collect();
        assert!(tags.is_empty(), "{part}: {tags:?}");
    }
    let data = html.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    assert_eq!((&data[0]["kernel"], &data[0]["severity"]), (&"scan".into(), &3.into()));
    let sent: Vec<u64> = data[0]["out"].as_array().unwrap().iter().map(|it| it.as_u64().unwrap()).collect();
    assert!(sent.len() >= 36 && sent.iter().all(|bytes| *bytes > 0), "{sent:?}");
}

#[test]
fn a_page_that_cannot_be_written_is_known_before_the_work() {
    let run = weir(&["replay", "--report", "no-such-folder/page.html", "-"], "");

    assert_eq!((run.status, run.out.as_str()), (1, ""));
    assert!(run.err.contains("cannot write no-such-folder/page.html"), "{}", run.err);
}
