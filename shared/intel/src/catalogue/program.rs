//! What runs: which programs a process stands for, and which of its arguments are only mentioned.

mod known;

use self::known::{CONTAINERS, INTERPRETERS, MENTIONS, SHELLS, WRAPPERS};

/// A process, as far as a log knows it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Program<'a> {
    /// Path of the executable.
    pub path: Option<&'a str>,
    /// What the log calls the process, where there is no path.
    pub name: Option<&'a str>,
    /// Name that the maker compiled into the executable (Windows).
    pub original_name: Option<&'a str>,
    /// The arguments one by one, the first is what the program was called.
    pub args: &'a [String],
    /// The arguments in one line, where they are not known one by one.
    pub cmd_line: Option<&'a str>,
    /// Image of the container that it runs in.
    pub image: Option<&'a str>,
    /// Names of environment variables.
    pub env: &'a [String],
}

/// One program that runs: its base name and its arguments.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Command {
    pub(super) name: String,
    /// The arguments, one blank between them and one before.
    pub(super) arguments: String,
    /// What it is given is mentioned, and does not run: only who asks for this very program may read it.
    pub(super) mentions: bool,
    /// Images that it starts.
    pub(super) images: Vec<String>,
    /// Names of environment variables that it sets for what it starts.
    pub(super) env: Vec<String>,
}

/// Shells inside shells that are opened.
const DEEPEST: u8 = 3;

/// The programs that a process runs.
pub(super) fn commands(program: &Program<'_>) -> Vec<Command> {
    let words = match (program.args, program.cmd_line) {
        ([], Some(line)) => words(line),
        (args, _) => args.to_vec(),
    };
    let mut commands = Vec::new();
    let exe = program.path.map(base_name);
    let words = match (words.is_empty(), exe.as_deref().or(program.name)) {
        (true, Some(name)) => vec![name.to_owned()],
        _ => words,
    };
    // Quotes decide where a shell's text ends a command; words have lost them.
    let line = program.cmd_line.filter(|_| program.args.is_empty());
    run(&words, exe.as_deref(), line, 0, &mut commands);
    commands
}

/// Takes one command apart; `exe` is the executable's own name, whatever the command calls itself, and `line` the text
/// that the words are from.
fn run(words: &[String], exe: Option<&str>, line: Option<&str>, depth: u8, commands: &mut Vec<Command>) {
    let Some((first, rest)) = words.split_first() else { return };
    let called = base_name(first);
    // A link to busybox is what it is called; anything else is what it is.
    let name = match exe {
        Some(exe) if !matches!(exe, "busybox" | "toybox" | "coreutils") => exe.to_owned(),
        _ => called,
    };
    let plain = name.trim_end_matches(".exe");
    if depth < DEEPEST && SHELLS.contains(&plain) {
        if let Some(place) = text_option(rest) {
            let script = match line {
                // sh takes one word, cmd and PowerShell all that follows.
                Some(line) => {
                    let one =
                        rest.get(place).is_some_and(|option| option.starts_with('-') && option.len() <= 4);
                    unquoted(behind(line, place + 2), one).to_owned()
                }
                None => script(rest, place),
            };
            commands_in(&script, depth, commands);
            return;
        }
        // `bash ./name` runs it.
        if let Some(script) =
            rest.iter().find(|word| !word.starts_with(['-', '/']) || word.starts_with('/') && word.len() > 2)
        {
            run(std::slice::from_ref(script), None, None, depth + 1, commands);
        }
    }
    if depth < DEEPEST
        && WRAPPERS.contains(&plain)
        && let Some(inner) = inner(plain, rest).and_then(|place| rest.get(place..))
    {
        run(inner, None, None, depth + 1, commands);
    }
    if depth < DEEPEST
        && INTERPRETERS.contains(&plain)
        && let Some(script) = rest.iter().find(|word| !word.starts_with('-'))
    {
        let name = base_name(script);
        commands.push(Command { name, ..Command::default() });
    }
    let mentions = MENTIONS.contains(&plain);
    if CONTAINERS.contains(&plain) {
        commands.extend(within(rest));
        commands.push(Command { name, mentions, images: started(rest), ..Command::default() });
    } else {
        commands.push(Command { name, arguments: joined(rest), mentions, ..Command::default() });
    }
}

/// The commands of a shell's text, cut where one ends and the next begins.
fn commands_in(script: &str, depth: u8, commands: &mut Vec<Command>) {
    let mut quote = None;
    let mut start = 0;
    let mut cuts = Vec::new();
    for (at, character) in script.char_indices() {
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            (None, ';' | '|' | '&' | '\n' | '(' | ')' | '`') => {
                cuts.push(script.get(start..at).unwrap_or_default());
                start = at + character.len_utf8();
            }
            _ => {}
        }
    }
    cuts.push(script.get(start..).unwrap_or_default());
    for cut in cuts {
        let words = words(cut);
        // `NAME=value` before a command is its environment.
        let place = words.iter().position(|word| !is_assignment(word));
        let set = words.iter().take(place.unwrap_or(0)).filter_map(|word| word.split_once('='));
        let env: Vec<String> = set.map(|(name, _)| name.to_owned()).collect();
        commands.extend((!env.is_empty()).then(|| Command { env, ..Command::default() }));
        if let Some(words) = place.and_then(|place| words.get(place..)) {
            run(words, None, Some(cut.trim()).filter(|_| place == Some(0)), depth + 1, commands);
        }
    }
}

