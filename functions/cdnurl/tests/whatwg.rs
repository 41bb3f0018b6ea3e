//! Media URLs against the WHATWG's test data for URLs, which the `url` crate ships.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::{path::Path, process::Command};

use cdnurl::MediaUrl;
use serde_json::Value;
use url::Url;

/// The cases of `urltestdata.json` in the source of the `url` crate.
fn cases() -> Vec<Value> {
    let said = |program: &str, words: &[&str]| {
        let ended = Command::new(program).args(words).output().unwrap();
        String::from_utf8(ended.stdout).unwrap()
    };
    let host = said("rustc", &["--print", "host-tuple"]);
    // Cargo has not downloaded what only other machines need.
    let offline = ["metadata", "--format-version", "1", "--offline", "--locked"];
    let metadata = said(
        env!("CARGO"),
        &[&offline[..], &["--filter-platform", host.trim()]].concat(),
    );
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let url = packages.iter().find(|package| package["name"] == "url").unwrap();
    let manifest = Path::new(url["manifest_path"].as_str().unwrap());
    let data = std::fs::read_to_string(manifest.with_file_name("tests/urltestdata.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_str(&data).unwrap();
    // Strings between the cases are comments.
    cases.into_iter().filter(Value::is_object).collect()
}

fn accepts(text: &str) -> bool {
    MediaUrl::try_from(text.to_owned()).is_ok()
}

#[test]
fn an_accepted_url_means_the_same_to_a_browser() {
    let base = Url::parse("https://base.example/").unwrap();
    let mut accepted = 0;
    for case in cases() {
        let input = case["input"].as_str().unwrap();
        if !accepts(input) {
            continue;
        }
        accepted += 1;
        let url = base.join(input).unwrap();
        let (text, host) = (input.to_ascii_lowercase(), url.host_str().unwrap());
        // A browser finds the host that is written, or the base's, and repairs nothing.
        let absolute = text.starts_with("http://") || text.starts_with("https://");
        assert_eq!(absolute, host != "base.example", "{input:?} goes to {host}");
        assert!(
            !absolute || text.contains(host) || host.starts_with('['),
            "{input:?} goes to {host}"
        );
        assert!(url.username().is_empty() && url.password().is_none(), "{input:?}");
        assert!(
            url.as_str()
                .to_ascii_lowercase()
                .ends_with(text.split("://").last().unwrap().trim_start_matches(|c| c != '/')),
            "{input:?} becomes {url}"
        );
    }
    assert!(accepted > 20, "only {accepted} cases are accepted");
}

#[test]
fn an_absolute_url_that_browsers_reject_is_rejected() {
    let mut rejected = 0;
    for case in cases() {
        let input = case["input"].as_str().unwrap();
        if case["failure"] == true && case["base"].is_null() && input.to_ascii_lowercase().starts_with("http") {
            rejected += 1;
            assert!(!accepts(input), "{input:?}");
        }
    }
    assert!(rejected > 50, "only {rejected} cases are failures");
}
