use proptest::prelude::*;

use super::*;
use crate::sample::{any_finding, relay};

#[test]
fn what_a_log_says_opens_no_tag_ends_no_script_and_turns_no_line() {
    let hostile = "</script><img src=x onerror=alert(1)>\"'&\u{202e}\u{0}\u{2028}";
    let mut finding = relay();
    finding.title = hostile.to_owned();
    finding.description = hostile.to_owned();
    finding.subject.tags = vec![hostile.to_owned()];
    finding.remotes[0].organisation = Some(hostile.to_owned());
    finding.would_raise = vec![hostile.to_owned()];

    let html = to_html(&finding, &Product::default());

    assert!(
        html.contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;\\u{202e}\\u{0}"),
        "{html}"
    );
    assert!(!html.contains("<img") && !html.contains("</script") && !html.contains('\u{202e}'), "{html}");
}

#[test]
fn json_in_a_script_reads_back_and_ends_nothing() {
    let value = "</script><!--<script>&amp; \u{2028}\u{202e}\u{7f}\" \\";
    let json = script_json(&serde_json::to_string(value).unwrap());

    assert!(json.is_ascii() && !json.contains(['<', '>', '&']), "{json}");
    assert_eq!(serde_json::from_str::<String>(&json).unwrap(), value);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_finding_gives_tags_that_are_weirs_own_and_close(finding in any_finding()) {
        let html = to_html(&finding, &Product::default());
        let mut open: Vec<&str> = Vec::new();
        for part in html.split('<').skip(1) {
            let tag = part.split('>').next().unwrap();
            let name = tag.split(' ').next().unwrap();
            match name.strip_prefix('/') {
                Some(closed) => prop_assert_eq!(open.pop(), Some(closed)),
                None => open.push(name),
            }
            prop_assert!(TAGS.contains(&name.trim_start_matches('/')), "{}", name);
        }
        prop_assert!(open.is_empty(), "{open:?}");
    }
}

/// Every tag that a story is made of.
const TAGS: [&str; 20] = [
    "h3", "h4", "section", "p", "dl", "dt", "dd", "ul", "ol", "li", "pre", "code", "div", "table", "caption",
    "thead", "tbody", "tr", "th", "td",
];