/// Where the text follows in `sh -c text`, `cmd /c text`, `powershell -Command text`.
fn text_option(words: &[String]) -> Option<usize> {
    let place = words.iter().position(|word| {
        let lower = word.to_ascii_lowercase();
        let is_c =
            lower.starts_with('-') && !lower.starts_with("--") && lower.ends_with('c') && lower.len() <= 4;
        is_c || matches!(lower.as_str(), "/c" | "/k" | "-command" | "-commandwithargs")
    })?;
    (place + 1 < words.len()).then_some(place)
}

/// The text behind the option at `place`, of words that are known one by one.
fn script(words: &[String], place: usize) -> String {
    // cmd and PowerShell take all that follows; sh takes one word.
    match words.get(place + 1..).unwrap_or_default() {
        [one] => one.clone(),
        [one, ..] if words.get(place).is_some_and(|option| option.starts_with('-')) && one.contains(' ') => {
            one.clone()
        }
        many => many.join(" "),
    }
}

/// What follows the first `count` words of a line, quotes and all.
fn behind(line: &str, count: usize) -> &str {
    let (mut quote, mut inside, mut seen) = (None, false, 0);
    for (at, character) in line.char_indices() {
        match (quote, character) {
            (None, '"' | '\'') => (quote, inside) = (Some(character), true),
            (Some(open), close) if open == close => quote = None,
            (None, blank) if blank.is_whitespace() => seen += usize::from(std::mem::take(&mut inside)),
            _ => inside = true,
        }
        if seen == count {
            return line.get(at..).unwrap_or_default().trim();
        }
    }
    ""
}

/// A text without the quotes around it: around the first word where one word is meant, else around the whole.
fn unquoted(text: &str, one: bool) -> &str {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''));
    match quote.and_then(|quote| text.get(1..)?.split_once(quote)) {
        Some((inner, behind)) if one || behind.is_empty() => inner,
        _ => text,
    }
}

/// The image of `docker run IMAGE`: every word may be it, since options take values that only the client knows.
fn started(words: &[String]) -> Vec<String> {
    let starts = words.iter().position(|word| matches!(word.as_str(), "run" | "create" | "pull"));
    let Some(words) = starts.and_then(|place| words.get(place + 1..)) else { return Vec::new() };
    words.iter().filter(|word| is_image(word)).cloned().collect()
}

fn is_image(word: &String) -> bool {
    !word.starts_with('-') && word.contains('/') && !word.starts_with(['/', '.'])
}

/// What `docker run OPTIONS IMAGE ARGUMENTS` runs in the container: its arguments and the names in its environment,
/// whatever the image is called.
fn within(words: &[String]) -> Option<Command> {
    let starts = words.iter().position(|word| matches!(word.as_str(), "run" | "create"))?;
    let words = words.get(starts + 1..)?;
    let image = words.iter().position(is_image).unwrap_or(words.len());
    let options = words.get(..image).unwrap_or_default();
    let env = options.iter().enumerate().filter_map(|(at, word)| match word.as_str() {
        "-e" | "--env" => options.get(at + 1).map(String::as_str),
        _ => {
            word.strip_prefix("--env=").or_else(|| word.strip_prefix("-e").filter(|rest| is_assignment(rest)))
        }
    });
    let env = env.map(|set| set.split_once('=').map_or(set, |(name, _)| name).to_owned()).collect();
    let arguments = joined(words.get(image + 1..).unwrap_or_default());
    Some(Command { arguments, env, ..Command::default() })
}

/// Where the program stands behind a wrapper: behind its options and their values, numbers, and `NAME=value`.
fn inner(wrapper: &str, words: &[String]) -> Option<usize> {
    let (valued, mut skipped) = match wrapper {
        "sudo" | "doas" | "runuser" => ("ugUhpCrtTDR", 0),
        "nice" | "ionice" | "chrt" | "taskset" => ("ncp", 0),
        "timeout" => ("sk", 0),
        "env" => ("uCS", 0),
        "xargs" => ("InPLdsEa", 0),
        "systemd-run" => ("pu", 0),
        "nsenter" | "strace" | "watch" => ("toens", 0),
        // A user, a root or a lock comes first.
        "gosu" | "su-exec" | "chroot" | "flock" => ("w", 1),
        _ => ("", 0),
    };
    let mut value = false;
    for (place, word) in words.iter().enumerate() {
        if std::mem::take(&mut value) {
            continue;
        }
        if let Some(option) = word.strip_prefix('-') {
            value = option.len() == 1 && valued.contains(option);
        } else if word.starts_with('/') && word.len() <= 3 {
            // An option of cmd: `start /b`.
        } else if !word.starts_with(|first: char| first.is_ascii_digit()) && !is_assignment(word) {
            if skipped == 0 {
                return Some(place);
            }
            skipped -= 1;
        }
    }
    None
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

fn joined(words: &[String]) -> String {
    words.iter().fold(String::new(), |line, word| line + " " + word)
}

/// The words of a line, quotes undone.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut quote, mut any) = (None, false);
    for character in line.chars() {
        match (quote, character) {
            (None, '"' | '\'') => (quote, any) = (Some(character), true),
            (Some(open), close) if open == close => quote = None,
            (None, blank) if blank.is_whitespace() => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            (_, character) => word.push(character),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

/// The base name of a path, lower case; a shell's leading hyphen and the kernel's note on a deleted file go.
pub(super) fn base_name(path: &str) -> String {
    let path = path.trim().trim_end_matches(" (deleted)").trim_matches('"');
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.strip_prefix('-').unwrap_or(name).to_ascii_lowercase()
}
