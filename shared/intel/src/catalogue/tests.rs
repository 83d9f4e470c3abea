use std::collections::BTreeSet;

use super::*;

fn shipped() -> Catalogue {
    Catalogue::shipped().unwrap()
}

/// Ids of the tools that a command line is, with the weight in hundredths.
fn line(catalogue: &Catalogue, line: &str) -> Vec<(String, u32)> {
    told(&catalogue.program(&Program { cmd_line: Some(line), ..Program::default() }))
}

fn told(matches: &[Match<'_>]) -> Vec<(String, u32)> {
    matches.iter().map(|found| (found.tool.id.clone(), (found.weight * 100.0).round() as u32)).collect()
}

#[test]
fn every_entry_of_the_shipped_catalogue_is_well_formed_has_a_source_and_is_told_from_the_others() {
    let catalogue = shipped();
    assert!(catalogue.tools().len() > 90 && catalogue.calls().len() >= 20);
    let sources: BTreeSet<&str> = catalogue.sources().iter().map(|source| source.id.as_str()).collect();
    let mut ids = BTreeSet::new();
    let mut names = BTreeSet::new();
    for tool in catalogue.tools() {
        assert!(ids.insert(&tool.id), "{} is there twice", tool.id);
        assert!(
            !tool.sources.is_empty() && tool.sources.iter().all(|source| sources.contains(source.as_str())),
            "{}",
            tool.id
        );
        for name in &tool.names {
            assert!(names.insert(name), "{name} names two tools");
        }
        // A common word would accuse whoever uses it.
        let common = ["java", "node", "python3", "bash", "sh", "nginx", "docker", "tm.exe", "update.exe"];
        assert!(tool.names.iter().all(|name| !common.contains(&name.as_str())), "{}", tool.id);
        // What nobody looked up is not trusted on its name alone, unless honest users have it anyway.
        assert!(
            tool.evidence != Evidence::General || tool.confidence != Confidence::High || tool.dual_use,
            "{}",
            tool.id
        );
    }
    for call in catalogue.calls() {
        assert!(
            (0.0..=1.0).contains(&call.weight)
                && !call.events.is_empty()
                && call.services.iter().all(|service| service.ends_with(".amazonaws.com")),
            "{:?}",
            call.events
        );
        assert!(call.sources.iter().all(|source| sources.contains(source.as_str())), "{:?}", call.events);
    }
}

#[test]
fn a_name_counts_where_it_is_what_runs() {
    let catalogue = shipped();
    for (text, id) in [
        ("/opt/honeygain", "honeygain"),
        ("honeygain -tou-accept -email a@b -pass c", "honeygain"),
        ("sudo -u nobody nohup ./pawns-cli -email=a", "pawns"),
        ("bash -c \"cd /tmp && HOME=/x ./traffmonetizer start\"", "traffmonetizer"),
        ("sh -c 'curl -s http://x | tee y; earnapp start'", "earnapp"),
        ("powershell.exe -Command \"cd C:\\x; .\\pawns-cli.exe -accept-tos\"", "pawns"),
        ("cmd.exe /c \"C:\\Program Files\\Honeygain\\Honeygain.exe\" --silent", "honeygain"),
        ("curl -s --interface 10.0.0.9 --data-urlencode ip=9 http://203.0.113.80/r", "implant-registration"),
        ("timeout 30 masscan 10.0.0.0/8 -p80", "masscan"),
        ("cmd.exe /c start C:\\x\\p2pclient.exe -l a", "peer2profit"),
        ("\"C:\\Program Files\\IPRoyal Pawns\\pawns.exe\" --x", "pawns"),
        ("docker run -d --name w --restart always docker.io/honeygain/honeygain:latest -pass x", "honeygain"),
        (
            "docker pull 123456789012.dkr.ecr.eu-west-1.amazonaws.com/hub/packetstream/psclient@sha256:ab",
            "packetstream",
        ),
    ] {
        let found = line(&catalogue, text);
        assert!(found.iter().any(|(found, _)| found == id), "{text}: {found:?}");
    }
}

#[test]
fn a_name_that_is_only_mentioned_is_silent() {
    let catalogue = shipped();
    for text in [
        "grep -r honeygain /var/log",
        "grep -- '-tou-accept -email x -pass y' notes",
        "ps aux",
        "pkill -9 pawns-cli",
        "pgrep -f honeygain",
        "docker rm -f honeygain",
        "docker inspect honeygain/honeygain",
        "docker logs packetstream/psclient",
        "kubectl delete pod honeygain",
        "vim /etc/systemd/system/honeygain.service",
        "systemctl stop honeygain",
        "sudo rm -rf /opt/honeygain",
        "sh -c 'ps aux | grep honeygain | xargs kill'",
        "zsh -c ps aux | grep -E 'earnapp|traffmonetizer|repocket' | grep -v grep",
        "bash -c \"docker images | grep -E 'earnfm|repocket'\"",
        "powershell.exe -Command Remove-Item -Recurse 'C:\\Program Files (x86)\\Honeygain'",
        "powershell.exe -Command \"Stop-Process -Name honeygain; Get-Service | findstr 'pawns(honeygain)'\"",
        "cmd /c tasklist | findstr \"honeygain&earnapp\"",
        "grep -- '--interface eth0 --data-urlencode' notes",
        "curl --interface eth1 https://example.com",
        "curl -O https://example.com/pawns-cli",
        "git clone https://github.com/packetstream/psclient",
        "sshd -D",
        "ssh host uptime",
        "python3 /srv/app.py --email a --password b",
        "tail -f /var/log/masscan.log",
        "nginx -g 'daemon off;'",
        "",
    ] {
        // Tools with honest users may be named by what they are; none of them is anything worse.
        let found: Vec<_> = line(&catalogue, text)
            .into_iter()
            .filter(|(id, _)| !matches!(id.as_str(), "ssh-dynamic" | "curl"))
            .collect();
        assert_eq!(found, [], "{text}");
    }
}

#[test]
fn a_renamed_program_is_told_by_its_maker_arguments_image_and_environment() {
    let catalogue = shipped();
    let args = |text: &str| text.split(' ').map(ToOwned::to_owned).collect::<Vec<_>>();
    let renamed = args("kworker -tou-accept -email a@b -pass c");
    let found = told(&catalogue.program(&Program {
        path: Some("/usr/bin/kworker"),
        args: &renamed,
        ..Program::default()
    }));
    assert_eq!(found, [("honeygain".to_owned(), 90)]);
    let original = Program {
        path: Some("C:\\Temp\\svc.exe"),
        original_name: Some("Honeygain.exe"),
        ..Program::default()
    };
    assert_eq!(told(&catalogue.program(&original)), [("honeygain".to_owned(), 85)]);
    let image =
        Program { path: Some("/app/x"), image: Some("honeygain/honeygain:0.9"), ..Program::default() };
    assert_eq!(told(&catalogue.program(&image)), [("honeygain".to_owned(), 95)]);
    let env = ["HONEYGAIN_PASSWORD".to_owned(), "PATH".to_owned()];
    assert_eq!(
        told(&catalogue.program(&Program { path: Some("/x"), env: &env, ..Program::default() })),
        [("honeygain".to_owned(), 50)]
    );
    // Whatever it calls itself, the file is what it is.
    let masked = args("grep x");
    let found = told(&catalogue.program(&Program {
        path: Some("/opt/pawns-cli"),
        args: &masked,
        ..Program::default()
    }));
    assert_eq!(found.first().map(|(id, _)| id.as_str()), Some("pawns"));
}

#[test]
fn a_generic_name_needs_another_sign_of_the_same_tool() {
    let catalogue = shipped();
    assert_eq!(line(&catalogue, "C:\\x\\psnode.exe"), []);
    let found = told(&catalogue.program(&Program {
        path: Some("C:\\Program Files\\PacketStream\\psnode.exe"),
        ..Program::default()
    }));
    assert_eq!(found.first().map(|(id, _)| id.as_str()), Some("packetstream"));
}

#[test]
fn images_and_domains_are_compared_whole() {
    let catalogue = shipped();
    for (image, is) in [
        ("honeygain/honeygain", true),
        ("docker.io/honeygain/honeygain:latest", true),
        ("localhost:5000/honeygain/honeygain@sha256:00", true),
        ("honeygain/honeygain-exporter", false),
        ("nothoneygain/honeygain", false),
        ("nginx:1.27", false),
    ] {
        assert_eq!(catalogue.image(image).is_some(), is, "{image}");
    }
    let role = |name: &str| match catalogue.domain(name)?.signs.first() {
        Some(Sign::Domain(_, role)) => Some(*role),
        _ => None,
    };
    assert_eq!(role("proxy.packetstream.io"), Some(DomainRole::Tunnel));
    assert_eq!(role("a.API.honeygain.com."), Some(DomainRole::Control));
    assert_eq!(role("www.honeygain.com"), Some(DomainRole::Brand));
    assert_eq!(role("nothoneygain.com"), None);
    assert_eq!(role("com"), None);
}

#[test]
fn a_catalogue_of_ones_own_adds_replaces_and_takes_out() {
    let mut catalogue = shipped();
    let own = r#"
        disabled = ["masscan"]
        [[tool]]
        id = "house"
        name = "House relay"
        category = "proxyware"
        confidence = "high"
        evidence = "verified"
        names = ["house-relay"]
        cmdline = [{ all = ["--share"], program = true, weight = "strong" }]
        [[tool]]
        id = "honeygain"
        name = "Honeygain"
        category = "proxyware"
        confidence = "low"
        evidence = "verified"
        names = ["honeygain"]
    "#;
    catalogue.merge(own).unwrap();
    assert_eq!(line(&catalogue, "house-relay --share"), [("house".to_owned(), 90)]);
    assert_eq!(line(&catalogue, "masscan 10.0.0.0/8"), []);
    assert_eq!(line(&catalogue, "honeygain"), [("honeygain".to_owned(), 20)]);
    let count = catalogue.tools().len();
    for (fault, says) in [
        ("disabled = [\"nobody\"]", "`disabled` should name tools of the catalogue, found `nobody`"),
        ("[[tool]]\nid = \"x\"", "expected a catalogue in TOML"),
        (
            &own.replace("house-relay\"]", "House/Relay\"]"),
            "tool `house`: names should be base names in lower case, found `House/Relay`",
        ),
    ] {
        let error = catalogue.merge(fault).unwrap_err().to_string();
        assert!(error.starts_with(says), "{error}");
        assert_eq!(catalogue.tools().len(), count);
    }
}

#[test]
fn a_container_that_is_started_is_told_by_its_environment_and_arguments_whatever_its_image_is_called() {
    let catalogue = shipped();
    let tools = |line: &str| -> Vec<(String, usize)> {
        let found = catalogue.program(&Program { cmd_line: Some(line), ..Program::default() });
        found.iter().map(|found| (found.tool.id.clone(), found.signs.len())).collect()
    };
    let one = |id: &str, signs| vec![(id.to_owned(), signs)];
    let own = "registry.example.com/ops/agent:1";
    assert_eq!(
        tools(&format!("docker run -d -e RP_EMAIL=a@b.c --env=RP_API_KEY=x {own}")),
        one("repocket", 2)
    );
    assert_eq!(tools(&format!("podman create -eEARNFM_TOKEN=x {own}")), one("earnfm", 1));
    assert_eq!(tools("sh -c 'EARNFM_TOKEN=x ./agent'"), one("earnfm", 1));
    assert_eq!(tools(&format!("docker run {own} -tou-accept -email a -pass b -device c"))[0].0, "honeygain");
    assert!(tools(&format!("docker run --rm -e NPM_TOKEN=x -e CI=true {own} npm ci")).is_empty());
    assert!(tools("docker exec app printenv RP_EMAIL RP_API_KEY").is_empty());
    assert!(tools("sh -c 'grep EARNFM_TOKEN=x .env'").is_empty());
}
