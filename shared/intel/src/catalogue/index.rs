//! The catalogue turned around: from what a log says to the tools that it may mean.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use foldhash::HashMap;

use super::program::{Command, base_name, commands};
use super::{Catalogue, DomainRole, Domains, Match, Program, Sign, Tool, image, repository};

/// Look-ups by place in the list of tools.
#[derive(Debug, Default)]
pub(super) struct Index {
    names: HashMap<String, Vec<(usize, bool)>>,
    images: HashMap<String, usize>,
    env: HashMap<String, Vec<usize>>,
    pub(super) domains: HashMap<String, (usize, DomainRole)>,
    /// All words of arguments and parts of paths, looked for in one pass.
    words: Option<AhoCorasick>,
    /// Tools of a word, and which arguments of theirs.
    uses: Vec<Vec<Use>>,
}

/// Where a word is from.
#[derive(Clone, Copy, Debug)]
enum Use {
    /// Arguments of a tool.
    Arguments(usize, usize),
    /// A path of a tool.
    Path(usize),
}

impl Index {
    /// Turns a list of tools around.
    pub(super) fn of(tools: &[Tool]) -> Self {
        let mut index = Self::default();
        let mut words: Vec<&str> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::default();
        for (place, tool) in tools.iter().enumerate() {
            for name in &tool.names {
                index.names.entry(name.clone()).or_default().push((place, false));
            }
            for name in &tool.generic_names {
                index.names.entry(name.clone()).or_default().push((place, true));
            }
            for name in &tool.images {
                index.images.insert(name.clone(), place);
            }
            for name in &tool.env {
                index.env.entry(name.clone()).or_default().push(place);
            }
            for (name, role) in Domains::each(&tool.domains) {
                index.domains.entry(name.to_owned()).or_insert((place, role));
            }
            let mut add = |word, used| {
                let count = places.len();
                let at = *places.entry(str::to_ascii_lowercase(word)).or_insert(count);
                if at == count {
                    words.push(word);
                    index.uses.push(Vec::new());
                }
                if let Some(uses) = index.uses.get_mut(at) {
                    uses.push(used);
                }
            };
            for (at, arguments) in tool.cmdline.iter().enumerate() {
                arguments
                    .all
                    .iter()
                    .chain(&arguments.any)
                    .for_each(|word| add(word, Use::Arguments(place, at)));
            }
            tool.paths.iter().for_each(|part| add(part, Use::Path(place)));
        }
        // Too many words would be the only fault, and there are some hundreds.
        index.words = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(words)
            .ok();
        index
    }

    /// Every word that occurs in `text`, each where it may begin.
    fn occurring(&self, text: &str, mut each: impl FnMut(&str, Use)) {
        let Some(words) = &self.words else { return };
        for found in words.find_overlapping_iter(text) {
            let Some(word) = text.get(found.range()) else { continue };
            // An option begins a word: `-D` is not in `--no-D`.
            let inside = word.starts_with('-')
                && text
                    .get(..found.start())
                    .and_then(|before| before.chars().next_back())
                    .is_some_and(|before| !before.is_whitespace());
            if !inside {
                self.uses
                    .get(found.pattern().as_usize())
                    .into_iter()
                    .flatten()
                    .for_each(|used| each(word, *used));
            }
        }
    }
}

/// The signs of one tool while a process is looked at.
type Signs<'c> = Vec<(usize, Sign<'c>)>;

