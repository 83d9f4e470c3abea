use std::io::Write as _;

use flate2::Compression as Level;
use flate2::write::GzEncoder;
use serde_json::json;

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Level::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn status(bytes: &[u8], named: &str) -> u16 {
    let named = Compression::named(named).unwrap();
    open(bytes, named, &mut Vec::new()).map_or_else(|refusal| refusal.status(), |()| 200)
}

#[test]
fn a_body_is_opened_once_under_a_cap_and_other_formats_are_named() {
    let whole = gzip(b"{}");
    let bomb = gzip(&vec![b' '; PAYLOAD_CAP + 1]);
    for (bytes, named, expected) in [
        (b"{}".as_slice(), "", 200),
        (b"{}", "gzip", 200),
        (&whole, "", 200),
        (&gzip(&vec![b' '; PAYLOAD_CAP]), "gzip", 200),
        (&bomb, "gzip", 413),
        (&gzip(&bomb), "gzip", 415),
        (&whole[..whole.len() - 4], "gzip", 400),
        (b"not deflate", "deflate", 400),
        (b"PAR1", "", 415),
        (b"\xf3\x89\x9a\xc2", "", 415),
        (b"", "gzip", 200),
    ] {
        assert_eq!(status(bytes, named), expected, "{named} {:?}", bytes.get(..8));
    }
}

#[test]
fn media_types_without_a_parser_say_what_to_send_instead() {
    for (media, body, remedy) in [
        ("application/msgpack", "", Some("json_lines")),
        ("multipart/mixed; boundary=x", "", Some("multiline")),
        ("application/x-www-form-urlencoded", "a=b", Some("json_batch")),
        ("application/x-www-form-urlencoded", " {}", None),
        ("application/json", "{}", None),
        ("", "2 1 eni", None),
    ] {
        let event = json!({"requestContext": {"http": {"method": "POST"}}, "rawPath": "/", "body": body,
            "headers": {"content-type": media}})
        .to_string();
        let request = Request::read(&event).unwrap();
        match (format(&request), remedy) {
            (Ok(found), None) => assert_eq!(found, Format::Text),
            (Err(refusal), Some(remedy)) => {
                assert_eq!(refusal.status(), 415);
                assert!(refusal.to_string().contains(remedy), "{refusal}");
            }
            (found, _) => panic!("{media}: {found:?}"),
        }
    }
}
