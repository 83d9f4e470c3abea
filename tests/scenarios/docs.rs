//! The pages under `docs/` hold what findings and readers rely on.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use weir_detection::finding::Kernel;
use weir_detection::settings::registry;
use weir_records::{Entry, ReadOptions, RecordReader};

/// What a runbook answers, in this order.
const SECTIONS: [&str; 7] = [
    "## What Weir saw",
    "## What else looks like it",
    "## Look",
    "## Contain",
    "## Rule out",
    "## Quiet",
    "## What it cannot see",
];

/// First words of setting paths and of nothing else that a page may name.
const ROOTS: [&str; 10] = [
    "an0080/",
    "an0081/",
    "an0082/",
    "an0083/",
    "an0084/",
    "baseline/",
    "incident/",
    "intel/max-age",
    "networks/",
    "roles/",
];

#[test]
fn each_kernel_has_a_runbook_with_all_sections_in_order() {
    for kernel in kernels() {
        let name = kernel.name();
        let text = fs::read_to_string(root().join(format!("docs/runbooks/{name}.md")))
            .unwrap_or_else(|error| panic!("findings of {name} link to a page that cannot be read: {error}"));
        let found: Vec<&str> = text.lines().filter(|line| line.starts_with("## ")).collect();

        assert_eq!(found, SECTIONS, "docs/runbooks/{name}.md");
        assert!(text.contains("(isolate.md)"), "docs/runbooks/{name}.md does not say how to isolate");
    }
}

#[test]
fn no_runbook_is_left_over_from_a_kernel_that_is_gone() {
    let mut known: BTreeSet<String> =
        kernels().iter().map(|kernel| format!("{}.md", kernel.name())).collect();
    known.extend(["isolate.md", "prelude.md"].map(str::to_owned));
    for page in pages(&root().join("docs/runbooks")) {
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        assert!(known.contains(&name), "docs/runbooks/{name} belongs to no kernel");
    }
}

#[test]
fn each_setting_that_a_page_names_is_in_the_registry() {
    let paths: BTreeSet<&str> = registry().iter().map(|entry| entry.path).collect();
    let mut checked = 0;
    for page in all_pages() {
        let text = fs::read_to_string(&page).unwrap();
        for code in text.split('`').skip(1).step_by(2) {
            let path = code.split('=').next().unwrap_or_default();
            if ROOTS.iter().any(|root| path.starts_with(root)) {
                assert!(paths.contains(path), "{} names {path}, which is no setting", page.display());
                checked += 1;
            }
        }
    }
    assert!(checked >= kernels().len(), "{checked} settings named in all pages");
}

#[test]
fn each_default_that_how_it_decides_gives_is_the_registrys() {
    let page = fs::read_to_string(root().join("docs/how-it-decides.md")).unwrap();
    let words: Vec<&str> = page.split_whitespace().collect();
    let mut checked = 0;
    for pair in words.windows(2) {
        let path = pair[0].trim_matches(|c| "`(".contains(c));
        let Some(default) = pair[1].strip_prefix('[').and_then(|rest| rest.split(']').next()) else {
            continue;
        };
        if let Some(entry) = registry().iter().find(|entry| entry.path == path) {
            assert_eq!(entry.default_text(), default, "{path}");
            checked += 1;
        }
    }
    assert!(checked >= 20, "{checked} defaults given");
}

#[test]
fn each_relative_link_leads_to_a_file() {
    let mut checked = 0;
    for page in all_pages() {
        let text = fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            let target = page.parent().unwrap().join(path);
            assert!(target.exists(), "{} links to {link}, which is not there", page.display());
            checked += 1;
        }
    }
    assert!(checked >= kernels().len(), "{checked} links in all pages");
}

#[test]
fn the_book_holds_every_page_once() {
    let docs = root().join("docs");
    let summary = fs::read_to_string(docs.join("SUMMARY.md")).unwrap();
    let mut listed: Vec<PathBuf> = summary
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(|path| docs.join(path))
        .collect();
    listed.push(docs.join("SUMMARY.md"));
    listed.sort();
    let mut there = pages(&docs);
    there.sort();

    assert_eq!(listed, there);
}

#[test]
fn the_format_that_the_events_page_gives_reads_every_row_of_the_events() {
    let page = fs::read_to_string(root().join("events/README.md")).unwrap();
    let format = page.split("--flow-format '").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    let with = ReadOptions { flow_format: Some(format.parse().unwrap()), ..ReadOptions::default() };

    let (flows, rejects) = read_events(&with);
    let (bare, refused) = read_events(&ReadOptions::default());

    assert!(page.contains(&format!("prints {flows} records")), "{flows} records");
    assert_eq!((rejects, bare, refused), (0, 0, flows));
}

/// Flows and rejects of the two events that carry rows.
fn read_events(options: &ReadOptions) -> (u64, u64) {
    let (mut flows, mut rejects) = (0, 0);
    for name in ["cloudwatch-logs.json", "kinesis.json"] {
        let file = fs::File::open(root().join("events/lambda").join(name)).unwrap();
        let mut reader = RecordReader::open(file, options).unwrap();
        while let Some(entry) = reader.next().unwrap() {
            match entry {
                Entry::Flow(_) => flows += 1,
                Entry::Reject(_) => rejects += 1,
                Entry::Call(_) | Entry::Lookup(_) | Entry::Loss(_) | Entry::Control | Entry::Telemetry(_) => {
                }
            }
        }
    }
    (flows, rejects)
}

/// Every kernel; a new one does not compile here until it is listed.
fn kernels() -> Vec<Kernel> {
    let next = |kernel| match kernel {
        Kernel::Volume => Some(Kernel::Relay),
        Kernel::Relay => Some(Kernel::ServedRelay),
        Kernel::ServedRelay => Some(Kernel::Session),
        Kernel::Session => Some(Kernel::Scan),
        Kernel::Scan => Some(Kernel::Flood),
        Kernel::Flood => Some(Kernel::Intel),
        Kernel::Intel => Some(Kernel::Name),
        Kernel::Name => Some(Kernel::Torrent),
        Kernel::Torrent => Some(Kernel::Upload),
        Kernel::Upload => Some(Kernel::Dormant),
        Kernel::Dormant => Some(Kernel::SlowGrowth),
        Kernel::SlowGrowth => Some(Kernel::Blinding),
        Kernel::Blinding => Some(Kernel::Program),
        Kernel::Program => Some(Kernel::Container),
        Kernel::Container => None,
    };
    std::iter::successors(Some(Kernel::Volume), |kernel| next(*kernel)).collect()
}

/// Every page under `docs/`, and those that lead there.
fn all_pages() -> Vec<PathBuf> {
    let mut all = pages(&root().join("docs"));
    all.extend(["README.md", "events/README.md"].map(|name| root().join(name)));
    all
}

fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(pages(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}
