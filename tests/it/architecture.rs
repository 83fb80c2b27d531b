//! The rules of `architecture.md` that a test checks: who may depend on whom.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

/// Names of the crates that one of ours is built with; `cargo tree -p`, because `cargo metadata`
/// unifies features over the workspace.
fn tree(package: &str) -> BTreeSet<String> {
    tree_with(package, "")
}

/// The same with features.
fn tree_with(package: &str, features: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "-p",
            package,
            "--features",
            features,
            "-e",
            "normal",
            "--prefix",
            "none",
            "--offline",
            "--locked",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != package)
        .map(str::to_owned)
        .collect()
}

/// The arrows between our own crates (`architecture.md`, rule 2). A crate that is not here fails.
const ARROWS: &[(&str, &[&str])] = &[
    ("linking-core", &[]),
    ("linking-testkit", &["linking-core"]),
    ("linking-http", &["linking-core"]),
    ("linking-oidc", &["linking-core", "linking-http"]),
    ("gost-signature", &[]),
    (
        "linking-gosuslugi",
        &[
            "linking-core",
            "linking-http",
            "linking-oidc",
            "gost-signature",
        ],
    ),
    ("linking-storage", &["linking-core"]),
    ("linking-crypto", &["linking-core"]),
    ("linking-mail", &["linking-core"]),
    (
        "linking-school",
        &[
            "linking-core",
            "linking-http",
            "linking-oidc",
            "gost-signature",
            "linking-gosuslugi",
            "linking-storage",
            "linking-crypto",
            "linking-mail",
        ],
    ),
    // Shares no code with the adapters that it tests.
    ("linking-simulator", &["gost-signature"]),
    (
        "linking-demo",
        &[
            "linking-core",
            "linking-http",
            "linking-oidc",
            "gost-signature",
            "linking-gosuslugi",
            "linking-storage",
            "linking-crypto",
            "linking-mail",
            "linking-school",
            "linking-simulator",
        ],
    ),
    ("linking-tests", &[]),
    ("mutants", &[]),
    ("linking-model", &["linking-core", "linking-testkit"]),
    (
        "footprint",
        &[
            "linking-core",
            "linking-http",
            "linking-oidc",
            "gost-signature",
            "linking-gosuslugi",
            "linking-storage",
            "linking-crypto",
            "linking-mail",
            "linking-school",
            "linking-simulator",
            "linking-demo",
        ],
    ),
];

fn members() -> BTreeMap<String, PathBuf> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
            "--locked",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    // The manifest paths are enough: each names its package.
    text.split("\"manifest_path\":\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(PathBuf::from)
        .map(|manifest| {
            let text = fs::read_to_string(&manifest).unwrap();
            let name = text
                .lines()
                .find_map(|line| line.strip_prefix("name = \""))
                .and_then(|rest| rest.strip_suffix('"'))
                .unwrap();
            (name.to_owned(), manifest.parent().unwrap().to_path_buf())
        })
        .collect()
}

#[test]
fn the_core_depends_on_its_allow_list_alone() {
    let allowed: BTreeSet<String> = include_str!("architecture/linking-core.txt")
        .lines()
        .map(str::to_owned)
        .collect();
    let found = tree("linking-core");
    let added: Vec<_> = found.difference(&allowed).collect();
    let gone: Vec<_> = allowed.difference(&found).collect();
    assert!(
        added.is_empty(),
        "not on the allow-list of the core: {added:?}"
    );
    assert!(
        gone.is_empty(),
        "on the allow-list of the core, but not in its tree: {gone:?}"
    );
}

#[test]
fn our_crates_depend_on_each_other_only_along_the_arrows() {
    let members = members();
    let known: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    for name in members.keys() {
        assert!(known.contains(name.as_str()), "{name} has no row of arrows");
    }
    for (name, allowed) in ARROWS {
        let tree = tree(name);
        for own in known.iter().filter(|own| tree.contains(**own)) {
            assert!(allowed.contains(own), "{name} must not depend on {own}");
        }
    }
}

#[test]
fn sqlx_is_in_storage_alone_and_reqwest_in_linking_http_alone() {
    for (directory, name) in members()
        .into_iter()
        .map(|(name, directory)| (directory, name))
    {
        let manifest = fs::read_to_string(directory.join("Cargo.toml")).unwrap();
        let names = |dependency: &str| {
            manifest.lines().any(|line| {
                line.strip_prefix(dependency)
                    .is_some_and(|rest| rest.trim_start().starts_with('='))
            })
        };
        assert!(
            !names("sqlx") || name == "linking-storage",
            "{name} names sqlx"
        );
        assert!(
            !names("reqwest") || name == "linking-http",
            "{name} names reqwest"
        );
    }
}