impl Catalogue {
    /// The tools that a process is, the surest first.
    #[must_use]
    pub fn program(&self, program: &Program<'_>) -> Vec<Match<'_>> {
        let mut signs: Signs<'_> = Vec::new();
        let mut generic: Signs<'_> = Vec::new();
        let commands = commands(program);
        for command in &commands {
            self.name(&command.name, &mut signs, &mut generic);
            self.arguments(command, &mut signs);
            for image in &command.images {
                signs.extend(self.image_sign(image));
            }
        }
        // What the file itself is, whatever it calls itself.
        for name in [program.path, program.original_name].into_iter().flatten() {
            self.name(&base_name(name), &mut signs, &mut generic);
        }
        if let Some(path) = program.path {
            let lower = path.to_ascii_lowercase();
            self.index.occurring(&lower, |part, used| {
                if let Use::Path(tool) = used
                    && let Some(part) =
                        self.tools.get(tool).and_then(|tool| tool.paths.iter().find(|have| *have == part))
                {
                    signs.push((tool, Sign::Path(part)));
                }
            });
        }
        signs.extend(program.image.and_then(|image| self.image_sign(image)));
        for name in program.env.iter().chain(commands.iter().flat_map(|command| &command.env)) {
            for tool in self.index.env.get(name).into_iter().flatten() {
                if let Some(name) =
                    self.tools.get(*tool).and_then(|tool| tool.env.iter().find(|have| *have == name))
                {
                    signs.push((*tool, Sign::Env(name)));
                }
            }
        }
        // A name that says nothing alone supports what is there.
        generic.retain(|(tool, _)| signs.iter().any(|(have, _)| have == tool));
        signs.extend(generic);
        self.matches(signs)
    }

    /// The tool of a container image, by its repository.
    #[must_use]
    pub fn image(&self, image: &str) -> Option<Match<'_>> {
        self.matches(self.image_sign(image).into_iter().collect()).into_iter().next()
    }

    fn image_sign(&self, reference: &str) -> Option<(usize, Sign<'_>)> {
        let repository = repository(reference);
        let images = &self.index.images;
        let tool = *images.get(&repository).or_else(|| images.get(image::mirrored(&repository)?))?;
        let image = self
            .tools
            .get(tool)?
            .images
            .iter()
            .find(|have| **have == repository || Some(have.as_str()) == image::mirrored(&repository))?;
        Some((tool, Sign::Image(image)))
    }

    fn name<'c>(&'c self, name: &str, signs: &mut Signs<'c>, generic: &mut Signs<'c>) {
        for (tool, is_generic) in self.index.names.get(name).into_iter().flatten() {
            let Some(entry) = self.tools.get(*tool) else { continue };
            let names = if *is_generic { &entry.generic_names } else { &entry.names };
            let Some(have) = names.iter().find(|have| *have == name) else { continue };
            let to = if *is_generic { &mut *generic } else { &mut *signs };
            to.push((*tool, Sign::Name(have)));
        }
    }

    fn arguments<'c>(&'c self, command: &Command, signs: &mut Signs<'c>) {
        if command.arguments.is_empty() {
            return;
        }
        let mut found: HashMap<(usize, usize), Vec<String>> = HashMap::default();
        self.index.occurring(&command.arguments, |word, used| {
            if let Use::Arguments(tool, at) = used {
                found.entry((tool, at)).or_default().push(word.to_ascii_lowercase());
            }
        });
        for ((tool, at), words) in found {
            let Some(entry) = self.tools.get(tool) else { continue };
            let Some(arguments) = entry.cmdline.get(at) else { continue };
            let has = |word: &String| words.contains(&word.to_ascii_lowercase());
            // Case means something in an option of one letter.
            let exact =
                |word: &String| has(word) && (word.len() > 3 || command.arguments.contains(word.as_str()));
            let named = !arguments.program && !command.mentions
                || arguments.program
                    && entry.names.iter().chain(&entry.generic_names).any(|name| *name == command.name);
            if named
                && arguments.all.iter().all(exact)
                && (arguments.any.is_empty() || arguments.any.iter().any(exact))
            {
                signs.push((tool, Sign::Arguments(arguments)));
            }
        }
    }

    /// One match for each tool, with its signs.
    fn matches<'c>(&'c self, signs: Signs<'c>) -> Vec<Match<'c>> {
        let mut matches: Vec<Match<'c>> = Vec::new();
        for (place, sign) in signs {
            let Some(tool) = self.tools.get(place) else { continue };
            match matches.iter_mut().find(|found| std::ptr::eq(found.tool, tool)) {
                Some(found) if found.signs.contains(&sign) => {}
                Some(found) => found.signs.push(sign),
                None => matches.push(Match { tool, weight: 0.0, signs: vec![sign] }),
            }
        }
        for found in &mut matches {
            let worth = |sign: &Sign<'_>| sign.weight(found.tool.confidence);
            found.signs.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
            found.weight = found.signs.first().map_or(0.0, worth);
        }
        matches.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.tool.id.cmp(&b.tool.id)));
        matches
    }
}
