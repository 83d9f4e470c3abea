use super::*;

const OLD: &str = "0123456789abcdef";
const NEW: &str = "fedcba9876543210-new";

#[test]
fn one_or_two_long_tokens_are_a_parameter_and_nothing_else_is() {
    let read = |text: &str| Tokens::read(text).map(|tokens| tokens.0.len());
    assert_eq!(read(OLD), Some(1));
    assert_eq!(read(&format!(" {NEW}\n{OLD} ")), Some(2));
    for bad in ["", " ", "0123456789abcde", &format!("{OLD} short"), &format!("{OLD} {NEW} {OLD}")] {
        assert_eq!(read(bad), None, "{bad}");
    }
}

#[test]
fn a_rotation_lets_both_tokens_in_and_after_it_only_the_new_one() {
    let (both, after) = (Tokens::read(&format!("{NEW} {OLD}")).unwrap(), Tokens::read(NEW).unwrap());
    for (secret, during, then) in
        [(OLD, true, false), (NEW, true, true), ("", false, false), (&NEW[1..], false, false)]
    {
        assert_eq!((both.hold(secret), after.hold(secret)), (during, then), "{secret}");
    }
    assert!(Tokens::default().is_open() && !after.is_open());
}

#[test]
fn a_node_is_known_by_the_key_that_it_was_given_and_by_no_other() {
    let (both, after) = (Tokens::read(&format!("{OLD} {NEW}")).unwrap(), Tokens::read(NEW).unwrap());
    let old = both.node_key("host.one");
    let new = after.node_key("host.one");
    assert!(both.know(&old) && both.know(&new) && after.know(&new));
    assert!(!after.know(&old), "it enrolls again");
    for forged in ["", ".host.one", &old.replace("one", "two"), &Tokens::default().node_key("host.one")] {
        assert!(!both.know(forged), "{forged}");
    }
}