#[test]
fn one_tls_stack_and_one_crypto_provider() {
    for (name, features) in [
        ("linking-school", ""),
        ("linking-school", "otlp"),
        ("linking-demo", ""),
    ] {
        let tree = tree_with(name, features);
        for banned in ["ring", "rsa", "openssl", "native-tls"] {
            assert!(!tree.contains(banned), "{name} brings {banned}");
        }
    }
}

/// Who has no collector builds nothing for one.
#[test]
fn the_usual_program_holds_no_exporter_of_traces() {
    let exports = |tree: BTreeSet<String>| tree.iter().any(|name| name.contains("opentelemetry"));
    assert!(exports(tree_with("linking-school", "otlp")));
    for name in ["linking-school", "linking-demo"] {
        assert!(!exports(tree(name)), "{name}");
    }
}

/// Each crate is locked by version and checksum, and comes from the one registry (`threats.md` J3).
#[test]
fn j3_every_crate_is_locked_and_from_the_one_registry() {
    let text = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let mut locked = 0;
    for package in text.split("[[package]]").skip(1) {
        let value = |key: &str| {
            let start = format!("{key} = \"");
            let line = package.lines().find_map(|line| line.strip_prefix(&start));
            line.map(|rest| rest.trim_end_matches('"').to_owned())
        };
        // Our own have no source.
        let Some(source) = value("source") else {
            continue;
        };
        locked += 1;
        let registry = "registry+https://github.com/rust-lang/crates.io-index";
        assert_eq!(source, registry, "{:?}", value("name"));
        let checksum = value("checksum").unwrap_or_default();
        assert_eq!(checksum.len(), 64, "{:?}", value("name"));
    }
    assert!(locked > 100, "{locked}");
}

/// The gate refuses unknown registries, licences, banned crates and unlisted build scripts, and
/// builds what is locked.
#[test]
fn j3_the_gate_checks_sources_licences_bans_and_build_scripts() {
    let rules = fs::read_to_string(root().join("deny.toml")).unwrap();
    for rule in [
        "unknown-registry = \"deny\"",
        "unknown-git = \"deny\"",
        "allow-git = []",
        "allow-build-scripts = [",
        "executables = \"deny\"",
        "unused-allowed-license = \"deny\"",
    ] {
        assert!(rules.contains(rule), "{rule}");
    }
    let gate = fs::read_to_string(root().join("test")).unwrap();
    assert!(gate.contains("check bans licenses sources"));
    for line in gate.lines().map(str::trim) {
        let builds = [
            "cargo clippy",
            "cargo build",
            "cargo test",
            "cargo nextest run",
        ];
        if builds.iter().any(|build| line.starts_with(build)) {
            assert!(line.contains("--locked"), "{line}");
        }
    }
}

#[test]
fn j1_the_production_binary_does_not_hold_the_simulator() {
    assert!(!tree("linking-school").contains("linking-simulator"));
}

/// What stands outside the core's `ports` must not reach for time, randomness or files.
#[test]
fn the_core_reads_no_clock_and_does_no_io() {
    const BANNED: &[&str] = &[
        "Utc::now",
        "SystemTime",
        "Instant::now",
        "now_v7",
        "new_v4",
        "std::env",
        "std::fs",
        "std::net::Tcp",
        "std::thread",
        "println!",
    ];
    for file in rust_files(&root().join("crates/linking-core/src")) {
        let text = fs::read_to_string(&file).unwrap();
        for banned in BANNED {
            assert!(!text.contains(banned), "{} uses {banned}", file.display());
        }
    }
}

#[test]
fn unsafe_code_is_forbidden_everywhere() {
    for (name, directory) in members() {
        let manifest = fs::read_to_string(directory.join("Cargo.toml")).unwrap();
        assert!(
            manifest.contains("[lints]\nworkspace = true"),
            "{name} does not take the workspace's lints"
        );
    }
}

/// Files are read in one sitting.
#[test]
fn no_source_file_is_longer_than_600_lines() {
    let sources = members()
        .into_values()
        .map(|directory| directory.join("src"));
    for source in sources.filter(|source| source.exists()) {
        for file in rust_files(&source) {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            assert!(lines <= 600, "{} has {lines} lines", file.display());
        }
    }
}

/// Each row of the threats names tests that are there, and each of the entries that the program
/// holds today has one.
#[test]
fn the_threats_name_tests_that_exist() {
    let text = fs::read_to_string(root().join("docs/threats.md")).unwrap();
    let sources: String = members()
        .into_values()
        .flat_map(|directory| rust_files(&directory))
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    let mut rows = 0;
    for row in text.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, id, _, _, tests, ..] = cells.as_slice() else {
            panic!("{row}");
        };
        if id.len() > 3 || !id.ends_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        rows += 1;
        let named: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{id} has no test");
        for name in named {
            assert!(sources.contains(&format!("fn {name}(")), "{id}: {name}");
        }
    }
    assert!(rows > 50, "{rows}");
}

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![directory.to_path_buf()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}
